import MercerCore

/// A kernel of a network on two point sets. What depends on one point alone, √k(x, x) after each
/// layer, is computed once here in Double; pairs are taken through the layers a chunk at a time.
struct BoundNetworkKernel<Element: Scalar>: PairwiseBoundKernel {
  private let kernel: NetworkKernel<Element>
  private let angles: PairAngles<Element>
  private let lengths: PairLengths<Element>
  /// The kernel as the loops take it, when they know all layers.
  let pairs: PackedPairs<Element>?

  init(
    _ kernel: NetworkKernel<Element>, rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) {
    self.kernel = kernel
    angles = PairAngles(rows: rows, columns: columns, metric: kernel.metric) { dimension in
      NetworkKernel<Element>.scale(dimension: dimension)
    }
    lengths = try PairLengths(
      rowVariances: kernel.network.variances(of: angles.rowVariances),
      columnVariances: kernel.network.variances(of: angles.columnVariances))
    let layers = kernel.network.layers.compactMap(\.packedLayer)
    guard layers.count == kernel.network.layers.count else {
      pairs = nil
      return
    }
    pairs = angles.products.with(
      PairMap(.network),
      network: lengths.packed(
        scale: angles.scale, layers: layers, isTangent: kernel.kind == .ntk))
  }

  private var layers: [any NetworkLayer] { kernel.network.layers }
  var rowCount: Int { angles.rowCount }
  var columnCount: Int { angles.columnCount }
  var dimension: Int { angles.dimension }

  func fill(_ tile: Tile<Element>) {
    if let pairs { return pairs.fill(tile) }
    angles.products.fill(tile)
    let layers = layers
    let loops = Element.loops
    angles.withScratch(arrays: 3) { scratch in
      lengths.withViews { view in
        angles.forEachChunk(of: tile) { i, row, columns in
          let target = tile.base + i * tile.stride + (columns.lowerBound - tile.columns.lowerBound)
          var before = view(0, row, columns.lowerBound)
          let (cosine, sine2) = (scratch[0], scratch[1])
          let theta = kernel.kind == .ntk ? scratch[2] : nil
          theta?.update(repeating: 0, count: PairAngles<Element>.chunkSize)
          angles.computeAngles(
            row: row, columns: columns, lengths: before, inner: target, cosine: cosine,
            sine2: sine2)
          for (place, layer) in layers.enumerated() {
            let after = view(place + 1, row, columns.lowerBound)
            layer.forward(
              NetworkPairs(
                count: columns.count, before: before, after: after, cosine: cosine, sine2: sine2,
                theta: theta))
            before = after
          }
          if let theta {
            target.update(from: theta, count: columns.count)
          } else {
            target.update(from: cosine, count: columns.count)
            loops.multiply(columns.count, target, before.rootZ)
            loops.affine(columns.count, target, before.rootX, 0)
          }
        }
      }
    }
  }

  /// No loop does this for all outputs at once.
  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool { false }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    var unused: [Double] = []
    let slopes = slopes(weights: weights, parameterGradient: &unused)
    angles.accumulateInputGradient(slopes, of: weights, into: gradient)
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    let shapeCount = kernel.shapeParameters.count
    var shape = [Double](repeating: 0, count: shapeCount)
    let slopes = slopes(weights: weights, parameterGradient: &shape)
    for i in 0..<shapeCount { gradient[i] += shape[i] }
    if kernel.metric.hasParameters {
      angles.accumulateScaleGradient(slopes, of: weights, into: &gradient[shapeCount...])
    }
  }

  /// The weighted derivatives by inner products, and by the parameters of the layers where their
  /// place in `parameterGradient` is given: each chunk forward, keeping the state before every
  /// layer, then back through the adjoints.
  private func slopes(
    weights: Tile<Element>, parameterGradient: inout [Double]
  ) -> PairSlopes<Element> {
    var slopes = PairSlopes(weights)
    let layers = layers
    let wantsParameters = !parameterGradient.isEmpty
    let parameterCounts = wantsParameters ? layers.map(\.parameters.count) : []
    slopes.inner.withTile { angles.products.fill($0.moved(weights)) }
    let inner = slopes.inner
    angles.withScratch(arrays: 3 * (layers.count + 1) + 4) { scratch in
      lengths.withViews { view in
        angles.forEachChunk(of: weights) { i, row, columns in
          let first = columns.lowerBound - weights.columns.lowerBound
          let pairs = states(
            row: row, columns: columns, inner: (inner, i * weights.columnCount + first), view,
            scratch)
          let adjoints = startAdjoints(
            weights.base + i * weights.stride + first, count: columns.count,
            scratch, from: 3 * (layers.count + 1))
          parameterGradient.withUnsafeMutableBufferPointer { gradient in
            var end = gradient.count
            for place in layers.indices.reversed() {
              let start = wantsParameters ? end - parameterCounts[place] : 0
              layers[place].backward(
                pairs[place], adjoints: adjoints,
                gradient: UnsafeMutableBufferPointer(rebasing: gradient[start..<end]))
              end = start
            }
          }
          slopes.add(
            row: i, first: first, count: columns.count, toInner: adjoints.covariance,
            toRow: adjoints.varianceX, toColumn: adjoints.varianceZ)
        }
      }
    }
    return slopes
  }

  /// The state of one chunk before each layer, each kept in its own three arrays.
  private func states(
    row: Int, columns: Range<Int>, inner: (Matrix<Element>, offset: Int),
    _ view: (Int, Int, Int) -> PairLengths<Element>.View,
    _ scratch: PairAngles<Element>.Scratch
  ) -> [NetworkPairs<Element>] {
    let size = PairAngles<Element>.chunkSize
    var before = view(0, row, columns.lowerBound)
    inner.0.withBase { base in
      angles.computeAngles(
        row: row, columns: columns, lengths: before, inner: base + inner.offset,
        cosine: scratch[0], sine2: scratch[1])
    }
    scratch[2].update(repeating: 0, count: size)
    return layers.enumerated().map { place, layer in
      let after = view(place + 1, row, columns.lowerBound)
      let pairs = (0..<2).map { step in
        NetworkPairs(
          count: columns.count, before: before, after: after, cosine: scratch[3 * (place + step)],
          sine2: scratch[3 * (place + step) + 1], theta: scratch[3 * (place + step) + 2])
      }
      scratch[3 * (place + 1)].update(from: scratch[3 * place], count: 3 * size)
      layer.forward(pairs[1])
      before = after
      return pairs[0]
    }
  }

  /// The derivatives of the weighted kernel by what pairs hold after the last layer.
  private func startAdjoints(
    _ weights: UnsafePointer<Element>, count: Int,
    _ scratch: PairAngles<Element>.Scratch, from first: Int
  ) -> NetworkAdjoints<Element> {
    let size = PairAngles<Element>.chunkSize
    let adjoints = NetworkAdjoints(
      covariance: scratch[first], theta: scratch[first + 1], varianceX: scratch[first + 2],
      varianceZ: scratch[first + 3])
    adjoints.covariance.update(repeating: 0, count: 4 * size)
    let own = kernel.kind == .nngp ? adjoints.covariance : adjoints.theta
    own.update(from: weights, count: count)
    return adjoints
  }
}

extension Tile {
  /// This memory seen as the place of another tile.
  func moved(_ other: Tile) -> Tile { moved(rows: other.rows, columns: other.columns) }
}

extension NetworkPairs {
  init(
    count: Int, before: PairLengths<Element>.View, after: PairLengths<Element>.View,
    cosine: UnsafeMutablePointer<Element>, sine2: UnsafeMutablePointer<Element>,
    theta: UnsafeMutablePointer<Element>?
  ) {
    self.init(
      count: count, rootX: before.rootX, inverseX: before.inverseX, nextInverseX: after.inverseX,
      rootZ: before.rootZ, inverseZ: before.inverseZ, nextInverseZ: after.inverseZ,
      cosine: cosine, sine2: sine2, theta: theta)
  }
}
