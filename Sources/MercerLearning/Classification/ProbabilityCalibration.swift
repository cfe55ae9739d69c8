public import MercerCore
import RealModule

/// Turns the scores of a least-squares classifier into probabilities that mean what they say.
///
/// With more than two classes p = softmax(a s), one scale for all. With two, one score s tells the
/// second class from the first: p = 1 / (1 + exp(−a s − b)). a and b make the log loss least on
/// scores of rows that the classifier did not see.
/// - Source: Platt, Probabilistic outputs for support vector machines (1999), with the targets
///   moved off 0 and 1 as there; Guo et al., On calibration of modern neural networks (2017) for
///   the single scale.
public struct ProbabilityCalibration: Sendable, Codable, Equatable {
  /// a, at least 0.
  public let scale: Double
  /// b; 0 with more than two classes.
  public let shift: Double

  /// A calibration with known values.
  public init(scale: Double, shift: Double) {
    self.scale = scale
    self.shift = shift
  }

  /// Fits to scores that were made without the rows they are for.
  ///
  /// - Parameters:
  ///   - scores: n × 1 for two classes, n × c for c > 2.
  ///   - labels: the true classes.
  ///   - weights: how much each row counts; nil when all count the same.
  /// - Complexity: O(n c) a Newton step, at most 100 steps.
  public init(fitting scores: Matrix<Double>, labels: [Int], weights: [Double]? = nil) {
    let binary = scores.columnCount == 1
    let objective = Objective(scores: scores, labels: labels, weights: weights)
    var (a, b) = (1.0, 0.0)
    var current = objective.evaluate(a, b)
    for _ in 0..<100 {
      // Newton's step in (a, b), or in a alone; the ridge keeps it finite where scores are constant.
      let (haa, hbb) = (current.haa + 1e-12, current.hbb + 1e-12)
      var step = (a: -current.ga / haa, b: 0.0)
      if binary {
        let determinant = haa * hbb - current.hab * current.hab
        if determinant > 1e-18 {
          step.a = -(hbb * current.ga - current.hab * current.gb) / determinant
          step.b = -(haa * current.gb - current.hab * current.ga) / determinant
        }
      }
      var length = 1.0
      var next = objective.evaluate(max(a + step.a, 0), b + step.b)
      while next.loss > current.loss, length > 1e-8 {
        length /= 2
        next = objective.evaluate(max(a + length * step.a, 0), b + length * step.b)
      }
      let gain = current.loss - next.loss
      guard gain > 0 else { break }
      (a, b) = (max(a + length * step.a, 0), b + length * step.b)
      current = next
      if gain < 1e-12 { break }
    }
    scale = a
    shift = b
  }

  /// The probabilities of scores: n × c, each row summing to 1.
  public func probabilities(_ scores: Matrix<Double>) -> Matrix<Double> {
    let binary = scores.columnCount == 1
    let classes = binary ? 2 : scores.columnCount
    return Matrix(rowCount: scores.rowCount, columnCount: classes) { buffer in
      for i in 0..<scores.rowCount {
        let row = scores.row(i)
        let logits = binary ? [0, scale * row[0] + shift] : row.map { scale * $0 }
        for (c, p) in softmax(logits).enumerated() { buffer[i * classes + c] = p }
      }
    }
  }

  /// The mean log loss with softened labels, and its derivatives.
  private struct Objective {
    let scores: Matrix<Double>
    let labels: [Int]
    let weights: [Double]?
    /// What each true class keeps; the others share the rest, so that no finite sample asks for
    /// certainty.
    let kept: Double

    init(scores: Matrix<Double>, labels: [Int], weights: [Double]?) {
      self.scores = scores
      self.labels = labels
      self.weights = weights
      let classes = max(scores.columnCount, 2)
      kept = 1 - Double(classes - 1) / Double(labels.count + classes)
    }

    func evaluate(
      _ a: Double, _ b: Double
    ) -> (loss: Double, ga: Double, gb: Double, haa: Double, hab: Double, hbb: Double) {
      var sum = (loss: 0.0, ga: 0.0, gb: 0.0, haa: 0.0, hab: 0.0, hbb: 0.0)
      var total = 0.0
      let binary = scores.columnCount == 1
      let classes = binary ? 2 : scores.columnCount
      for (i, label) in labels.enumerated() {
        let w = weights?[i] ?? 1
        total += w
        let row = binary ? [0, scores[i, 0]] : scores.row(i)
        let logits = row.indices.map { a * row[$0] + (binary && $0 == 1 ? b : 0) }
        let p = softmax(logits)
        let rest = (1 - kept) / Double(classes - 1)
        var (meanScore, squareScore) = (0.0, 0.0)
        for c in 0..<classes {
          let target = c == label ? kept : rest
          sum.loss -= w * target * Double.log(max(p[c], 1e-300))
          sum.ga += w * (p[c] - target) * row[c]
          meanScore += p[c] * row[c]
          squareScore += p[c] * row[c] * row[c]
        }
        sum.haa += w * (squareScore - meanScore * meanScore)
        if binary {
          sum.gb += w * (p[1] - (label == 1 ? kept : rest))
          sum.hbb += w * p[1] * p[0]
          sum.hab += w * (p[1] * row[1] - p[1] * meanScore)
        }
      }
      return (
        sum.loss / total, sum.ga / total, sum.gb / total, sum.haa / total, sum.hab / total,
        sum.hbb / total
      )
    }
  }
}

/// exp(zᵢ) / Σ exp(zⱼ), safe for any finite z.
func softmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let values = logits.map { Double.exp($0 - largest) }
  let total = values.reduce(0, +)
  return values.map { $0 / total }
}
