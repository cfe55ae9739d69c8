import Foundation
import MercerCore
import Testing

/// The errors of the elementary functions, in units of the last place of the exact result, for every
/// instruction set that the machine has.
@Suite struct ElementaryFunctionTests {
  /// Without optimisation products are rounded before they are added, which the forms chosen for
  /// fused operations pay for.
  private static let unfused: Double = {
    #if DEBUG
      0.25
    #else
      0
    #endif
  }()

  /// Every Float there is, in optimised builds, with the loops that this machine uses: of the
  /// positive half where f(−x) = ±f(x), which is then checked for some. Sines beyond 2²⁰, which the C
  /// library computes, are spot checks.
  @Test(arguments: ElementaryFunction.all)
  func everyFloat(function: ElementaryFunction) {
    var sweep = FloatSweep(function: function, chunk: 4096, stride: 1)
    #if DEBUG
      sweep = FloatSweep(function: function, chunk: 64, stride: 1 << 16)
    #endif
    if function.name.hasSuffix("sine") && function.name != "arccosine" {
      sweep.farFrom = 0x1p20
      sweep.farStride = 1024
    }
    let worst = sweep.worst(of: Float.loops)
    #expect(worst.units <= function.floatBound + Self.unfused, "\(worst)")
  }

  /// The other instruction sets, which differ by the rounding of a few operations: one chunk of
  /// neighbours in 61.
  @Test(arguments: ElementaryFunction.all)
  func manyFloats(function: ElementaryFunction) {
    for loops in everyLoops(Float.self) where loops.instructionSet != Float.loops.instructionSet {
      var sweep = FloatSweep(function: function, chunk: 1024, stride: 61)
      #if DEBUG
        sweep = FloatSweep(function: function, chunk: 16, stride: 100_003)
      #endif
      sweep.farFrom = 0x1p20
      sweep.farStride = function.name.hasSuffix("sine") ? 1024 : 1
      let worst = sweep.worst(of: loops)
      #expect(
        worst.units <= function.floatBound + Self.unfused, "\(loops.instructionSet): \(worst)")
    }
  }

  /// Arguments of every size, and the neighbours of every point where a function or its computation
  /// changes its ways.
  @Test(arguments: ElementaryFunction.all)
  func doubles(function: ElementaryFunction) {
    let x = DoubleArguments.all(of: function)
    let exact = x.map { function.reference(Reference($0)) }
    for loops in everyLoops(Double.self) {
      var y = x
      function.double(loops)(y.count, &y)
      var worst = WorstError()
      for i in 0..<x.count { worst.include(Self.units(y[i], exact[i]), at: x[i]) }
      #expect(
        worst.units <= function.doubleBound + referenceError + Self.unfused,
        "\(loops.instructionSet): \(worst)")
    }
  }

  /// How far a value is from the exact one; what is beyond the numbers counts as 2¹⁰²⁴.
  private static func units(_ value: Double, _ exact: Reference) -> Double {
    if value.isNaN || exact.isNaN { return value.isNaN && exact.isNaN ? 0 : .infinity }
    let edge = Reference(sign: .plus, exponent: 1024, significand: 1)
    let here = max(-edge, min(edge, Reference(value)))
    let there = max(-edge, min(edge, exact))
    if here == there { return 0 }
    let size = min(there.magnitude, Reference(Double.greatestFiniteMagnitude))
    return Double((here - there).magnitude / Reference(Double(size).ulp))
  }

  /// 2ᵗ, whose promise differs by instruction set below the normal numbers and next to overflow.
  @Test func powersOfTwo() {
    for loops in everyLoops(Float.self) { checkPowers(loops, from: -126, to: 127.5) }
    for loops in everyLoops(Double.self) { checkPowers(loops, from: -1022, to: 1023.5) }
  }

  private func checkPowers<E: Scalar>(_ loops: TileLoops<E>, from low: E, to high: E) {
    var stream = RandomStream(seed: 5, purpose: "powers")
    #if DEBUG
      let count = 2_000
    #else
      let count = 500_000
    #endif
    // Of all sizes, small ones among them.
    let x = (0..<count).map { index in
      let size = index % 2 == 0 ? E(stream.uniform()) : E(exp2(-40 * stream.uniform()))
      return size * (index % 3 == 0 ? high : low)
    }
    var y = x
    loops.powerOfTwo(count, &y)
    var worst = WorstError()
    for (t, value) in zip(x, y) {
      let exact = Foundation.exp2(Reference(t))
      let unit = Reference(E(exact).ulp)
      worst.include(Double((Reference(value) - exact).magnitude / unit), at: Double(t))
    }
    // Next to t = 0 from below AVX-512 rounds t + 1.
    #expect(
      worst.units <= (loops.instructionSet == "avx512" ? 1.6 : 1.1) + referenceError + Self.unfused,
      "\(worst)")

    let whole = (Int(low)...Int(high)).map { E($0) }
    var powers = whole
    loops.powerOfTwo(powers.count, &powers)
    for (t, power) in zip(whole, powers) {
      #expect(power == E(sign: .plus, exponent: E.Exponent(Int(t)), significand: 1))
    }
    var below = (0..<100).map { low - E($0) / 4 } + [-E.greatestFiniteMagnitude, -E.infinity]
    loops.powerOfTwo(below.count, &below)
    #expect(below.allSatisfy { $0 >= 0 && $0 <= E.leastNormalMagnitude })
    var beyond: [E] = [high + 1, .greatestFiniteMagnitude, .infinity, .nan, -.nan, .nan]
    loops.powerOfTwo(beyond.count, &beyond)
    #expect(beyond.prefix(3).allSatisfy { $0 == .infinity })
    #expect(beyond.suffix(3).allSatisfy { $0.isNaN })
    #expect(below.suffix(2) == [0, 0])
  }
}
