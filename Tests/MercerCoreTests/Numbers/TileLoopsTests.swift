import Foundation
import MercerCore
import Testing

/// The maps against Foundation's functions in Double: the tolerance is in units of the last place
/// of the result, with one unit more for the rounding of the reference.
@Suite struct TileLoopsTests {
  private func worst<E: Scalar>(
    _ x: [E], _ map: (Int, UnsafeMutablePointer<E>) -> Void, against f: (Double) -> Double
  ) -> Double {
    var y = x
    map(y.count, &y)
    var worst = 0.0
    for (input, output) in zip(x, y) {
      let expected = E(f(Double(input)))
      if expected == output { continue }
      worst = max(worst, abs(Double(output) - Double(expected)) / Double(expected.ulp))
    }
    return worst
  }

  /// 23 values, so that whole vectors and a tail are both covered for every instruction set.
  private func inputs<E: Scalar>(from low: Double, to high: Double, as: E.Type) -> [E] {
    var stream = RandomStream(seed: 1, purpose: "inputs")
    return (0..<23).flatMap { _ in (0..<17).map { _ in E(low + (high - low) * stream.uniform()) } }
  }

  @Test func exponential() {
    #expect(
      worst(
        inputs(from: -80, to: 80, as: Float.self), { Float.loops.map(PairMap(.expLinear, a: 1, c: 1), $0, $1) },
        against: exp) <= 1)
    #expect(
      worst(
        inputs(from: -700, to: 700, as: Double.self), { Double.loops.map(PairMap(.expLinear, a: 1, c: 1), $0, $1) },
        against: exp) <= 2)
    for special in [-Double.infinity, -800, 0, 800, .infinity] {
      #expect(worst([special], { Double.loops.map(PairMap(.expLinear, a: 1, c: 1), $0, $1) }, against: exp) <= 1)
      #expect(worst([Float(special)], { Float.loops.map(PairMap(.expLinear, a: 1, c: 1), $0, $1) }, against: exp) <= 1)
    }
    var nan = [Double.nan, 1, 2]
    Double.loops.map(PairMap(.expLinear, a: 1, c: 1), 3, &nan)
    #expect(nan[0].isNaN && abs(nan[1] - exp(1)) <= exp(1).ulp)
  }

  @Test func rootsPowersAndLogarithms() {
    let double = inputs(from: 0, to: 50, as: Double.self)
    let float = inputs(from: 0, to: 50, as: Float.self)
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.expRoot, a: 2, c: 0.7), $0, $1) },
        against: { 2 * exp(-0.7 * $0.squareRoot()) }) <= 8)
    #expect(
      worst(
        float, { Float.loops.map(PairMap(.expRoot, a: 2, c: 0.75), $0, $1) },
        against: { 2 * exp(-0.75 * $0.squareRoot()) }) <= 8)
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.expRootFirst, a: 1, c: 0.5), $0, $1) },
        against: {
          let r = 0.5 * $0.squareRoot(); return (1 + r) * exp(-r)
        }) <= 8)
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.expRootSecond, a: 1, c: 0.5), $0, $1) },
        against: {
          let r = 0.5 * $0.squareRoot(); return (1 + r + r * r / 3) * exp(-r)
        }) <= 8)
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.expRootSlope, a: 1, c: 0.5), $0, $1) },
        against: {
          let r = $0.squareRoot(); return exp(-0.5 * r) / r
        }) <= 8)
    // The relative error of a power through the logarithm grows with the exponent's size.
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.rational, a: 1, c: 0.3, p: 2.5), $0, $1) }, against: { pow(1 + 0.3 * $0, -2.5) }
      ) <= 32)
    #expect(worst(double, { Double.loops.map(PairMap(.power, a: 1, p: 0.7), $0, $1) }, against: { pow($0, 0.7) }) <= 16)
    #expect(
      worst(
        double, { Double.loops.map(PairMap(.expPower, a: 1, c: 0.2, p: 0.7), $0, $1) },
        against: { exp(-0.2 * pow($0, 0.7)) }) <= 32)
    // 1 + c s is rounded before the logarithm (and not, where a fused multiply-add does it), which
    // near 1 moves the result by one unit of 1, not of the result; so the shift by 1 is exact here.
    let shifted = double.map { $0 + 1 }
    #expect(
      worst(shifted, { Double.loops.map(PairMap(.logOnePlus, a: 1, c: 1), $0, $1) }, against: { log(1 + $0) }) <= 4)
    let small = float.map { $0.rounded() }
    #expect(worst(small, { Float.loops.map(PairMap(.logOnePlus, a: 1, c: 1), $0, $1) }, against: { log(1 + $0) }) <= 4)
    var zero = [0.0]
    Double.loops.map(PairMap(.expRootSlope, a: 1, c: 1), 1, &zero)
    #expect(zero == [0])
  }
}
