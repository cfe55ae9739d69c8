/// The preconditioners that an iterative ridge chooses from, all of a rank it is given.
public enum RidgePreconditioner: String, Sendable, Codable, CaseIterable {
  /// None: plain conjugate gradients.
  case none
  /// Nyström's approximation from columns drawn uniformly.
  case nystromUniform = "nystrom"
  /// A partial Cholesky factorisation with random pivots.
  case randomlyPivotedCholesky = "rpcholesky"
  /// Nyström's approximation from products with a random matrix.
  case nystromSketch = "sketch"

  /// In words, for a report.
  var summary: String {
    switch self {
    case .none: "none"
    case .nystromUniform: "Nyström"
    case .randomlyPivotedCholesky: "randomly pivoted Cholesky"
    case .nystromSketch: "Nyström sketch"
    }
  }
}
