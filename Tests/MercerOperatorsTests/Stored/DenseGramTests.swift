import MercerCore
import MercerOperators
import MercerTestSupport
import Testing

@Suite("Stored kernel matrices")
struct DenseGramTests {
  static func violations<E: Scalar>(_ n: Int, _ m: Int, _: E.Type) -> [LawViolation] {
    let matrix = Matrix<E>.random(rowCount: n, columnCount: m, seed: 3)
    return OperatorLaws.check(DenseCrossGram(matrix, tiling: smallTiles), twin: matrix)
  }

  @Test("a rectangular one keeps the laws", arguments: edgeSizes)
  func crossLaws(n: Int, m: Int) {
    #expect(Self.violations(n, m, Double.self) == [])
    #expect(Self.violations(n, m, Float.self) == [])
  }

  static func symmetricViolations<E: Scalar>(_ n: Int, _: E.Type) throws -> [LawViolation] {
    let matrix = Matrix<E>.randomPositiveDefinite(n, seed: 4)
    return OperatorLaws.check(try DenseGram(matrix, tiling: smallTiles), twin: matrix)
  }

  @Test("a symmetric one keeps the laws", arguments: edgeCounts)
  func symmetricLaws(n: Int) throws {
    #expect(try Self.symmetricViolations(n, Double.self) == [])
    #expect(try Self.symmetricViolations(n, Float.self) == [])
  }

  @Test("a symmetric one must be square")
  func square() {
    let error = #expect(throws: MercerError.self) {
      try DenseGram(Matrix<Double>(rowCount: 2, columnCount: 3))
    }
    #expect(error?.code == .shapeMismatch)
  }

  @Test("the law checker sees a wrong operator")
  func checkerIsAwake() throws {
    var wrong = Matrix<Double>.randomPositiveDefinite(9, seed: 5)
    let right = wrong
    wrong[3, 4] += 1e-3
    let laws = Set(OperatorLaws.check(try DenseGram(wrong), twin: right).map(\.law))
    #expect(laws == ["dense twin", "sub-tile"])
  }
}
