public import MercerCore
import RealModule

/// A loss of the outputs on the training inputs, for training in function space: a mean over rows.
public protocol TrainingLoss: Sendable {
  /// n.
  var rowCount: Int { get }
  /// k.
  var outputCount: Int { get }
  /// L at F, n × k.
  func value(at outputs: Matrix<Double>) -> Double
  /// ∂L/∂F at F, n × k.
  func gradient(at outputs: Matrix<Double>) -> Matrix<Double>
}

/// Σ (f − y)²/(2 n k).
public struct SquaredTrainingLoss: TrainingLoss {
  /// Y, n × k.
  public let targets: Matrix<Double>

  /// The loss for these targets.
  public init(targets: Matrix<Double>) { self.targets = targets }

  public var rowCount: Int { targets.rowCount }
  public var outputCount: Int { targets.columnCount }

  public func value(at outputs: Matrix<Double>) -> Double {
    outputs.subtracting(targets).elements.reduce(0) { $0 + $1 * $1 } / Double(2 * targets.count)
  }

  public func gradient(at outputs: Matrix<Double>) -> Matrix<Double> {
    outputs.subtracting(targets).scaled(by: 1 / Double(targets.count))
  }
}

/// Cross-entropy: −Σᵢ Σ_c yᵢ_c log softmax(fᵢ)_c / n.
public struct CrossEntropyTrainingLoss: TrainingLoss {
  /// The probabilities of the classes, n × k.
  public let probabilities: Matrix<Double>

  /// The loss for these classes.
  ///
  /// - Parameters:
  ///   - labels: the class of each row, from 0.
  ///   - classCount: how many classes there are, k, at least 2.
  /// - Throws: `.invalidData` for a label out of range.
  public init(labels: [Int], classCount: Int) throws(MercerError) {
    guard classCount >= 2, labels.allSatisfy({ (0..<classCount).contains($0) }) else {
      throw MercerError(
        .invalidData, "labels must be from 0 to \(classCount - 1), and there must be two classes")
    }
    var probabilities = Matrix<Double>(rowCount: labels.count, columnCount: classCount)
    for (i, label) in labels.enumerated() { probabilities[i, label] = 1 }
    self.probabilities = probabilities
  }

  /// The loss for labels that are probabilities, n × k (smoothed, or of several annotators).
  ///
  /// - Throws: `.invalidData` unless each row is of numbers from 0 to 1 of sum 1.
  public init(probabilities: Matrix<Double>) throws(MercerError) {
    for i in 0..<probabilities.rowCount {
      let row = probabilities.row(i)
      guard row.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(row.reduce(0, +) - 1) < 1e-9 else {
        throw MercerError(
          .invalidData, "row \(i + 1) of the labels is no distribution over classes")
      }
    }
    self.probabilities = probabilities
  }

  public var rowCount: Int { probabilities.rowCount }
  public var outputCount: Int { probabilities.columnCount }

  public func value(at outputs: Matrix<Double>) -> Double {
    let total = (0..<rowCount).reduce(0.0) { total, i in
      let (row, target) = (outputs.row(i), probabilities.row(i))
      let largest = row.max() ?? 0
      let logSum = largest + Double.log(row.reduce(0) { $0 + Double.exp($1 - largest) })
      return total + zip(row, target).reduce(0) { $0 + $1.1 * (logSum - $1.0) }
    }
    return total / Double(rowCount)
  }

  public func gradient(at outputs: Matrix<Double>) -> Matrix<Double> {
    let (k, scale) = (outputCount, 1 / Double(rowCount))
    var gradient = outputs
    gradient.withUnsafeMutableBufferPointer { f in
      probabilities.withUnsafeBufferPointer { y in
        for start in stride(from: 0, to: f.count, by: k) {
          var (largest, sum) = (-Double.infinity, 0.0)
          for c in 0..<k { largest = max(largest, f[start + c]) }
          for c in 0..<k {
            f[start + c] = Double.exp(f[start + c] - largest)
            sum += f[start + c]
          }
          for c in 0..<k { f[start + c] = scale * (f[start + c] / sum - y[start + c]) }
        }
      }
    }
    return gradient
  }
}
