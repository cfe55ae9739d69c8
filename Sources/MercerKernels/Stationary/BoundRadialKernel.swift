public import MercerCore

/// A radial kernel on two point sets, which it holds mapped by the metric.
public struct BoundRadialKernel<K: RadialKernel>: PairwiseBoundKernel {
  /// The type of the values.
  public typealias Element = K.Element

  private let kernel: K
  /// s for each pair.
  private let distances: PairwiseDistances<Element>
  /// φ(s), and q φ′(s), where φ is one of the engine's maps.
  public let pairs: PackedPairs<Element>?
  private let slopes: PackedPairs<Element>?
  /// The number of coordinates of an input, before the metric.
  public var dimension: Int { distances.dimension }

  init(_ kernel: K, rows: Points<Element>, columns: Points<Element>) {
    self.kernel = kernel
    distances = PairwiseDistances(
      checkedRows: rows, columns: columns, metric: kernel.metric, exponent: kernel.exponent)
    pairs = kernel.pairMap.map { [distances] in distances.sums.with($0) }
    slopes = kernel.pairMap?.slope?.scaled(by: kernel.exponent).map { [distances] in
      distances.sums.with($0)
    }
  }

  /// The number of row inputs, n.
  public var rowCount: Int { distances.rowCount }
  /// The number of column inputs, m.
  public var columnCount: Int { distances.columnCount }

  /// Writes the entries of the tile.
  public func fill(_ tile: Tile<Element>) {
    if let pairs { return pairs.fill(tile) }
    distances.fill(tile)
    if tile.stride == tile.columnCount {
      kernel.map(tile.rowCount * tile.columnCount, tile.base)
    } else {
      for i in 0..<tile.rowCount { kernel.map(tile.columnCount, tile.base + i * tile.stride) }
    }
  }

  /// Adds Σⱼ wᵢⱼ ∂k(xᵢ, zⱼ)/∂xᵢ over the tile, for each row i.
  public func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    if let slopes {
      return distances.accumulateInputGradient(slopes, weights: weights, into: gradient)
    }
    withWeighedSlopes(weights) { weights in
      distances.accumulateInputGradient(distances.ones, weights: weights, into: gradient)
    }
  }

  /// Adds the gradients of all outputs; false where the kernel has maps of its own.
  public func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool {
    guard let slopes else { return false }
    distances.accumulateInputGradient(
      slopes, rows: rows, panels: panels, of: vectors, into: gradient)
    return true
  }

  /// Adds Σᵢⱼ wᵢⱼ ∂k/∂θ over the tile, for each parameter θ.
  public func accumulateParameterGradient(
    weights: Tile<Element>, into gradient: inout [Double]
  ) {
    let shape = kernel.shapeParameters
    var sums = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    sums.withTile { distances.fill($0.moved(rows: weights.rows, columns: weights.columns)) }
    for index in shape.indices.dropFirst() {
      var values = sums
      values.withTile { values in
        for i in 0..<values.rowCount {
          kernel.mapShapeSlope(index, values.columnCount, values.base + i * values.stride)
          gradient[index] += Element.dot(
            UnsafeBufferPointer(weights.row(i)), UnsafeBufferPointer(values.row(i)))
        }
      }
    }
    withWeighedSlopes(weights) { slopes in
      // φ depends on s / ℓ^q, and φ′ here carries the factor q already: ∂φ/∂ℓ = −q s φ′ / ℓ.
      var total = 0.0
      sums.withUnsafeBufferPointer { sums in
        total = Element.dot(sums, UnsafeBufferPointer(start: slopes.base, count: sums.count))
      }
      gradient[0] -= total / kernel.lengthScale
      distances.accumulateScaleGradient(weights: slopes, into: &gradient[shape.count...])
    }
  }

  /// Calls the body with a packed tile of q wᵢⱼ φ′(sᵢⱼ).
  private func withWeighedSlopes(_ weights: Tile<Element>, _ body: (Tile<Element>) -> Void) {
    var memory = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    memory.withTile { memory in
      let tile = memory.moved(rows: weights.rows, columns: weights.columns)
      let (count, loops) = (tile.columnCount, Element.loops)
      if let slopes { slopes.fill(tile) } else { distances.fill(tile) }
      for i in 0..<tile.rowCount {
        let row = tile.base + i * tile.stride
        if slopes == nil {
          kernel.mapSlope(count, row)
          loops.affine(count, row, Element(kernel.exponent), 0)
        }
        loops.multiply(count, row, weights.base + i * weights.stride)
      }
      body(tile)
    }
  }
}
