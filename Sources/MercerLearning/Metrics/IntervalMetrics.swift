/// How often measurements fell inside their 90 % intervals, over all rows and by the size of the
/// prediction.
public struct IntervalMetrics: Sendable, Equatable {
  /// The share of rows inside.
  public let coverage: Double
  /// The mean width, in the target's units; nil where it was not kept.
  public let width: Double?
  /// Fifths of the rows by prediction, ascending; fewer where there are fewer rows.
  public let bySize: [Group]

  /// The rows whose prediction lies between two values.
  public struct Group: Sendable, Codable, Equatable {
    /// The least and the largest prediction.
    public let from: Double, to: Double
    /// The number of rows.
    public let rows: Int
    /// The share of them inside.
    public let coverage: Double
    /// The mean width of their intervals.
    public let width: Double
  }

  /// Metrics of which only the coverage is known.
  public init(coverage: Double) {
    self.coverage = coverage
    width = nil
    bySize = []
  }

  /// The metrics of intervals.
  ///
  /// - Parameters:
  ///   - targets: what was measured; at least one.
  ///   - predictions: as many.
  ///   - lower: the lower bound of each.
  ///   - upper: the upper bound of each.
  /// - Complexity: O(n log n).
  public init(targets: [Double], predictions: [Double], lower: [Double], upper: [Double]) {
    precondition(!targets.isEmpty && targets.count == predictions.count)
    precondition(targets.count == lower.count && targets.count == upper.count)
    func summary(_ rows: [Int]) -> (coverage: Double, width: Double) {
      let inside = rows.count { lower[$0] <= targets[$0] && targets[$0] <= upper[$0] }
      let width = rows.reduce(0) { $0 + (upper[$1] - lower[$1]) / Double(rows.count) }
      return (Double(inside) / Double(rows.count), width)
    }
    let order = predictions.indices.sorted { predictions[$0] < predictions[$1] }
    let all = summary(order)
    coverage = all.coverage
    width = all.width
    let count = min(5, order.count)
    bySize = (0..<count).map { group in
      let rows = Array(order[order.count * group / count..<order.count * (group + 1) / count])
      let part = summary(rows)
      return Group(
        from: predictions[rows[0]], to: predictions[rows[rows.count - 1]], rows: rows.count,
        coverage: part.coverage, width: part.width)
    }
  }
}

extension IntervalMetrics: Codable {
  private enum CodingKeys: String, CodingKey {
    case coverage = "interval_coverage"
    case width = "interval_width"
    case bySize = "interval_coverage_by_size"
  }

  private static let level = "0.9"

  /// Writes the numbers by the level they are of.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode([Self.level: coverage], forKey: .coverage)
    try container.encodeIfPresent(width.map { [Self.level: $0] }, forKey: .width)
    if !bySize.isEmpty { try container.encode(bySize, forKey: .bySize) }
  }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    coverage = try container.decode([String: Double].self, forKey: .coverage)[Self.level] ?? 0
    width = try container.decodeIfPresent([String: Double].self, forKey: .width)?[Self.level]
    bySize = try container.decodeIfPresent([Group].self, forKey: .bySize) ?? []
  }
}
