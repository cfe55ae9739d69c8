public import MercerCore

/// What a stochastic method found, and how.
public struct StochasticSolution<Element: Scalar>: Sendable {
  /// One row a centre (for methods with the model on all data: a row of data), one column a target.
  public let coefficients: Matrix<Element>
  /// How they were found and how good they are.
  public let report: StochasticReport
}

/// How a stochastic method went.
public struct StochasticReport: Sendable, Codable, Equatable {
  /// Why it stopped.
  public enum StopReason: String, Sendable, Codable {
    /// The residual reached the target.
    case converged
    /// The error on held-out rows ceased to fall; the coefficients are those of its minimum.
    case heldOutError
    /// The limit on epochs came first.
    case epochLimit
    /// The residual ceased to fall.
    case stagnated
  }

  /// The method in words.
  public var method: String
  /// The largest relative residual over the targets, computed anew from the coefficients; of which
  /// equation, the method says.
  public var relativeResidual: Double
  /// Passes over the rows.
  public var epochs: Int
  /// Entries of kernel matrices computed, over those of one product with the whole matrix.
  public var products: Double
  /// Why it stopped.
  public var stopReason: StopReason
  /// Rows of a step.
  public var batchSize: Int
  /// The step, as a factor of the mean gradient over a batch; the last one where it was reduced.
  public var stepSize: Double
  /// The directions that are scaled down.
  public var rank: Int
  /// The mean squared error of held-out rows after each epoch; empty without such rows.
  public var heldOutErrors: [Double]
}

extension StochasticReport {
  /// Throws `.didNotConverge` when the limit came first, or nothing moved any more.
  func check(
    tolerance: Double, _ onNonConvergence: ConjugateGradients.NonConvergence
  ) throws(MercerError) {
    let isGood = stopReason == .converged || stopReason == .heldOutError
    if isGood || onNonConvergence == .returnBest { return }
    throw MercerError(
      .didNotConverge,
      "\(method) stopped at a relative residual of \(relativeResidual) after \(epochs) epochs ("
        + (stopReason == .stagnated ? "no further progress" : "the limit")
        + "), above the target \(tolerance)",
      remedy:
        "allow more epochs or a larger residual, or use a direct or a conjugate gradient solver")
  }
}

/// Rows kept apart, whose error ends the iteration when it no longer falls.
public struct HeldOutRows<Inputs: PointSet, Element: Scalar>: Sendable {
  /// The inputs.
  public let inputs: Inputs
  /// One row an input, one column a target.
  public let targets: Matrix<Element>

  /// Inputs with their targets.
  ///
  /// - Throws: `.shapeMismatch` when their counts differ, `.invalidData` when there are none.
  public init(inputs: Inputs, targets: Matrix<Element>) throws(MercerError) {
    guard inputs.count == targets.rowCount else {
      throw MercerError(
        .shapeMismatch, "\(inputs.count) held-out rows have \(targets.rowCount) targets")
    }
    guard inputs.count > 0 else { throw MercerError(.invalidData, "no row is held out") }
    self.inputs = inputs
    self.targets = targets
  }

  /// The mean squared error of predictions.
  func error(of predictions: Matrix<Element>) -> Double {
    let rest = targets.subtracting(predictions)
    return columnDots(rest, rest).reduce(0, +) / Double(max(1, targets.count))
  }
}

/// The errors of held-out rows so far, and the coefficients of the least.
struct HeldOutRecord<Element: Scalar> {
  private(set) var errors: [Double] = []
  private(set) var best: Matrix<Element>?
  private var least = Double.infinity
  private var epochsSince = 0

  /// Records an epoch; true when the error has not fallen for so many.
  mutating func isOver(_ error: Double, _ coefficients: Matrix<Element>, patience: Int) -> Bool {
    errors.append(error)
    if error < least {
      (least, best, epochsSince) = (error, coefficients, 0)
    } else {
      epochsSince += 1
    }
    return epochsSince >= patience
  }
}

/// Throws unless targets, and held-out targets, fit the inputs and are finite.
func checkTargets<Inputs: PointSet, Element: Scalar>(
  _ targets: Matrix<Element>, of inputs: Inputs, _ heldOut: HeldOutRows<Inputs, Element>?
) throws(MercerError) {
  guard inputs.count == targets.rowCount else {
    throw MercerError(
      .shapeMismatch, "\(inputs.count) inputs have \(targets.rowCount) targets")
  }
  guard inputs.count > 0, targets.columnCount > 0 else {
    throw MercerError(.invalidData, "there are no rows to fit, or no targets")
  }
  guard targets.isFinite, heldOut?.targets.isFinite ?? true else {
    throw MercerError(.invalidData, "a target is not finite")
  }
  guard heldOut.map({ $0.targets.columnCount == targets.columnCount }) ?? true else {
    throw MercerError(.shapeMismatch, "held-out rows have another number of targets")
  }
}
