public import MercerCore

/// An inner-product kernel on two point sets, which it holds mapped by the metric.
public struct BoundInnerProductKernel<K: InnerProductKernel>: PairwiseBoundKernel {
  /// The type of the values.
  public typealias Element = K.Element

  private let kernel: K
  /// M x for the row and the column points.
  private let x, z: Matrix<Element>
  private let normsX, normsZ: RowNorms<Element>
  private let isSymmetric: Bool
  /// ⟨M x, M z⟩ for each pair.
  private let products: PackedPairs<Element>
  /// The kernel and its derivative by ⟨M x, M z⟩, where it is one of the engine's maps.
  public let pairs: PackedPairs<Element>?
  private let slopes: PackedPairs<Element>?
  /// The number of coordinates of an input, before the metric.
  public let dimension: Int

  init(_ kernel: K, rows: Points<Element>, columns: Points<Element>) {
    self.kernel = kernel
    dimension = rows.dimension
    isSymmetric = rows.isIdentical(to: columns)
    z = kernel.metric.mapped(columns.coordinates)
    x = isSymmetric ? z : kernel.metric.mapped(rows.coordinates)
    normsZ = RowNorms(of: z)
    normsX = isSymmetric ? normsZ : RowNorms(of: x)
    products = PackedPairs(rows: x, columns: z, sum: .inner)
    pairs = kernel.pairMap.map { [products] in products.with($0) }
    slopes = kernel.pairMap?.slope.map { [products] in products.with($0) }
  }

  private var mappedDimension: Int { z.columnCount }
  /// The number of row inputs, n.
  public var rowCount: Int { x.rowCount }
  /// The number of column inputs, m.
  public var columnCount: Int { z.rowCount }

  /// Writes the entries of the tile.
  public func fill(_ tile: Tile<Element>) {
    if let pairs { return pairs.fill(tile) }
    fillInnerProducts(tile)
    forEachRow(of: tile) { i, norm, norms in
      kernel.map(tile.columnCount, tile.base + i * tile.stride, norm: norm, norms: norms)
    }
  }

  /// Adds Σⱼ wᵢⱼ ∂k(xᵢ, zⱼ)/∂xᵢ over the tile, for each row i.
  public func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    let d = mappedDimension
    if let slopes {
      kernel.metric.pullBack(mappedDimension: d, into: gradient) { target in
        slopes.accumulateInputGradient(weights: weights, into: target)
      }
      return
    }
    var slopes = Slopes<Element>(weights)
    fillSlopes(&slopes, weights: weights)
    kernel.metric.pullBack(mappedDimension: d, into: gradient) { target in
      slopes.inner.withBase { slopes in
        z.withBase { z in
          Element.gemm(
            transposeA: false, transposeB: false, m: weights.rowCount, n: d,
            k: weights.columnCount, alpha: 1, a: slopes, lda: weights.columnCount,
            b: z + weights.columns.lowerBound * d, ldb: d, beta: 1, c: target.base,
            ldc: target.stride)
        }
      }
      x.withBase { x in
        for (i, row) in weights.rows.enumerated() where slopes.norms[i] != 0 {
          Element.axpy(
            count: d, alpha: Element(2 * slopes.norms[i]), x: x + row * d,
            y: target.base + i * target.stride)
        }
      }
    }
  }

  /// Adds the gradients of all outputs; false where the kernel has maps of its own.
  public func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool {
    guard let slopes else { return false }
    kernel.metric.pullBackAll(
      mappedDimension: mappedDimension, dimension: dimension, outputs: vectors.outputCount,
      into: gradient
    ) { target in
      slopes.accumulateInputGradient(
        rows: rows, panels: panels, of: vectors, into: target.base, stride: target.stride)
    }
    return true
  }

  /// Adds Σᵢⱼ wᵢⱼ ∂k/∂θ over the tile, for each parameter θ.
  public func accumulateParameterGradient(
    weights: Tile<Element>, into gradient: inout [Double]
  ) {
    let shapeCount = kernel.shapeParameters.count
    if shapeCount > 0 {
      var inner = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
      inner.withTile { fillInnerProducts($0.moved(rows: weights.rows, columns: weights.columns)) }
      for index in 0..<shapeCount {
        var slopes = inner
        slopes.withTile { memory in
          let slopes = memory.moved(rows: weights.rows, columns: weights.columns)
          forEachRow(of: slopes) { i, norm, norms in
            kernel.mapShapeSlope(
              index, slopes.columnCount, slopes.base + i * slopes.stride, norm: norm, norms: norms)
            gradient[index] += Element.dot(
              UnsafeBufferPointer(weights.row(i)), UnsafeBufferPointer(slopes.row(i)))
          }
        }
      }
    }
    if kernel.metric.hasParameters {
      var slopes = Slopes<Element>(weights)
      fillSlopes(&slopes, weights: weights)
      kernel.metric.accumulateScaleGradient(
        moments: moments(slopes, of: weights), into: &gradient[shapeCount...])
    }
  }

  // MARK: - Parts

  private func fillInnerProducts(_ tile: Tile<Element>) {
    products.fill(tile)
    guard isSymmetric else { return }
    let normsX = normsX.values
    for index in tile.rows.clamped(to: tile.columns) {
      tile[index - tile.rows.lowerBound, index - tile.columns.lowerBound] = normsX[index]
    }
  }

  /// Calls the body for each row of the tile, with its norm and the norms of the columns.
  private func forEachRow(
    of tile: Tile<Element>, _ body: (Int, Element, UnsafePointer<Element>) -> Void
  ) {
    let normsX = normsX.values
    normsZ.values.withUnsafeBufferPointer { norms in
      guard let norms = norms.baseAddress else { return }
      for (i, row) in tile.rows.enumerated() {
        body(i, normsX[row], norms + tile.columns.lowerBound)
      }
    }
  }

  /// The weighted derivatives of f over a tile.
  private struct Slopes<E: Scalar> {
    /// wᵢⱼ ∂f/∂⟨xᵢ, zⱼ⟩, row by row.
    var inner: Matrix<E>
    /// Σⱼ wᵢⱼ ∂f/∂‖xᵢ‖² for each row.
    var norms: [Double]
    /// Σᵢ wᵢⱼ ∂f/∂‖zⱼ‖² for each column.
    var otherNorms: [E]

    init(_ tile: Tile<E>) {
      inner = Matrix(rowCount: tile.rowCount, columnCount: tile.columnCount)
      norms = [Double](repeating: 0, count: tile.rowCount)
      otherNorms = [E](repeating: 0, count: tile.columnCount)
    }
  }

  private func fillSlopes(_ slopes: inout Slopes<Element>, weights: Tile<Element>) {
    let (count, loops) = (weights.columnCount, Element.loops)
    var (norms, otherNorms) = (slopes.norms, slopes.otherNorms)
    // Two rows: the derivatives by ‖x‖² and by ‖zⱼ‖².
    var scratch = Matrix<Element>(rowCount: 2, columnCount: count)
    slopes.inner.withTile { memory in
      let inner = memory.moved(rows: weights.rows, columns: weights.columns)
      fillInnerProducts(inner)
      scratch.withTile { scratch in
        let (own, other) = (scratch.row(0), scratch.base + count)
        otherNorms.withUnsafeMutableBufferPointer { totals in
          guard let totals = totals.baseAddress else { return }
          forEachRow(of: inner) { i, norm, columnNorms in
            let row = inner.base + i * inner.stride
            let weightRow = weights.base + i * weights.stride
            kernel.mapSlopes(
              count, row, norm: norm, norms: columnNorms, normSlopes: scratch.base,
              otherNormSlopes: other)
            loops.multiply(count, row, weightRow)
            guard K.dependsOnNorms else { return }
            norms[i] = Element.dot(
              UnsafeBufferPointer(own), UnsafeBufferPointer(start: weightRow, count: count))
            loops.multiply(count, other, weightRow)
            loops.add(count, totals, other)
          }
        }
      }
    }
    (slopes.norms, slopes.otherNorms) = (norms, otherNorms)
  }

  /// sₖ ∂/∂sₖ of the weighted sum of the tile, for each coordinate k: the norms and inner products
  /// are Σₖ sₖ² x[k]², Σₖ sₖ² z[k]² and Σₖ sₖ² x[k] z[k].
  private func moments(_ slopes: Slopes<Element>, of tile: Tile<Element>) -> [Double] {
    let d = mappedDimension
    var moments = [Double](repeating: 0, count: d)
    var product = Matrix<Element>(rowCount: tile.rowCount, columnCount: d)
    x.withBase { x in
      z.withBase { z in
        product.withTile { product in
          slopes.inner.withBase { slopes in
            Element.gemm(
              transposeA: false, transposeB: false, m: tile.rowCount, n: d, k: tile.columnCount,
              alpha: 1, a: slopes, lda: tile.columnCount, b: z + tile.columns.lowerBound * d,
              ldb: d, beta: 0, c: product.base, ldc: d)
          }
          for (i, row) in tile.rows.enumerated() {
            let point = x + row * d
            Element.addProducts(d, weight: 2, point, product.base + i * d, to: &moments)
            Element.addProducts(d, weight: 2 * slopes.norms[i], point, point, to: &moments)
          }
        }
        for (j, column) in tile.columns.enumerated() {
          let point = z + column * d
          Element.addProducts(
            d, weight: 2 * Double(slopes.otherNorms[j]), point, point, to: &moments)
        }
      }
    }
    return moments
  }
}
