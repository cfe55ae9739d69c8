import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import Testing

@Suite("Kernel matrices that are never stored")
struct TiledGramTests {
  static func crossViolations<E: Scalar>(_ n: Int, _ m: Int, _: E.Type) throws -> [LawViolation] {
    let example = try Example<E>(n, m)
    let gram = try TiledCrossGram(
      example.kernel, rows: example.x, columns: example.z, tiling: smallTiles)
    return OperatorLaws.check(gram, twin: example.twin(example.x, example.z))
  }

  @Test("a rectangular one keeps the laws", arguments: edgeSizes)
  func crossLaws(n: Int, m: Int) throws {
    #expect(try Self.crossViolations(n, m, Double.self) == [])
    #expect(try Self.crossViolations(n, m, Float.self) == [])
  }

  static func violations<E: Scalar>(_ n: Int, _: E.Type, tiling: Tiling) throws -> [LawViolation] {
    let example = try Example<E>(n, 1)
    let gram = try TiledGram(example.kernel, inputs: example.x, tiling: tiling)
    return OperatorLaws.check(gram, twin: example.twin(example.x, example.x))
  }

  @Test("a symmetric one keeps the laws", arguments: edgeCounts)
  func symmetricLaws(n: Int) throws {
    for tiling in [smallTiles, Tiling(rowCount: 3, columnCount: 5), .standard] {
      #expect(try Self.violations(n, Double.self, tiling: tiling) == [])
      #expect(try Self.violations(n, Float.self, tiling: tiling) == [])
    }
  }

  @Test("many bands of rows need no stripes, and many right-hand sides are taken in parts")
  func manyBands() throws {
    let example = try Example<Double>(70, 20)
    let gram = try TiledCrossGram(
      example.kernel, rows: example.x, columns: example.z,
      tiling: Tiling(rowCount: 2, columnCount: 3))
    let twin = example.twin(example.x, example.z)
    #expect(OperatorLaws.check(gram, twin: twin) == [])
    let v = Matrix<Double>.random(rowCount: 20, columnCount: 520, seed: 9)
    #expect(maximumRelativeError(try gram.applied(to: v), twin.multiplied(by: v)) < 1e-13)
  }

  @Test("a symmetric one with more bands than parts, and with too many right-hand sides for halves")
  func symmetricParts() throws {
    let example = try Example<Double>(70, 1)
    let gram = try TiledGram(
      example.kernel, inputs: example.x, tiling: Tiling(rowCount: 2, columnCount: 3))
    let twin = example.twin(example.x, example.x)
    #expect(OperatorLaws.check(gram, twin: twin) == [])
    for width in [64, 65] {
      let v = Matrix<Double>.random(rowCount: 70, columnCount: width, seed: 9)
      #expect(maximumRelativeError(try gram.applied(to: v), twin.multiplied(by: v)) < 1e-13)
    }
  }

  @Test("takes a kernel whose type is not known")
  func existentialKernel() throws {
    let example = try Example<Double>(9, 4)
    let kernel: any Kernel<Points<Double>, Double> = example.kernel
    let gram = try TiledGram<Double>(kernel, inputs: example.x)
    #expect(OperatorLaws.check(gram, twin: example.twin(example.x, example.x)) == [])
  }

  @Test("the error of a Float product does not grow with the number of columns")
  func floatSums() throws {
    // All entries and values near one, so that a sum in Float alone would lose digits.
    let m = 40_000
    let example = try Example<Float>(2, m, lengthScale: 50)
    let gram = try TiledCrossGram(example.kernel, rows: example.x, columns: example.z)
    let ones = Matrix<Float>(rowCount: m, columnCount: 1, repeating: 1)
    let y = try gram.applied(to: ones)
    let wide = try Example<Double>(2, m, lengthScale: 50)
    let exact = try TiledCrossGram(wide.kernel, rows: wide.x, columns: wide.z)
      .applied(to: Matrix(rowCount: m, columnCount: 1, repeating: 1))
    // Entries near one are off by a unit or two of 6e-8; the sums must add next to nothing.
    #expect(maximumRelativeError(y, exact) < 3e-7)
  }
}
