/// A threshold on a direction: between two values of the projections, as near to their weighted median
/// as ties allow.
struct Cut {
  let direction: [Double]
  let threshold: Double
  /// How far from the threshold both sides count.
  let halfWidth: Double
  /// The share of the weight on the smaller side, at most ½.
  let balance: Double

  /// Values whose distance is a smaller share of their range are the same but for rounding.
  private static let resolution = 1e-9

  /// The cut of these projections; nil when they are all the same.
  ///
  /// - Parameter overlap: the share of the weight that is nearer to the threshold than the half-width.
  init?(direction: [Double], projections: [Double], weights: [Double]?, overlap: Double) {
    let order = projections.indices.sorted { (projections[$0], $0) < (projections[$1], $1) }
    guard let first = order.first, let last = order.last else { return nil }
    let range = projections[last] - projections[first]
    guard range > 0, range.isFinite else { return nil }
    let total = weights?.reduce(0, +) ?? Double(projections.count)
    var (below, best) = (0.0, -1.0)
    var threshold = 0.0
    for (row, next) in zip(order, order.dropFirst()) {
      below += weights?[row] ?? 1
      let (low, high) = (projections[row], projections[next])
      let balance = min(below, total - below) / total
      guard balance > best, high - low > Self.resolution * range else { continue }
      best = balance
      threshold = low + (high - low) / 2
    }
    guard best > 0 else { return nil }
    let distances = projections.map { abs($0 - threshold) }
    var near = 0.0
    var halfWidth = 0.0
    for row in distances.indices.sorted(by: { distances[$0] < distances[$1] }) {
      near += weights?[row] ?? 1
      halfWidth = distances[row]
      if near > overlap * total { break }
    }
    guard halfWidth > 0 else { return nil }
    self.direction = direction
    self.threshold = threshold
    self.halfWidth = halfWidth
    balance = best
  }
}
