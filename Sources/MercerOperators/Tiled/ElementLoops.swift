import MercerCore

// The loops of this room, in one place and marked for both element types, so that no operator
// runs an unspecialised loop.
enum ElementLoops {
  /// total[i, j] += partial[i, j]; both packed, the sum in Double.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func accumulate<Element: Scalar>(
    _ count: Int, _ partial: UnsafePointer<Element>, into total: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<count { total[i] += Double(partial[i]) }
  }

  /// Writes packed sums (rows of `tile.columnCount`) into the tile, each rounded once.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func round<Element: Scalar>(_ total: UnsafePointer<Double>, into tile: Tile<Element>) {
    let width = tile.columnCount
    for i in 0..<tile.rowCount {
      let row = tile.base + i * tile.stride
      for j in 0..<width { row[j] = Element(total[i * width + j]) }
    }
  }

  /// total[j · stride + i] += partial[i, j], partial packed.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func accumulateTransposed<Element: Scalar>(
    _ partial: UnsafePointer<Element>, rows: Int, columns: Int,
    into total: UnsafeMutablePointer<Double>, stride: Int
  ) {
    for j in 0..<columns {
      for i in 0..<rows { total[j * stride + i] += Double(partial[i * columns + j]) }
    }
  }

  /// tile[i, j] ← total[j · stride + i], each rounded once.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func roundTransposed<Element: Scalar>(
    _ total: UnsafePointer<Double>, stride: Int, into tile: Tile<Element>
  ) {
    for i in 0..<tile.rowCount {
      let row = tile.base + i * tile.stride
      for j in 0..<tile.columnCount { row[j] = Element(total[j * stride + i]) }
    }
  }

  /// y[i, j] += shifts[i] v[i, j] for packed matrices of this width.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func addScaledRows<Element: Scalar>(
    _ shifts: UnsafeBufferPointer<Element>, width: Int, _ v: UnsafePointer<Element>,
    into y: UnsafeMutablePointer<Element>
  ) {
    for i in 0..<shifts.count {
      for j in i * width..<(i + 1) * width { y[j] += shifts[i] * v[j] }
    }
  }

  /// tile[i, j] += rows[i] + columns[j]; the same bits when rows and columns change places.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func addRowsAndColumns<Element: Scalar>(
    _ rows: UnsafePointer<Element>, _ columns: UnsafePointer<Element>, to tile: Tile<Element>
  ) {
    for i in 0..<tile.rowCount {
      let row = tile.base + i * tile.stride
      for j in 0..<tile.columnCount { row[j] += rows[i] + columns[j] }
    }
  }

  /// Subtracts from every column of a packed matrix its mean, taken in Double.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func centreColumns<Element: Scalar>(_ matrix: Tile<Element>) {
    let (rows, columns) = (matrix.rowCount, matrix.columnCount)
    guard rows > 0 else { return }
    var means = [Double](repeating: 0, count: columns)
    for i in 0..<rows {
      let row = matrix.base + i * matrix.stride
      for j in 0..<columns { means[j] += Double(row[j]) }
    }
    for j in 0..<columns { means[j] /= Double(rows) }
    for i in 0..<rows {
      let row = matrix.base + i * matrix.stride
      for j in 0..<columns { row[j] = Element(Double(row[j]) - means[j]) }
    }
  }

  /// target[rows[i], :] += source[i, :], both packed with this width.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func scatter<Element: Scalar>(
    _ source: UnsafePointer<Element>, width: Int, to rows: [Int],
    of target: UnsafeMutablePointer<Element>
  ) {
    for (i, row) in rows.enumerated() {
      for j in 0..<width { target[row * width + j] += source[i * width + j] }
    }
  }

  /// Copies a tile to another of the same size.
  static func copy<Element: Scalar>(_ source: Tile<Element>, to target: Tile<Element>) {
    for i in 0..<source.rowCount {
      (target.base + i * target.stride).update(
        from: source.base + i * source.stride, count: source.columnCount)
    }
  }

  /// Copies the transpose of a tile to another, in blocks that stay in the first-level cache.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func copyTransposed<Element: Scalar>(
    _ source: Tile<Element>, to target: Tile<Element>
  ) {
    let block = 16
    // Whole rows of the target first: those may lie a page apart.
    for j0 in stride(from: 0, to: source.columnCount, by: block) {
      for i0 in stride(from: 0, to: source.rowCount, by: block) {
        for j in j0..<min(j0 + block, source.columnCount) {
          let row = target.base + j * target.stride
          for i in i0..<min(i0 + block, source.rowCount) {
            row[i] = source.base[i * source.stride + j]
          }
        }
      }
    }
  }

  /// Writes the lower triangle of a square tile into the upper one.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func mirror<Element: Scalar>(_ tile: Tile<Element>) {
    for i in 0..<tile.rowCount {
      for j in 0..<i { tile.base[j * tile.stride + i] = tile.base[i * tile.stride + j] }
    }
  }

  // MARK: - Joining reductions of rows

  /// `kept[i] ← max(kept[i], values[i])`, and NaN if either is.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func takeMaxima<Element: Scalar>(of values: [Element], into kept: inout [Element]) {
    for i in kept.indices where values[i] > kept[i] || values[i].isNaN { kept[i] = values[i] }
  }

  /// The smallest `width` of two ascending lists for each row, of equal ones the first list's first.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func mergeAscending<Element: Scalar>(
    width: Int, _ a: [Element], _ columnsA: [Int], _ b: [Element], _ columnsB: [Int],
    into values: inout [Element], _ columns: inout [Int]
  ) {
    for start in stride(from: 0, to: a.count, by: width) {
      var (i, j) = (start, start)
      for place in start..<start + width {
        if b[j] < a[i] {
          (values[place], columns[place]) = (b[j], columnsB[j])
          j += 1
        } else {
          (values[place], columns[place]) = (a[i], columnsA[i])
          i += 1
        }
      }
    }
  }
}
