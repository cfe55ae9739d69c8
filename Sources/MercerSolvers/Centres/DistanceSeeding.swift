import MercerCore
import MercerOperators

/// k-means++ in the feature space of a kernel: ‖φ(x) − φ(z)‖² = k(x, x) + k(z, z) − 2 k(x, z).
///
/// Centres are proposed in blocks, and each is kept with the probability by which its distance has
/// shrunk since the block began; so they have the distribution of centres drawn one by one.
/// - Source: Arthur and Vassilvitskii, k-means++ (2007); for the blocks, the rejection of
///   `RandomlyPivotedCholesky`.
struct DistanceSeeding {
  let seed: UInt64

  func select<Element: Scalar>(
    _ count: Int, from gram: GramColumns<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    let n = gram.rowCount
    let diagonal = try gram.diagonal().map { Double($0) }
    var stream = RandomStream(seed: seed, purpose: "distance seeding")
    var chosen = [stream.integer(below: n)]
    var distances = [Double](repeating: .infinity, count: n)
    try lower(&distances, to: chosen, diagonal, gram, context)
    while chosen.count < count {
      let sampler = WeightedSampler(distances)
      guard sampler.total > 0 else { break }
      let proposals = min(max(chosen.count / 4, 1), 64)
      let proposed = (0..<proposals).map { _ in sampler.draw(&stream) }
      let core = try gram.core(at: proposed, context: context)
      var kept: [Int] = []
      for (i, row) in proposed.enumerated() where chosen.count + kept.count < count {
        let rest = kept.map { core[i, i] + core[$0, $0] - 2 * core[i, $0] }.min() ?? .infinity
        let isNew = !kept.contains { proposed[$0] == row }
        if stream.uniform() * distances[row] < rest, isNew { kept.append(i) }
      }
      let new = kept.map { proposed[$0] }
      try lower(&distances, to: new, diagonal, gram, context)
      chosen += new
    }
    return chosen
  }

  /// distances[i] ← min(distances[i], squared distance to a new centre).
  private func lower<Element: Scalar>(
    _ distances: inout [Double], to centres: [Int], _ diagonal: [Double],
    _ gram: GramColumns<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    let columns = try gram.columns(at: centres)
    let context = try context.fitting(scratchBytes: columns.scratchBytes)
    let bands = (0..<gram.rowCount).chunks(of: 512)
    let own = centres.map { diagonal[$0] }
    var nearest = Matrix(column: distances)
    try nearest.withTile { (nearest) throws(MercerError) in
      try context.forEach(
        bands.count, scratch: { Matrix<Element>(rowCount: 512, columnCount: centres.count) }
      ) { (index, scratch) throws(MercerError) in
        let rows = bands[index]
        scratch.withTile { memory in
          let tile = Tile(
            rows: rows, columns: 0..<centres.count, stride: centres.count, base: memory.base)
          columns.fill(tile)
          lowerDistances(tile, diagonal, own, nearest.base)
        }
      }
    }
    distances = nearest.elements
    // Rounding must not leave a centre at a distance from itself, nor what equals it.
    let noise = 8 * Double(Element.ulpOfOne)
    for i in distances.indices where distances[i] <= noise * diagonal[i] { distances[i] = 0 }
    for centre in centres { distances[centre] = 0 }
  }
}

/// nearest[i] ← min(nearest[i], kᵢᵢ + kⱼⱼ − 2 kᵢⱼ) over the columns j of the tile, not below 0.
@specialized(where Element == Double)
@specialized(where Element == Float)
private func lowerDistances<Element: Scalar>(
  _ tile: Tile<Element>, _ diagonal: [Double], _ own: [Double],
  _ nearest: UnsafeMutablePointer<Double>
) {
  for place in 0..<tile.rowCount {
    let i = tile.rows.lowerBound + place
    let row = tile.base + place * tile.stride
    var least = nearest[i] - diagonal[i]
    for j in 0..<tile.columnCount { least = min(least, own[j] - 2 * Double(row[j])) }
    nearest[i] = max(least + diagonal[i], 0)
  }
}
