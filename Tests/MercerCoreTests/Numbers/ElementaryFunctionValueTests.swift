import MercerCore
import Testing

/// Values that must be met exactly, for every instruction set, and how one is asked for.
@Suite struct ElementaryFunctionValueTests {
  private func check<E: Scalar>(
    _ map: TileLoops<E>.Map0, _ pairs: [(E, E)], _ name: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    // Each value in the middle of a vector and in a tail.
    for padding in [0, 1, 17] {
      for (x, expected) in pairs {
        var values = [E](repeating: x, count: padding + 1)
        map(values.count, &values)
        for value in values {
          let same = value == expected && value.sign == expected.sign
          #expect(
            same || (value.isNaN && expected.isNaN), "\(name)(\(x)) = \(value)",
            sourceLocation: location)
        }
      }
    }
  }

  private func exactValues<E: Scalar>(_ loops: TileLoops<E>) {
    let (nan, inf, least) = (E.nan, E.infinity, E.leastNonzeroMagnitude)
    let most = E.greatestFiniteMagnitude
    check(
      loops.exponential,
      [
        (0, 1), (-0.0, 1), (least, 1), (-inf, 0), (-most, 0), (-2000, 0), (inf, inf), (most, inf),
        (2000, inf), (nan, nan), (-nan, nan),
      ], "exp")
    check(
      loops.logarithm,
      [
        (1, 0), (0, -inf), (-0.0, -inf), (inf, inf), (-1, nan), (-least, nan), (-inf, nan),
        (nan, nan),
      ], "log")
    check(
      loops.squareRoot,
      [(0, 0), (-0.0, -0.0), (1, 1), (4, 2), (inf, inf), (-1, nan), (nan, nan)], "sqrt")
    check(
      loops.arccosine,
      [
        (1, 0), (0, E(Double.pi / 2)), (1 + E.ulpOfOne, nan), (-1 - E.ulpOfOne, nan), (inf, nan),
        (nan, nan),
      ],
      "arccos")
    check(
      loops.errorFunction,
      [
        (0, 0), (-0.0, -0.0), (6, 1), (-6, -1), (most, 1), (-most, -1), (inf, 1), (-inf, -1),
        (nan, nan),
      ], "erf")
    check(
      loops.sine, [(0, 0), (-0.0, -0.0), (least, least), (inf, nan), (-inf, nan), (nan, nan)], "sin"
    )
    check(
      loops.cosine, [(0, 1), (-0.0, 1), (least, 1), (inf, nan), (-inf, nan), (nan, nan)], "cos")
    check(
      loops.hyperbolicTangent,
      [
        (0, 0), (-0.0, -0.0), (least, least), (20, 1), (-20, -1), (most, 1), (-most, -1), (inf, 1),
        (-inf, -1), (nan, nan),
      ], "tanh")
  }

  @Test func exactValues() {
    for loops in everyLoops(Float.self) { exactValues(loops) }
    for loops in everyLoops(Double.self) { exactValues(loops) }
  }

  /// NaN is a NaN by any payload: integer arithmetic on exponents must not make a number of it.
  @Test func payloads() {
    for loops in everyLoops(Double.self) {
      for function in ElementaryFunction.all {
        var values = (1...200).map { Double(nan: Double.RawSignificand($0) << 3, signaling: false) }
        function.double(loops)(values.count, &values)
        #expect(values.allSatisfy { $0.isNaN }, "\(function.name), \(loops.instructionSet)")
      }
    }
  }

  @Test func instructionSetsByName() {
    let names = everyLoops(Double.self).map(\.instructionSet)
    #expect(names.last == "baseline")
    #expect(names == everyLoops(Float.self).map(\.instructionSet))
    #expect(names.contains(Double.loops.instructionSet))
    #expect(TileLoops<Double>.forInstructionSet("abacus") == nil)
    #expect(TileLoops<Float>.forInstructionSet("") == nil)
  }
}
