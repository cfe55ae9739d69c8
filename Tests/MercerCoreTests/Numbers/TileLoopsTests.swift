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
        inputs(from: -80, to: 80, as: Float.self), { Float.loops.expLinear($0, $1, 1, 1) },
        against: exp) <= 1)
    #expect(
      worst(
        inputs(from: -700, to: 700, as: Double.self), { Double.loops.expLinear($0, $1, 1, 1) },
        against: exp) <= 2)
    for special in [-Double.infinity, -800, 0, 800, .infinity] {
      #expect(worst([special], { Double.loops.expLinear($0, $1, 1, 1) }, against: exp) <= 1)
      #expect(worst([Float(special)], { Float.loops.expLinear($0, $1, 1, 1) }, against: exp) <= 1)
    }
    var nan = [Double.nan, 1, 2]
    Double.loops.expLinear(3, &nan, 1, 1)
    #expect(nan[0].isNaN && abs(nan[1] - exp(1)) <= exp(1).ulp)
  }

  @Test func rootsPowersAndLogarithms() {
    let double = inputs(from: 0, to: 50, as: Double.self)
    let float = inputs(from: 0, to: 50, as: Float.self)
    #expect(
      worst(
        double, { Double.loops.expRoot($0, $1, 2, 0.7) },
        against: { 2 * exp(-0.7 * $0.squareRoot()) }) <= 8)
    #expect(
      worst(
        float, { Float.loops.expRoot($0, $1, 2, 0.75) },
        against: { 2 * exp(-0.75 * $0.squareRoot()) }) <= 8)
    #expect(
      worst(
        double, { Double.loops.expRootFirst($0, $1, 1, 0.5) },
        against: {
          let r = 0.5 * $0.squareRoot(); return (1 + r) * exp(-r)
        }) <= 8)
    #expect(
      worst(
        double, { Double.loops.expRootSecond($0, $1, 1, 0.5) },
        against: {
          let r = 0.5 * $0.squareRoot(); return (1 + r + r * r / 3) * exp(-r)
        }) <= 8)
    #expect(
      worst(
        double, { Double.loops.expRootSlope($0, $1, 1, 0.5) },
        against: {
          let r = $0.squareRoot(); return exp(-0.5 * r) / r
        }) <= 8)
    // The relative error of a power through the logarithm grows with the exponent's size.
    #expect(
      worst(
        double, { Double.loops.rational($0, $1, 1, 0.3, 2.5) }, against: { pow(1 + 0.3 * $0, -2.5) }
      ) <= 32)
    #expect(worst(double, { Double.loops.power($0, $1, 1, 0.7) }, against: { pow($0, 0.7) }) <= 16)
    #expect(
      worst(
        double, { Double.loops.expPower($0, $1, 1, 0.2, 0.7) },
        against: { exp(-0.2 * pow($0, 0.7)) }) <= 32)
    // 1 + c s is rounded before the logarithm (and not, where a fused multiply-add does it), which
    // near 1 moves the result by one unit of 1, not of the result; so the shift by 1 is exact here.
    let shifted = double.map { $0 + 1 }
    #expect(
      worst(shifted, { Double.loops.logOnePlus($0, $1, 1, 1) }, against: { log(1 + $0) }) <= 4)
    let small = float.map { $0.rounded() }
    #expect(worst(small, { Float.loops.logOnePlus($0, $1, 1, 1) }, against: { log(1 + $0) }) <= 4)
    var zero = [0.0]
    Double.loops.expRootSlope(1, &zero, 1, 1)
    #expect(zero == [0])
  }

  /// Every number of rows and columns around the block sizes, against the definition.
  @Test(arguments: [1, 3, 4, 5], [1, 15, 16, 33, 65])
  func pairs(rows: Int, columns: Int) {
    let (d, q) = (3, 1.5)
    var stream = RandomStream(seed: 2, purpose: "pairs")
    let x = (0..<rows * d).map { _ in stream.normal() }
    let z = (0..<d * columns).map { _ in stream.normal() }
    let loops = Double.loops
    let terms: [(TileLoops<Double>.Pairs, (Double) -> Double)] = [
      (loops.pairsSquared, { $0 * $0 }), (loops.pairsAbsolute, abs),
      (loops.pairsPower, { pow(abs($0), q) }), (loops.pairsDiffering, { $0 == 0 ? 0 : 1 }),
    ]
    for (loop, term) in terms {
      var out = [Double](repeating: .nan, count: rows * columns)
      loop(rows, columns, d, q, x, d, z, columns, &out, columns)
      for i in 0..<rows {
        for j in 0..<columns {
          let expected = (0..<d).map { term(x[i * d + $0] - z[$0 * columns + j]) }.reduce(0, +)
          #expect(abs(out[i * columns + j] - expected) <= 1e-14 * (1 + expected))
        }
      }
    }
  }

  /// Far from the origin, norms cancel; close pairs must still come out right.
  @Test func squaredDistancesOfClosePoints() {
    let d = 20
    var stream = RandomStream(seed: 3, purpose: "close")
    let x = (0..<d).map { _ in Float(100 + stream.normal()) }
    let z = x.map { $0 + Float(1e-4 * 100) * Float(stream.normal()) } + x + x.map { $0 + 50 }
    let norms = { (v: ArraySlice<Float>) in v.map { $0 * $0 }.reduce(0, +) }
    let normsZ = (0..<3).map { norms(z[$0 * d..<($0 + 1) * d]) }
    var tile = (0..<3).map { j in (0..<d).map { x[$0] * z[j * d + $0] }.reduce(0, +) }
    Float.loops.squaredFromInner(1, 3, d, x, d, z, d, [norms(x[...])], normsZ, &tile, 3)
    for j in 0..<3 {
      let exact = (0..<d).map { Double(x[$0] - z[j * d + $0]) }.map { $0 * $0 }.reduce(0, +)
      // Kept pairs lose at most 9 of 24 bits; recomputed ones are right to a few units.
      #expect(abs(Double(tile[j]) - exact) <= 1e-3 * exact)
    }
    #expect(tile[1] == 0)
  }
}
