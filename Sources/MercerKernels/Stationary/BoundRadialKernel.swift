public import MercerCore

/// A radial kernel on two point sets, which it holds mapped by the metric.
public struct BoundRadialKernel<K: RadialKernel>: PairwiseBoundKernel {
  /// The type of the values.
  public typealias Element = K.Element

  private let kernel: K
  /// s for each pair, between the points M (x − c).
  private let distances: PackedPairs<Element>
  /// φ(s), and q φ′(s), where φ is one of the engine's maps.
  public let pairs: PackedPairs<Element>?
  private let slopes: PackedPairs<Element>?
  /// The number of coordinates of an input, before the metric.
  public let dimension: Int

  init(_ kernel: K, rows: Points<Element>, columns: Points<Element>) {
    self.kernel = kernel
    dimension = rows.dimension
    let metric = kernel.metric
    let sum = PairSum(
      exponent: kernel.exponent, dimension: metric.mappedDimension(of: dimension))
    // Only differences count, and a center near the points keeps the most digits of them where
    // coordinates are scaled or squared. Plain differences need none.
    let center =
      sum != .euclidean && metric == .identity ? nil : columns.coordinates.columnMeans()
    let z = metric.mapped(columns.coordinates, center: center)
    let x = rows.isIdentical(to: columns) ? z : metric.mapped(rows.coordinates, center: center)
    distances = PackedPairs(rows: x, columns: z, sum: sum)
    pairs = kernel.pairMap.map { [distances] in distances.with($0) }
    slopes = kernel.pairMap?.slope?.scaled(by: kernel.exponent).map { [distances] in
      distances.with($0)
    }
  }

  private var mappedDimension: Int { distances.dimension }
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
    kernel.metric.pullBack(mappedDimension: mappedDimension, into: gradient) { target in
      if let slopes { return slopes.accumulateInputGradient(weights: weights, into: target) }
      withWeighedSlopes(weights) { weights in
        constant.accumulateInputGradient(weights: weights, into: target)
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
      if kernel.metric.hasParameters {
        var moments = [Double](repeating: 0, count: mappedDimension)
        moments.withUnsafeMutableBufferPointer { moments in
          guard let moments = moments.baseAddress else { return }
          constant.accumulateScaleMoments(weights: slopes, into: moments)
        }
        kernel.metric.accumulateScaleGradient(moments: moments, into: &gradient[shape.count...])
      }
    }
  }

  /// Pairs whose every value is 1: derivatives against weights that hold the slopes already.
  private var constant: PackedPairs<Element> { distances.with(PairMap(.affine, a: 0, c: 1)) }

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
