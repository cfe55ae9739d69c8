import MercerCore

/// A kernel of a network of vectors on two point sets. What depends on one point alone, √k(x, x) at
/// each node, is computed once here in Double; pairs are taken through the graph a chunk at a time.
struct BoundNetworkKernel<Element: Scalar>: PairwiseBoundKernel {
  private let kernel: NetworkKernel<Element>
  private let graph: NetworkGraph
  private let plan: NetworkPlan
  private let angles: PairAngles<Element>
  private let lengths: NetworkLengths<Element>
  /// The kernel as the loops take it, when they know all layers.
  let pairs: PackedPairs<Element>?

  init(
    _ kernel: NetworkKernel<Element>, _ graph: NetworkGraph, rows: Points<Element>,
    columns: Points<Element>
  ) throws(MercerError) {
    self.kernel = kernel
    self.graph = graph
    plan = NetworkPlan(graph)
    angles = PairAngles(rows: rows, columns: columns, metric: kernel.metric) { dimension in
      NetworkKernel<Element>.scale(dimension: dimension)
    }
    let limit = Double(Element.greatestFiniteMagnitude)
    let columnMoments = try graph.moments(ofInputs: angles.columnVariances, limit: limit)
    lengths = try NetworkLengths(
      rows: rows.isIdentical(to: columns)
        ? columnMoments : graph.moments(ofInputs: angles.rowVariances, limit: limit),
      columns: columnMoments)
    guard let layers = graph.packedLayers else {
      pairs = nil
      return
    }
    pairs = angles.products.with(
      PairMap(.network),
      network: lengths.roots.packed(
        scale: angles.scale, layers: layers, isTangent: kernel.kind == .ntk))
  }

  var rowCount: Int { angles.rowCount }
  var columnCount: Int { angles.columnCount }
  var dimension: Int { angles.dimension }
  var secondsPerEntry: Double { pairs == nil ? graph.secondsPerPair : 0 }

  func fill(_ tile: Tile<Element>) {
    if let pairs { return pairs.fill(tile) }
    angles.products.fill(tile)
    let loops = Element.loops
    forEachChunk(of: tile, keepsStates: false, arrays: 0) { i, first, sweep, _ in
      let target = tile.base + i * tile.stride + first
      sweep.start(angles, inner: target)
      sweep.sweep.forward()
      let end = sweep.sweep.pairs(graph.output, scratch: 0)
      if let theta = end.theta {
        target.update(from: theta, count: end.count)
      } else {
        target.update(from: end.cosine, count: end.count)
        loops.multiply(end.count, target, end.scales.rootZ)
        loops.affine(end.count, target, end.scales.rootX[0], 0)
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
  /// place in `parameterGradient` is given: each chunk forward, keeping the state of every node,
  /// then back through the adjoints.
  private func slopes(
    weights: Tile<Element>, parameterGradient: inout [Double]
  ) -> PairSlopes<Element> {
    var slopes = PairSlopes(weights)
    slopes.inner.withTile { angles.products.fill($0.moved(weights)) }
    let inner = slopes.inner
    parameterGradient.withUnsafeMutableBufferPointer { gradient in
      forEachChunk(of: weights, keepsStates: true, arrays: 6 * (plan.adjointCount + 1)) {
        i, first, chunk, scratch in
        let place = i * weights.columnCount + first
        inner.withBase { chunk.start(angles, inner: $0 + place) }
        chunk.sweep.forward()
        let count = chunk.sweep.count
        let ends = chunk.sweep.backward(
          adjoints: scratch.from(6), scratch: scratch, gradient: gradient
        ) { adjoints in
          let own = kernel.kind == .nngp ? adjoints.covariance : adjoints.theta
          own.update(from: weights.base + i * weights.stride + first, count: count)
        }
        slopes.add(
          row: i, first: first, count: count, toInner: ends.covariance, toRow: ends.varianceX,
          toColumn: ends.varianceZ)
      }
    }
    return slopes
  }

  /// One chunk of a row, ready to go.
  private struct Chunk {
    let sweep: NetworkSweep<Element>
    let row: Int
    let columns: Range<Int>
    let roots: PairLengths<Element>.View

    /// Makes the state of the input from inner products.
    func start(_ angles: PairAngles<Element>, inner: UnsafePointer<Element>) {
      let input = sweep.pairs(0, scratch: 0)
      angles.computeAngles(
        row: row, columns: columns, lengths: roots, inner: inner, cosine: input.cosine,
        sine2: input.sine2)
    }
  }

  /// Calls the body for each chunk of each row: the row and the first column in the tile, the chunk,
  /// and so many arrays of its size.
  private func forEachChunk(
    of tile: Tile<Element>, keepsStates: Bool, arrays: Int,
    _ body: (Int, Int, Chunk, NetworkScratch<Element>) -> Void
  ) {
    let size = PairAngles<Element>.chunkSize
    let stateArrays = 3 * (keepsStates ? graph.nodes.count : plan.stateCount)
    let perScales = NetworkLengths<Element>.View.arrayCount
    let scaleArrays = perScales * max(2, plan.widestNode + 1)
    NetworkScratch<Element>.with(arrays: stateArrays + scaleArrays + arrays, of: size) { scratch in
      lengths.withView { view in
        angles.forEachChunk(of: tile) { i, row, columns in
          let sweep = NetworkSweep(
            graph: graph, plan: plan, count: columns.count,
            wantsTangent: keepsStates || kernel.kind == .ntk,
            scales: { node, use in
              view.scales(node: node, row: row, column: columns.lowerBound, count: columns.count) {
                scratch[stateArrays + perScales * use + $0]
              }
            }, states: scratch, keepsStates: keepsStates)
          body(
            i, columns.lowerBound - tile.columns.lowerBound,
            Chunk(
              sweep: sweep, row: row, columns: columns,
              roots: view.roots(row: row, column: columns.lowerBound)),
            scratch.from(stateArrays + scaleArrays))
        }
      }
    }
  }
}

extension Tile {
  /// This memory seen as the place of another tile.
  func moved(_ other: Tile) -> Tile { moved(rows: other.rows, columns: other.columns) }
}
