import MercerCore

/// What whoever fills tiles must keep, kernels and operators alike.
enum TileLaws {
  /// Any part of the matrix, filled alone into dirty memory with a wide stride, equals the same part
  /// of the whole, and nothing beside the part is written.
  ///
  /// Equal to the tolerance and not to the bit: BLAS may sum in another order at an edge.
  static func check<E: Scalar>(
    whole: Matrix<E>, tileSize: Int, tolerance: Double, book: inout LawBook,
    fill: (Tile<E>) -> Void
  ) {
    let scale = whole.elements.map { abs(Double($0)) }.max() ?? 0
    for rows in ranges(of: whole.rowCount, tileSize) {
      for columns in ranges(of: whole.columnCount, tileSize) {
        for padding in [0, 3] {
          let stride = columns.count + padding
          let marker: E = 12_345.5
          var memory = Matrix<E>(
            rowCount: rows.count + 1, columnCount: max(stride, 1), repeating: marker)
          memory.withTile { all in
            let tile = Tile(
              rows: rows, columns: columns, stride: all.stride, base: all.base)
            for i in 0..<rows.count { tile.row(i).update(repeating: .nan) }
            fill(tile)
          }
          let place = "rows \(rows), columns \(columns), stride \(max(stride, 1))"
          let elements = memory.elements
          var worst = 0.0
          var isPaddingKept = true
          for i in 0...rows.count {
            for j in 0..<memory.columnCount {
              let value = elements[i * memory.columnCount + j]
              if i < rows.count, j < columns.count {
                let expected = Double(whole[rows.lowerBound + i, columns.lowerBound + j])
                let error = abs(Double(value) - expected)
                worst = error.isNaN ? .infinity : max(worst, error)
              } else if value != marker {
                isPaddingKept = false
              }
            }
          }
          if worst > tolerance * scale {
            book.add("sub-tile", "\(place) differs from the whole by \(worst)")
          }
          if !isPaddingKept { book.add("padding", "\(place) wrote beside the tile") }
        }
      }
    }
  }

  /// Starts at 0, unaligned starts, and lengths 0, 1, the tile size ± 1, as far as they fit.
  private static func ranges(of count: Int, _ tileSize: Int) -> [Range<Int>] {
    var ranges = [0..<0, 0..<count]
    for length in [1, tileSize - 1, tileSize, tileSize + 1] where length > 0 {
      for start in [0, 3] where start + length <= count { ranges.append(start..<start + length) }
      if length <= count { ranges.append(count - length..<count) }
    }
    var seen = Set<Range<Int>>()
    return ranges.filter { seen.insert($0).inserted }
  }
}
