import MercerCore

/// The angles between two fixed point sets under the inner product `scale · ⟨M x, M z⟩`.
///
/// An angle is held as its cosine and, separately, its squared sine, which together keep all digits
/// whether it is near 0, π/2 or π. The squared sine is 1 − c² where that does not cancel; for
/// nearly parallel pairs it is computed anew from the coordinates in Double, O(d) for each.
struct PairAngles<Element: Scalar>: Sendable {
  /// The points mapped by the metric, n × p and m × p.
  private let x, z: Matrix<Element>
  /// scale · ⟨M x, M z⟩ for each pair.
  let products: PackedPairs<Element>
  private let metric: Metric
  /// What ⟨M x, M z⟩ is multiplied by.
  let scale: Double
  /// The number of coordinates before the metric.
  let dimension: Int
  /// scale · ‖M x‖² of each point, in Double.
  let rowVariances, columnVariances: [Double]

  /// How many pairs of a row are worked on at once: what they need stays in the first cache.
  static var chunkSize: Int { 256 }

  /// - Parameter scale: The factor of inner products, from the dimension of mapped points.
  init(
    rows: Points<Element>, columns: Points<Element>, metric: Metric, scale: (Int) -> Double
  ) {
    z = metric.mapped(columns.coordinates)
    let scale = scale(z.columnCount)
    columnVariances = z.scaledRowNorms(scale)
    let isSymmetric = rows.isIdentical(to: columns)
    x = isSymmetric ? z : metric.mapped(rows.coordinates)
    rowVariances = isSymmetric ? columnVariances : x.scaledRowNorms(scale)
    products = PackedPairs(
      rows: x, columns: z, sum: .inner, map: PairMap(.affine, a: scale))
    self.metric = metric
    self.scale = scale
    dimension = rows.dimension
  }

  var rowCount: Int { x.rowCount }
  var columnCount: Int { z.rowCount }
  private var mappedDimension: Int { z.columnCount }

  /// Cosine and squared sine of one row's angles with at most `chunkSize` columns, from their
  /// scaled inner products. Both outputs have room for a whole number of 64-byte lines.
  func computeAngles(
    row: Int, columns: Range<Int>, lengths: PairLengths<Element>.View,
    inner: UnsafePointer<Element>, cosine: UnsafeMutablePointer<Element>,
    sine2: UnsafeMutablePointer<Element>
  ) {
    let d = mappedDimension
    x.withBase { x in
      z.withBase { z in
        Element.loops.angles(
          columns.count, d, x + row * d, lengths.inverseX, z + columns.lowerBound * d, d,
          lengths.inverseZ, inner, cosine, sine2)
      }
    }
  }

  /// Calls the body for each row of the tile and each chunk of its columns: the number of the row
  /// in the tile, and in the whole matrix, and the columns in the whole matrix.
  func forEachChunk(of tile: Tile<Element>, _ body: (Int, Int, Range<Int>) -> Void) {
    let chunks = tile.columns.chunks(of: Self.chunkSize)
    for (i, row) in tile.rows.enumerated() {
      for columns in chunks { body(i, row, columns) }
    }
  }

  /// So many arrays of a chunk's size, one after the other in memory.
  struct Scratch {
    fileprivate let base: UnsafeMutablePointer<Element>
    subscript(index: Int) -> UnsafeMutablePointer<Element> { base + index * chunkSize }
  }

  /// Calls the body with arrays of a chunk's size, all zero.
  func withScratch(arrays count: Int, _ body: (Scratch) -> Void) {
    var memory = Matrix<Element>(rowCount: count, columnCount: Self.chunkSize)
    memory.withTile { body(Scratch(base: $0.base)) }
  }
}

/// The weighted derivatives of a kernel over a tile, by the scaled inner products.
struct PairSlopes<Element: Scalar> {
  /// wᵢⱼ ∂k/∂(scale ⟨xᵢ, zⱼ⟩), the size of the tile.
  var inner: Matrix<Element>
  /// Σⱼ wᵢⱼ ∂k/∂(scale ‖xᵢ‖²) for each row.
  var rows: [Double]
  /// Σᵢ wᵢⱼ ∂k/∂(scale ‖zⱼ‖²) for each column.
  var columns: [Element]

  init(_ tile: Tile<Element>) {
    inner = Matrix(rowCount: tile.rowCount, columnCount: tile.columnCount)
    rows = [Double](repeating: 0, count: tile.rowCount)
    columns = [Element](repeating: 0, count: tile.columnCount)
  }

  /// Takes up one chunk of a row; `first` is its first column in the tile.
  mutating func add(
    row: Int, first: Int, count: Int, toInner: UnsafePointer<Element>,
    toRow: UnsafePointer<Element>, toColumn: UnsafePointer<Element>
  ) {
    inner.withTile { inner in
      (inner.base + row * inner.stride + first).update(from: toInner, count: count)
    }
    rows[row] += Element.sum(UnsafeBufferPointer(start: toRow, count: count))
    columns.withUnsafeMutableBufferPointer { totals in
      if let base = totals.baseAddress { Element.loops.add(count, base + first, toColumn) }
    }
  }
}

extension PairAngles {
  /// Adds the weighted derivatives by the coordinates of the rows, by the chain rule.
  func accumulateInputGradient(
    _ slopes: PairSlopes<Element>, of tile: Tile<Element>, into gradient: Tile<Element>
  ) {
    let d = mappedDimension
    guard d > 0 else { return }
    metric.pullBack(mappedDimension: d, into: gradient) { target in
      addColumns(slopes, of: tile, into: target)
      x.withBase { x in
        for (i, row) in tile.rows.enumerated() {
          Element.axpy(
            count: d, alpha: Element(2 * scale * slopes.rows[i]), x: x + row * d,
            y: target.base + i * target.stride)
        }
      }
    }
  }

  /// Adds the weighted derivatives by the scales of the metric, if it has any.
  func accumulateScaleGradient(
    _ slopes: PairSlopes<Element>, of tile: Tile<Element>, into gradient: inout ArraySlice<Double>
  ) {
    let d = mappedDimension
    var moments = [Double](repeating: 0, count: d)
    var product = Matrix<Element>(rowCount: tile.rowCount, columnCount: d)
    product.withTile { product in
      addColumns(slopes, of: tile, into: product)
      x.withBase { x in
        for (i, row) in tile.rows.enumerated() {
          let point = x + row * d
          Element.addProducts(d, weight: 2, point, product.base + i * d, to: &moments)
          Element.addProducts(d, weight: 2 * scale * slopes.rows[i], point, point, to: &moments)
        }
      }
      z.withBase { z in
        for (j, column) in tile.columns.enumerated() {
          let point = z + column * d
          Element.addProducts(
            d, weight: 2 * scale * Double(slopes.columns[j]), point, point, to: &moments)
        }
      }
    }
    metric.accumulateScaleGradient(moments: moments, into: &gradient)
  }

  /// `target[i, :] += scale · Σⱼ slopes.inner[i, j] zⱼ`.
  private func addColumns(
    _ slopes: PairSlopes<Element>, of tile: Tile<Element>, into target: Tile<Element>
  ) {
    let d = mappedDimension
    slopes.inner.withBase { slopes in
      z.withBase { z in
        Element.gemm(
          transposeA: false, transposeB: false, m: tile.rowCount, n: d, k: tile.columnCount,
          alpha: Element(scale), a: slopes, lda: max(tile.columnCount, 1),
          b: z + tile.columns.lowerBound * d, ldb: max(d, 1), beta: 1, c: target.base,
          ldc: max(target.stride, 1))
      }
    }
  }
}

extension Matrix {
  /// scale · ‖x‖² for each row x, in Double.
  func scaledRowNorms(_ scale: Double) -> [Double] {
    withUnsafeBufferPointer { elements in
      (0..<rowCount).map { i in
        let row = UnsafeBufferPointer(
          rebasing: elements[(i * columnCount)..<((i + 1) * columnCount)])
        return scale * Element.dot(row, row)
      }
    }
  }
}
