public import MercerCore
public import MercerSolvers

/// The parameters that maximise a likelihood, and how they were found.
public struct LikelihoodMaximum: Sendable {
  /// The process with the best parameters found.
  public let process: GaussianProcess
  /// Its log marginal likelihood on the data.
  public let logMarginalLikelihood: Double
  /// The names of the optimised parameters, in the order in which runs list them.
  public let parameterNames: [String]
  /// One run a start, the given point first.
  public let runs: [Run]
  /// Which run was the best; of equals the first.
  public let bestRun: Int

  /// What became of one start.
  public struct Run: Sendable {
    /// How a run ended.
    public enum Outcome: Sendable, Equatable {
      /// The minimiser stopped, and why.
      case stopped(LBFGS.StopReason)
      /// The covariance could not be factorised at the starting point.
      case failed(MercerError)
    }

    /// The parameters it began from, within the bounds.
    public let start: [Double]
    /// The parameters it ended at.
    public let end: [Double]
    /// The log marginal likelihood there; −∞ for a run that failed.
    public let logMarginalLikelihood: Double
    /// The largest derivative there, with respect to logarithms and leaving out parameters that a
    /// bound stops; NaN for a run that failed.
    public let gradientNorm: Double
    /// Steps of the minimiser.
    public let iterations: Int
    /// Likelihoods computed.
    public let evaluations: Int
    /// How it ended.
    public let outcome: Outcome
  }
}
