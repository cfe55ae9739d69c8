import MercerCore
import MercerOperators
import MercerTestSupport
import Testing

@Suite("Operators made of operators")
struct WrapperTests {
  /// Every wrapper of a symmetric operator with the matrix it must equal.
  static func symmetric<E: Scalar>(
    _ n: Int, _: E.Type
  ) throws -> [(String, any SymmetricGramOperator<E>, Matrix<E>)] {
    let example = try Example<E>(n, 1)
    let k = example.twin(example.x, example.x)
    let l = Matrix<E>.randomPositiveDefinite(n, seed: 6)
    let tiled = try TiledGram(example.kernel, inputs: example.x, tiling: smallTiles)
    let dense = try DenseGram(l, tiling: smallTiles)
    let shifts = (0..<n).map { E($0) / 4 }
    let indices = (0..<n).filter { $0 % 3 != 1 }.reversed() + (0..<min(n, 4))
    let rowMeans = (0..<n).map { k.row($0).reduce(0) { $0 + Double($1) } / Double(n) }
    let mean = rowMeans.reduce(0, +) / Double(max(n, 1))
    return [
      ("scaled", try ScaledGram(tiled, by: 0.3), mapped(k) { 0.3 * $2 }),
      ("sum", try SumGram(tiled, dense), mapped(k) { $2 + Double(l[$0, $1]) }),
      (
        "product", try ProductGram(tiled, dense, tiling: smallTiles),
        mapped(k) { $2 * Double(l[$0, $1]) }
      ),
      ("shifted", try ShiftedGram(tiled, by: 0.5), mapped(k) { $2 + ($0 == $1 ? 0.5 : 0) }),
      (
        "shifted by a vector", try ShiftedGram(tiled, by: shifts),
        mapped(k) { $2 + ($0 == $1 ? Double(shifts[$0]) : 0) }
      ),
      (
        "centred", try CentredGram(tiled),
        mapped(k) { $2 - rowMeans[$0] - rowMeans[$1] + mean }
      ),
      ("part", SubGram(tiled, at: indices), k.rows(at: indices).columns(at: indices)),
      (
        "nested", try ShiftedGram(SumGram(ScaledGram(tiled, by: 2), dense), by: 0.25),
        mapped(k) { 2 * $2 + Double(l[$0, $1]) + ($0 == $1 ? 0.25 : 0) }
      ),
    ]
  }

  /// Centring subtracts numbers near one, which leaves 1 / scale times their rounding.
  static func tolerance<E: Scalar>(_: E.Type) -> Double { 10 * standardTolerance(for: E.self) }

  @Test("symmetric ones keep the laws", arguments: edgeCounts)
  func symmetricLaws(n: Int) throws {
    for (name, gram, twin) in try Self.symmetric(n, Double.self) {
      let violations = OperatorLaws.check(
        gram, twin: twin, tolerance: Self.tolerance(Double.self))
      #expect(violations == [], "\(name)")
    }
    for (name, gram, twin) in try Self.symmetric(n, Float.self) {
      let violations = OperatorLaws.check(
        gram, twin: twin, tolerance: Self.tolerance(Float.self))
      #expect(violations == [], "\(name)")
    }
  }

  static func cross<E: Scalar>(
    _ n: Int, _ m: Int, _: E.Type
  ) throws -> [(String, any GramOperator<E>, Matrix<E>)] {
    let example = try Example<E>(n, m)
    let k = example.twin(example.x, example.z)
    let l = Matrix<E>.random(rowCount: n, columnCount: m, seed: 6)
    let tiled = try TiledCrossGram(
      example.kernel, rows: example.x, columns: example.z, tiling: smallTiles)
    let dense = DenseCrossGram(l, tiling: smallTiles)
    let rows = Array((0..<n).reversed()) + (0..<min(n, 2))
    let columns = (0..<m).filter { $0 % 4 != 2 }
    return [
      ("scaled", try ScaledGram(tiled, by: 0.3), mapped(k) { 0.3 * $2 }),
      ("sum", try SumGram(tiled, dense), mapped(k) { $2 + Double(l[$0, $1]) }),
      (
        "product", try ProductGram(tiled, dense, tiling: smallTiles),
        mapped(k) { $2 * Double(l[$0, $1]) }
      ),
      (
        "part", SubCrossGram(tiled, rows: rows, columns: columns),
        k.rows(at: rows).columns(at: columns)
      ),
    ]
  }

  @Test("rectangular ones keep the laws", arguments: edgeSizes)
  func crossLaws(n: Int, m: Int) throws {
    for (name, gram, twin) in try Self.cross(n, m, Double.self) {
      #expect(OperatorLaws.check(gram, twin: twin) == [], "\(name)")
    }
    for (name, gram, twin) in try Self.cross(n, m, Float.self) {
      #expect(OperatorLaws.check(gram, twin: twin) == [], "\(name)")
    }
  }

  @Test("compose without known types")
  func existentials() throws {
    let example = try Example<Double>(9, 1)
    let gram: any SymmetricGramOperator<Double> = try TiledGram(
      example.kernel, inputs: example.x)
    let k = example.twin(example.x, example.x)
    let composed = try gram.scaled(by: 2).adding(gram).shifted(by: 0.5).part(at: [4, 1])
    let twin = mapped(k) { 3 * $2 + ($0 == $1 ? 0.5 : 0) }.rows(at: [4, 1]).columns(at: [4, 1])
    #expect(OperatorLaws.check(composed, twin: twin) == [])
    #expect(OperatorLaws.check(try gram.centred(), twin: try centredTwin(k)) == [])
  }

  private func centredTwin(_ k: Matrix<Double>) throws -> Matrix<Double> {
    let n = k.rowCount
    let h = mapped(Matrix<Double>.identity(n)) { $2 - 1 / Double(n) }
    return h.multiplied(by: k).multiplied(by: h)
  }

  @Test("refuse sizes and parameters that make no sense")
  func refusals() throws {
    let small = try DenseGram(Matrix<Double>.identity(2))
    let large = try DenseGram(Matrix<Double>.identity(3))
    func code(_ body: () throws -> Void) -> MercerError.Code? {
      do { try body() } catch { return (error as? MercerError)?.code }
      return nil
    }
    #expect(code { _ = try SumGram(small, large) } == .shapeMismatch)
    #expect(code { _ = try ProductGram(small, large) } == .shapeMismatch)
    #expect(code { _ = try ShiftedGram(small, by: [1]) } == .shapeMismatch)
    for value in [-1, Double.nan, .infinity] {
      #expect(code { _ = try ScaledGram(small, by: value) } == .invalidParameter)
      #expect(code { _ = try ShiftedGram(small, by: value) } == .invalidParameter)
      #expect(code { _ = try ShiftedGram(small, by: [0, value]) } == .invalidParameter)
    }
  }
}
