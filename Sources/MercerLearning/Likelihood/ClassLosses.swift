import MercerCore
import RealModule

/// −log p(class) of two classes, p = 1 / (1 + exp(−f − b)) for the second.
struct LogisticLoss: RowLoss {
  /// Whether each row is of the second class.
  let isSecond: [Bool]
  /// One a row, or nil when all count the same.
  let weights: [Double]?
  /// b.
  let offset: Double

  var outputCount: Int { 1 }

  func evaluate(_ f: Matrix<Double>) -> RowLossEvaluation {
    var value = 0.0
    var pull = f
    var roots = f
    pull.withUnsafeMutableBufferPointer { pull in
      roots.withUnsafeMutableBufferPointer { roots in
        for i in pull.indices {
          let weight = weights?[i] ?? 1
          // The logit of the true class.
          let t = isSecond[i] ? pull[i] + offset : -pull[i] - offset
          let tail = Double.exp(-abs(t))
          value += weight * (max(-t, 0) + Double.log(onePlus: tail))
          let wrong = t > 0 ? tail / (1 + tail) : 1 / (1 + tail)
          pull[i] = weight * (isSecond[i] ? wrong : -wrong)
          roots[i] = max(weight * wrong * (1 - wrong), RowCurvature.floor).squareRoot()
        }
      }
    }
    return RowLossEvaluation(
      value: value, pull: pull, curvature: RowCurvature(roots: roots, directions: nil))
  }
}

/// −log p(class) of c classes, p = softmax(f + b).
struct SoftmaxLoss: RowLoss {
  /// The class of each row.
  let labels: [Int]
  /// One a row, or nil when all count the same.
  let weights: [Double]?
  /// b, c values.
  let offsets: [Double]

  var outputCount: Int { offsets.count }

  func evaluate(_ f: Matrix<Double>) -> RowLossEvaluation {
    let width = outputCount
    var value = 0.0
    var pull = f
    var roots = f
    var directions = f
    pull.withUnsafeMutableBufferPointer { pull in
      roots.withUnsafeMutableBufferPointer { roots in
        directions.withUnsafeMutableBufferPointer { directions in
          for (i, label) in labels.enumerated() {
            let weight = weights?[i] ?? 1
            let start = i * width
            var largest = -Double.infinity
            for c in 0..<width { largest = max(largest, pull[start + c] + offsets[c]) }
            let own = pull[start + label] + offsets[label] - largest
            var total = 0.0
            for c in 0..<width {
              let p = Double.exp(pull[start + c] + offsets[c] - largest)
              pull[start + c] = p
              total += p
            }
            value += weight * (Double.log(total) - own)
            for c in 0..<width {
              let p = pull[start + c] / total
              directions[start + c] = p.squareRoot()
              roots[start + c] = (weight * p).squareRoot()
              pull[start + c] = weight * ((c == label ? 1 : 0) - p)
            }
          }
        }
      }
    }
    return RowLossEvaluation(
      value: value, pull: pull, curvature: RowCurvature(roots: roots, directions: directions))
  }
}
