import MercerCore

/// How an attention layer of infinitely many heads weighs positions, and its variances.
///
/// With one set of weights for queries and keys and scores divided by the number of key channels
/// (`linear` scaling) the scores of an input become the constants s = σqσk k(p, q), and with
/// A = ζ(s) its weights,
/// ```
/// k ← σv²σo² A(x) k A(z)ᵀ + σb²        Θ ← σv²σo² (A(x) Θ A(z)ᵀ + 2 A(x) k A(z)ᵀ) + σb²
/// ```
/// With scores divided by the square root they stay Gaussian, and without ζ
/// ```
/// k ← c k Σk² + σb²        Θ ← c (Θ Σk² + 2 k ΣkΘ + 4 k Σk²) + σb²,   c = σq²σk²σv²σo²
/// ```
/// with sums over all pairs of positions.
/// - Source: Hron, Bahri, Sohl-Dickstein and Novak 2020, Infinite attention (arXiv 2006.10540).
struct AttentionForm: Sendable, Equatable {
  /// ζ.
  var mechanism: AttentionMechanism
  var queryVariance: Double, keyVariance: Double, valueVariance: Double, outputVariance: Double
  var biasVariance: Double

  /// Whether weights of each input by itself are needed.
  var hasWeights: Bool { mechanism != .gaussianScores }
}

/// What makes weights of scores.
public enum AttentionMechanism: String, Sendable, CaseIterable {
  /// Softmax of scores divided by the number of channels.
  case softmax
  /// Their positive part.
  case relu
  /// The scores themselves.
  case linear
  /// Scores divided by the square root of the number of channels, which stay random.
  case gaussianScores
}
