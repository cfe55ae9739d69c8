import MercerCore

/// √k(x, x), its inverse and the mean of the units for the points of both sets at all nodes of a
/// graph.
struct NetworkLengths<Element: Scalar>: Sendable {
  let roots: PairLengths<Element>
  /// The rows of means there are, by node; no row for nodes whose means are zero.
  private let meanPlaces: [Int?]
  private let rowMeans, columnMeans: Matrix<Element>

  init(rows: [NodeMoments], columns: [NodeMoments]) throws(MercerError) {
    roots = try PairLengths(
      rowVariances: rows.map(\.variances), columnVariances: columns.map(\.variances))
    var places: [Int?] = []
    var (rowMeans, columnMeans): ([[Double]], [[Double]]) = ([], [])
    for (row, column) in zip(rows, columns) {
      guard row.means != nil || column.means != nil else {
        places.append(nil)
        continue
      }
      places.append(rowMeans.count)
      rowMeans.append(row.means ?? row.variances.map { _ in 0 })
      columnMeans.append(column.means ?? column.variances.map { _ in 0 })
    }
    meanPlaces = places
    self.rowMeans = Self.matrix(rowMeans, count: rows[0].variances.count)
    self.columnMeans = Self.matrix(columnMeans, count: columns[0].variances.count)
  }

  private static func matrix(_ rows: [[Double]], count: Int) -> Matrix<Element> {
    var matrix = Matrix<Element>(
      rowCount: rows.count, columnCount: count + PairLengths<Element>.padding)
    matrix.withTile { tile in
      for (i, row) in rows.enumerated() {
        for (j, value) in row.enumerated() { tile[i, j] = Element(value) }
      }
    }
    return matrix
  }

  /// The scales at a node of one row point and of the column points from some number on, and of the
  /// pairs of one number in both sets.
  struct View {
    fileprivate let roots: (Int, Int, Int) -> PairLengths<Element>.View
    fileprivate let meanPlaces: [Int?]
    fileprivate let rowMeans: UnsafePointer<Element>, columnMeans: UnsafePointer<Element>
    fileprivate let rowStride: Int, columnStride: Int

    /// How many arrays of a chunk `scales` needs as scratch.
    static var arrayCount: Int { 3 }

    /// What angles are made with.
    func roots(row: Int, column: Int) -> PairLengths<Element>.View { roots(0, row, column) }

    /// The scales of one row point, repeated, and of `count` column points.
    ///
    /// - Parameter scratch: `arrayCount` arrays, which the result refers to.
    func scales(
      node: Int, row: Int, column: Int, count: Int,
      scratch: (Int) -> UnsafeMutablePointer<Element>
    ) -> NetworkScales<Element> {
      let lengths = roots(node, row, column)
      scratch(0).fill(lengths.rootX, count: count)
      scratch(1).fill(lengths.inverseX, count: count)
      guard let place = meanPlaces[node] else {
        return NetworkScales(
          rootX: scratch(0), inverseX: scratch(1), rootZ: lengths.rootZ,
          inverseZ: lengths.inverseZ)
      }
      scratch(2).fill(rowMeans[place * rowStride + row], count: count)
      return NetworkScales(
        rootX: scratch(0), inverseX: scratch(1), rootZ: lengths.rootZ, inverseZ: lengths.inverseZ,
        meanX: scratch(2), meanZ: columnMeans + (place * columnStride + column))
    }

    /// The scales of column points, each paired with itself.
    func ownScales(node: Int, column: Int) -> NetworkScales<Element> {
      let lengths = roots(node, 0, column)
      let means = meanPlaces[node].map { columnMeans + ($0 * columnStride + column) }
      return NetworkScales(
        rootX: lengths.rootZ, inverseX: lengths.inverseZ, rootZ: lengths.rootZ,
        inverseZ: lengths.inverseZ, meanX: means, meanZ: means)
    }
  }

  /// Calls the body with a view of all.
  func withView(_ body: (View) -> Void) {
    roots.withViews { roots in
      rowMeans.withBase { rowMeans in
        columnMeans.withBase { columnMeans in
          body(
            View(
              roots: roots, meanPlaces: meanPlaces, rowMeans: rowMeans, columnMeans: columnMeans,
              rowStride: self.rowMeans.columnCount, columnStride: self.columnMeans.columnCount))
        }
      }
    }
  }
}
