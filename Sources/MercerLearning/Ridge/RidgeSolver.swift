/// The solver of a kernel ridge regression, where it is not left to `RidgePlan`.
public enum RidgeSolver: String, Sendable, CaseIterable, Codable {
  /// By the number of rows, the memory limit and the time.
  case automatic = "auto"
  /// A factorisation (`ExactRidge`).
  case exact
  /// Preconditioned conjugate gradients on all rows (`IterativeRidge`).
  case conjugateGradients = "conjugate-gradients"
  /// A sum over some rows, the centres, fitted to all (`CentreRidge`).
  case centres
  /// The same with the preconditioner of Falkon.
  case falkon
  /// Accelerated block coordinate steps on all rows (`ASkotch`).
  case asketch
  /// Preconditioned stochastic gradient steps on all rows (`EigenPro`).
  case eigenpro
}
