public import MercerCore
import RealModule

/// One eigenvector of the tangent kernel, which training learns by itself.
public struct LearnedMode: Sendable, Equatable {
  /// The eigenvalue of the training matrix.
  public let eigenvalue: Double
  /// The time of gradient flow after which 1/e of the mode is left: |y|/eigenvalue, in units of time
  /// for learning rate 1; infinite where the eigenvalue is not told from zero.
  public let learningTime: Double
  /// The part of Σ y² that lies in it.
  public let targetShare: Double
}

extension WideNetworkEnsemble {
  /// The modes, the fastest first.
  public var learnedModes: [LearnedMode] {
    let powers = modePowers
    let total = powers.reduce(0, +)
    return modes.eigenvalues.indices.reversed().map { i in
      LearnedMode(
        eigenvalue: modes.eigenvalues[i],
        learningTime: modes.isZero(i) ? .infinity : modes.targetCount / modes.eigenvalues[i],
        targetShare: total > 0 ? powers[i] / total : 0)
    }
  }

  /// Σ over outputs of the squared coordinates of the targets in each eigenvector.
  var modePowers: [Double] {
    (0..<count).map { i in modes.targets.row(i).reduce(0) { $0 + $1 * $1 } }
  }

  /// The learning rate up to which gradient descent converges, 2 (1 + μ) |y|/λ with λ the largest
  /// eigenvalue of the training matrix: at half of it (μ = 0) the fastest mode is learned in one step.
  ///
  /// - Throws: `.invalidParameter` unless 0 ≤ momentum < 1, `.invalidData` for a kernel of zeros.
  /// - Source: Polyak 1964, Some methods of speeding up the convergence of iteration methods, theorem 9;
  ///   Lee et al. 2019 (1902.06720), theorem 2.1, for networks.
  public func maximumStableLearningRate(momentum: Double = 0) throws(MercerError) -> Double {
    try checkMomentum(momentum)
    guard let largest = modes.eigenvalues.last, largest > 0 else {
      throw MercerError(.invalidData, "the kernel is zero on all training inputs")
    }
    return 2 * (1 + momentum) * modes.targetCount / largest
  }

  /// How many steps of descent each mode takes until, in the long run, 1/e more of it is learned: in
  /// the order of `learnedModes`; infinite for modes that are not learned or diverge.
  ///
  /// - Throws: `.invalidParameter` for a learning rate or momentum out of range.
  /// - Source: the roots of z² − (1 + μ − η λ/|y|) z + μ; Polyak 1964.
  public func stepsPerMode(
    learningRate: Double, momentum: Double = 0
  ) throws(MercerError) -> [Double] {
    try checkDescent(learningRate: learningRate, momentum: momentum)
    return modes.eigenvalues.indices.reversed().map { i in
      guard !modes.isZero(i) else { return .infinity }
      let step = learningRate * modes.eigenvalues[i] / modes.targetCount
      // −log of the largest root, by the difference of one and it: without cancellation.
      let half = (1 + momentum - step) / 2
      let discriminant = half * half - momentum
      if discriminant < 0 { return momentum > 0 ? -2 / Double.log(momentum) : 0 }
      let root = discriminant.squareRoot()
      if half < 0 {
        let radius = -half + root
        return radius < 1 ? -1 / Double.log(radius) : .infinity
      }
      // 1 − (half + root) = step/((1 − half) + root), as (1 − half)² − root² = step.
      let gap = step / ((1 - half) + root)
      return -1 / Double.log(onePlus: -min(gap, 1))
    }
  }

  /// The mean over the ensemble of the loss Σ (f − y)²/(2 |y|) on the training inputs: that of the mean
  /// and that of the spread.
  ///
  /// - Throws: as `EnsemblePredictor.mean`.
  public func expectedTrainingLoss(after length: TrainingLength) throws(MercerError) -> Double {
    let (rests, _) = try modes.filters(length)
    let powers = modePowers
    let outputs = Double(targets.columnCount)
    let sum = rests.indices.reduce(0.0) { sum, i in
      sum + rests[i] * rests[i] * (powers[i] + outputs * startingVariances[i])
    }
    return sum / (2 * modes.targetCount)
  }
}
