import MercerCore
import MercerTestSupport
import Testing

@Suite struct PackedMatrixTests {
  /// Tiles times packed columns, at widths around the panels of every instruction set.
  @Test(arguments: [1, 7, 48, 49, 100])
  func multipliesTiles(width: Int) {
    let tile = Matrix<Double>.random(rowCount: 11, columnCount: 50, seed: 1)
    let v = Matrix<Double>.random(rowCount: 50, columnCount: width, seed: 2)
    let packed = PackedMatrix(v, depth: 20)
    for columns in (0..<50).chunks(of: 20) {
      var memory = tile.columns(in: columns)
      var y = Matrix<Double>(rowCount: 11, columnCount: width, repeating: .nan)
      memory.withTile { memory in
        y.withTile { packed.multiply(memory.moved(rows: 0..<11, columns: columns), into: $0.base) }
      }
      let expected = tile.columns(in: columns).multiplied(by: v.rows(columns))
      // Sums of 20 products of size 1.
      #expect(zip(y.elements, expected.elements).allSatisfy { abs($0 - $1) <= 1e-14 })
    }
  }
}
