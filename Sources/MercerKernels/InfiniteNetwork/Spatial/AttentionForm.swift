import MercerCore
import RealModule

/// How an attention layer of infinitely many heads weighs positions, in numbers: see `AttentionLayer` for
/// the formulas.
struct AttentionForm: Sendable, Equatable {
  /// ζ.
  var mechanism: AttentionMechanism
  var queryVariance: Double, keyVariance: Double, valueVariance: Double, outputVariance: Double
  var biasVariance: Double
  /// What k and R are multiplied by in k̂.
  var unitWeight = 1.0, positionWeight = 0.0
  /// Whether values are of k̂, too; true without positions, when k̂ is k.
  var valuesSeePositions = true
  /// R by distances along rows and columns, and how many columns there are; none without positions.
  var decayTable: [Double] = []
  var columns = 1

  /// Whether weights of each input by itself are needed.
  var hasWeights: Bool { mechanism != .gaussianScores }
  /// Whether positions count.
  var seesPositions: Bool { !decayTable.isEmpty }

  /// R(p, q).
  func decay(_ p: Int, _ q: Int) -> Double {
    decayTable[abs(p / columns - q / columns) * columns + abs(p % columns - q % columns)]
  }

  /// ζ of a score, but for the division by the sum in a softmax.
  func weight(_ score: Double) -> Double {
    switch mechanism {
    case .softmax: Double.exp(score)
    case .relu: max(score, 0)
    case .abs: abs(score)
    case .linear, .gaussianScores: score
    }
  }
}

/// What makes weights of scores.
public enum AttentionMechanism: String, Sendable, CaseIterable {
  /// Softmax of scores divided by the number of channels.
  case softmax
  /// Their positive part.
  case relu
  /// Their absolute value.
  case abs
  /// The scores themselves.
  case linear
  /// Scores divided by the square root of the number of channels, which stay random.
  case gaussianScores
}
