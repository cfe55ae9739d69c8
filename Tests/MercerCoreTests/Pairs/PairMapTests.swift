import Foundation
import MercerCore
import Testing

/// Every map against its formula in Double, its slope against the derivative, its logarithm against
/// the logarithm.
@Suite struct PairMapTests {
  /// A map, its formula, and the derivative where the map has one.
  struct Case: CustomTestStringConvertible, Sendable {
    let map: PairMap
    let value: @Sendable (Double) -> Double
    var derivative: (@Sendable (Double) -> Double)?
    var testDescription: String { "\(map.form)" }
  }

  static let cases: [Case] = [
    Case(map: .identity, value: { $0 }, derivative: { _ in 1 }),
    Case(map: PairMap(.affine, a: 3, c: -1), value: { 3 * $0 - 1 }, derivative: { _ in 3 }),
    Case(map: PairMap(.root, a: 2, c: -0.5), value: { 2 - 0.5 * sqrt($0) }),
    Case(
      map: PairMap(.expLinear, a: 2, c: -0.25), value: { 2 * exp(-0.25 * $0) },
      derivative: { -0.5 * exp(-0.25 * $0) }),
    Case(
      map: PairMap(.expRoot, a: 2, c: 0.75), value: { 2 * exp(-0.75 * sqrt($0)) },
      derivative: { $0 == 0 ? 0 : -0.75 * exp(-0.75 * sqrt($0)) / sqrt($0) }),
    Case(
      map: PairMap(.expRootSlope, a: 2, c: 0.75),
      value: { $0 == 0 ? 0 : 2 * exp(-0.75 * sqrt($0)) / sqrt($0) }),
    Case(
      map: PairMap(.expRootFirst, a: 2, c: 0.5),
      value: { s in 2 * (1 + 0.5 * sqrt(s)) * exp(-0.5 * sqrt(s)) },
      derivative: { -0.25 * exp(-0.5 * sqrt($0)) }),
    Case(
      map: PairMap(.expRootSecond, a: 3, c: 0.5),
      value: { s in
        let r = 0.5 * sqrt(s)
        return 3 * (1 + r + r * r / 3) * exp(-r)
      },
      derivative: { -0.125 * (1 + 0.5 * sqrt($0)) * exp(-0.5 * sqrt($0)) }),
    Case(
      map: PairMap(.expPower, a: 2, c: 0.25, p: 0.75), value: { 2 * exp(-0.25 * pow($0, 0.75)) },
      derivative: {
        $0 == 0 ? 0 : -0.375 * pow($0, -0.25) * exp(-0.25 * pow($0, 0.75))
      }),
    Case(map: PairMap(.power, a: 2, p: 0.5), value: { 2 * sqrt($0) }),
    Case(map: PairMap(.affinePower, a: 1, c: -0.5, p: 1.5), value: { 1 - 0.5 * pow($0, 1.5) }),
    Case(
      map: PairMap(.rational, a: 2, c: 0.25, p: 2.5), value: { 2 * pow(1 + 0.25 * $0, -2.5) },
      derivative: { -1.25 * pow(1 + 0.25 * $0, -3.5) }),
    Case(map: PairMap(.logOnePlus, a: -2, c: 0.5, p: 1), value: { 1 - 2 * log1p(0.5 * $0) }),
    Case(
      map: PairMap(.logRootFirst, a: 1, c: 0.5),
      value: { 1 + log1p(0.5 * sqrt($0)) - 0.5 * sqrt($0) }),
    Case(
      map: PairMap(.logRootSecond, a: 1, c: 0.5),
      value: { s in
        let r = 0.5 * sqrt(s)
        return 1 + log1p(r + r * r / 3) - r
      }),
    Case(
      map: PairMap(.polynomial, a: 0.5, c: -1, p: 3), value: { 0.5 * pow($0 - 1, 3) },
      derivative: { 1.5 * pow($0 - 1, 2) }),
    Case(map: PairMap(.polynomial, a: 0.5, p: 0), value: { _ in 0.5 }, derivative: { _ in 0 }),
    Case(map: PairMap(.share, c: 4), value: { (4 - $0) / 4 }),
    Case(map: PairMap(.quotient, a: 3, c: 7), value: { 3 * $0 / 7 }, derivative: { _ in 3.0 / 7 }),
  ]

  /// 0, tiny, ordinary and large sums, in a number that leaves a part of a vector.
  private static let sums =
    [0, 1e-30, 1e-6] + (0..<23).map { 0.03 + 0.37 * Double($0) } + [50, 200, 300.5]

  /// Exponents up to 75 carry their relative error into the value; the other terms are of the size
  /// of the largest one.
  private func check<E: Scalar>(
    _ map: PairMap, _ value: (Double) -> Double, as: E.Type, _ note: String
  ) {
    var values = Self.sums.map { E($0) }
    E.loops.map(map, values.count, &values)
    for (s, found) in zip(Self.sums, values) {
      let expected = value(Double(E(s)))
      let tolerance = 8 * Double(E.ulpOfOne) * max(80 * abs(expected), 1)
      #expect(abs(Double(found) - expected) <= tolerance, "\(note) \(map.form) at \(s)")
    }
  }

  @Test(arguments: cases)
  func isItsFormula(_ item: Case) {
    check(item.map, item.value, as: Double.self, "map")
    check(item.map, item.value, as: Float.self, "map")
  }

  @Test(arguments: cases)
  func slopeIsTheDerivative(_ item: Case) throws {
    guard let derivative = item.derivative else { return }
    let slope = try #require(item.map.slope)
    // Slopes of √s are unbounded near 0: relative there, so only from s = 0.01 on.
    var values = Self.sums.filter { $0 == 0 || $0 >= 0.01 }
    let sums = values
    Double.loops.map(slope, values.count, &values)
    for (s, found) in zip(sums, values) {
      let expected = derivative(s)
      #expect(abs(found - expected) <= 1e-13 * max(abs(expected), 1e-3), "\(item.map.form) at \(s)")
    }
  }

  @Test(arguments: cases)
  func logarithmIsThatOfTheValue(_ item: Case) throws {
    guard let logarithm = item.map.logarithm else { return }
    var values = Self.sums
    Double.loops.map(logarithm, values.count, &values)
    for (s, found) in zip(Self.sums, values) {
      let expected = log(item.value(s))
      #expect(abs(found - expected) <= 1e-13 * max(abs(expected), 1), "\(item.map.form) at \(s)")
    }
    // Where the value itself has vanished the logarithm is finite.
    var far = [1e8]
    Double.loops.map(logarithm, 1, &far)
    #expect(far[0].isFinite && far[0] < -10)
  }

  @Test func onlyPositiveMapsHaveLogarithms() {
    #expect(PairMap(.expLinear, a: -1, c: -1).logarithm == nil)
    #expect(PairMap(.polynomial, c: 1, p: 2).logarithm == nil)
  }

  @Test func factorsScaleValues() throws {
    for item in Self.cases {
      guard let scaled = item.map.scaled(by: -2.5) else { continue }
      var (values, factors) = ([0.5, 2, 9], [0.5, 2, 9])
      Double.loops.map(item.map, 3, &values)
      Double.loops.map(scaled, 3, &factors)
      for (v, f) in zip(values, factors) { #expect(abs(f + 2.5 * v) <= 1e-14 * (1 + abs(f))) }
    }
  }

  /// exp at 0, where it vanishes, where it overflows, and NaN, through the commonest map.
  @Test func exponentialsAtTheirLimits() {
    var double = [0, -Double.infinity, -800, 800, .infinity, .nan, 1]
    Double.loops.map(PairMap(.expLinear, c: 1), 7, &double)
    #expect(double[0] == 1 && double[1] == 0 && double[2] == 0)
    #expect(double[3] == .infinity && double[4] == .infinity && double[5].isNaN)
    var float = [0, -Float.infinity, -120, 120, .infinity, .nan, 1]
    Float.loops.map(PairMap(.expLinear, c: 1), 7, &float)
    #expect(float[0] == 1 && float[1] == 0 && float[2] == 0)
    #expect(float[3] == .infinity && float[4] == .infinity && float[5].isNaN)
  }
}
