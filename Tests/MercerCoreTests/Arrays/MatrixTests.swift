import MercerCore
import Testing

@Suite struct MatrixTests {
  let matrix = Matrix<Double>(rows: [[1, 2, 3], [4, 5, 6]])

  @Test func copiesAreIndependent() {
    var copy = matrix
    #expect(copy.sharesStorage(with: matrix))
    copy[0, 0] = 9
    #expect(matrix[0, 0] == 1 && copy[0, 0] == 9 && !copy.sharesStorage(with: matrix))
    var tiled = matrix
    tiled.withTile { $0[1, 2] = 7 }
    #expect(matrix[1, 2] == 6 && tiled[1, 2] == 7)
  }

  /// Blocks that are kept for the next use are never anyone's at the time: matrices of sizes about those
  /// of the pool, many of them alive at once on several threads, hold what was written to them.
  @Test func blocksInUseAreOnesOwn() async {
    let mixed = await withTaskGroup(of: Int.self) { group in
      for task in 0..<4 {
        group.addTask {
          var (held, wrong) = ([(matrix: Matrix<Double>, value: Double)](), 0)
          for turn in 0..<60 {
            let (count, value) = (12_000 + 1700 * (turn * 7 % 11), Double(100 * task + turn))
            held.append((Matrix(rowCount: 1, columnCount: count, repeating: value), value))
            if held.count > 5 {
              let (matrix, value) = held.remove(at: turn % 5)
              for place in [0, 511, matrix.columnCount - 1] where matrix[0, place] != value {
                wrong += 1
              }
            }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(mixed == 0)
  }

  @Test func parts() {
    #expect(matrix.row(1) == [4, 5, 6])
    #expect(matrix.column(1) == [2, 5])
    #expect(matrix.rows(1..<2) == Matrix(rows: [[4, 5, 6]]))
    #expect(matrix.rows(at: [1, 0, 1]) == Matrix(rows: [[4, 5, 6], [1, 2, 3], [4, 5, 6]]))
    #expect(matrix.columns(at: [2, 0]) == Matrix(rows: [[3, 1], [6, 4]]))
    #expect(matrix.transposed() == Matrix(rows: [[1, 4], [2, 5], [3, 6]]))
    #expect(
      matrix.reshaped(rowCount: 3, columnCount: 2) == Matrix(rows: [[1, 2], [3, 4], [5, 6]]))
    #expect(matrix.rows(at: []).rowCount == 0)
  }

  @Test func alignmentAndTiles() {
    var block = Matrix<Float>(rowCount: 5, columnCount: 7, repeating: 2)
    block.withUnsafeBufferPointer { #expect(Int(bitPattern: $0.baseAddress) % 64 == 0) }
    block.withTile { tile in
      let part = tile.part(rows: 2..<4, columns: 3..<6)
      #expect(part.rowCount == 2 && part.columnCount == 3 && part.stride == 7)
      part[1, 2] = 5
    }
    #expect(block[3, 5] == 5)
    #expect((0..<10).chunks(of: 4) == [0..<4, 4..<8, 8..<10] && (3..<3).chunks(of: 4).isEmpty)
  }

  @Test func finitenessAndPrecision() {
    #expect(matrix.isFinite)
    for bad in [Double.nan, .infinity, -.infinity] {
      var broken = matrix
      broken[1, 1] = bad
      #expect(!broken.isFinite)
    }
    let float = Matrix<Float>(converting: Matrix<Double>(rows: [[0.1, 1e-50]]))
    #expect(float.elements == [0.1, 0])
  }
}
