public import MercerCore

/// A law that a kernel or an operator broke, in words for a test report.
public struct LawViolation: Sendable, Equatable, CustomStringConvertible {
  /// The law: `symmetry`, `dirty output`.
  public let law: String
  /// What was seen, with the numbers.
  public let detail: String

  /// A broken law.
  public init(_ law: String, _ detail: String) {
    self.law = law
    self.detail = detail
  }

  /// `symmetry: K(X, Z) and K(Z, X)ᵀ differ by 3e-3`.
  public var description: String { "\(law): \(detail)" }
}

/// Gathers broken laws.
struct LawBook {
  private(set) var violations: [LawViolation] = []

  mutating func add(_ law: String, _ detail: String) {
    violations.append(LawViolation(law, detail))
  }

  /// Two arrays agree to a tolerance relative to the largest expected value.
  mutating func expect<E: Scalar>(
    _ law: String, _ actual: Matrix<E>, near expected: Matrix<E>, within tolerance: Double,
    _ what: @autoclosure () -> String
  ) {
    let error = maximumRelativeError(actual, expected)
    if !(error <= tolerance) {
      add(law, "\(what()) is off by \(error), more than \(tolerance)")
    }
  }

  /// The body throws an error of this code.
  mutating func expect(
    _ law: String, throws code: MercerError.Code, _ what: @autoclosure () -> String,
    _ body: () throws(MercerError) -> Void
  ) {
    do throws(MercerError) {
      try body()
      add(law, "\(what()) did not throw .\(code)")
    } catch {
      if error.code != code { add(law, "\(what()) threw .\(error.code), not .\(code)") }
    }
  }

  /// Runs a law; an error thrown from inside breaks it.
  mutating func run(
    _ law: String, _ body: (inout LawBook) throws(MercerError) -> Void
  ) {
    do throws(MercerError) { try body(&self) } catch { add(law, "threw \(error)") }
  }
}

/// The tolerance that laws use unless told otherwise, relative to the largest value: some hundred to
/// thousand units of rounding, what sums and cancellation in small examples may cost.
public func standardTolerance<E: Scalar>(for type: E.Type) -> Double {
  type == Float.self ? 2e-5 : 1e-12
}
