public import MercerCore

/// How often the true class was in the prediction set of its row, over all rows, by confidence and by
/// predicted class.
public struct SetMetrics: Sendable, Equatable {
  /// The share of rows whose set holds the truth.
  public let coverage: Double
  /// The mean number of classes in a set.
  public let size: Double
  /// Fifths of the rows by the probability of the likeliest class, ascending.
  public let byConfidence: [Group]
  /// The rows of each predicted class.
  public let byClass: [Group]

  /// Some of the rows.
  public struct Group: Sendable, Codable, Equatable {
    /// The predicted class, where the group is of one.
    public var name: String?
    /// The least and the largest probability of the likeliest class.
    public let from: Double, to: Double
    /// The number of rows.
    public let rows: Int
    /// The share of them whose likeliest class is right.
    public let accuracy: Double
    /// The share of them whose set holds the truth.
    public let coverage: Double
    /// The mean number of classes in their sets.
    public let size: Double

    private enum CodingKeys: String, CodingKey {
      case name = "class"
      case from, to, rows, accuracy, coverage, size
    }
  }

  /// The metrics of prediction sets.
  ///
  /// - Parameters:
  ///   - labels: the true classes; at least one.
  ///   - probabilities: n × c.
  ///   - sets: the classes of each row.
  ///   - names: the c classes.
  /// - Complexity: O(n (c + log n)).
  public init(labels: [Int], probabilities: Matrix<Double>, sets: [[Int]], names: [String]) {
    precondition(labels.count == probabilities.rowCount && labels.count == sets.count)
    precondition(!labels.isEmpty)
    let likeliest = labels.indices.map { probabilities.row($0).indexOfLargest }
    let confidence = labels.indices.map { probabilities[$0, likeliest[$0]] }
    func group(_ rows: [Int], name: String? = nil) -> Group {
      let n = Double(rows.count)
      return Group(
        name: name, from: rows.map { confidence[$0] }.min() ?? 0,
        to: rows.map { confidence[$0] }.max() ?? 0, rows: rows.count,
        accuracy: Double(rows.count { likeliest[$0] == labels[$0] }) / n,
        coverage: Double(rows.count { sets[$0].contains(labels[$0]) }) / n,
        size: Double(rows.reduce(0) { $0 + sets[$1].count }) / n)
    }
    let order = labels.indices.sorted { confidence[$0] < confidence[$1] }
    let all = group(order)
    coverage = all.coverage
    size = all.size
    let count = min(5, order.count)
    byConfidence = (0..<count).map { part in
      group(Array(order[order.count * part / count..<order.count * (part + 1) / count]))
    }
    byClass = names.enumerated().compactMap { place, name in
      let rows = labels.indices.filter { likeliest[$0] == place }
      return rows.isEmpty ? nil : group(rows, name: name)
    }
  }
}

extension SetMetrics: Codable {
  private enum CodingKeys: String, CodingKey {
    case coverage = "set_coverage"
    case size = "set_size"
    case byConfidence = "set_coverage_by_confidence"
    case byClass = "set_coverage_by_class"
  }

  private static let level = "0.9"

  /// Writes the numbers by the level they are of.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode([Self.level: coverage], forKey: .coverage)
    try container.encode([Self.level: size], forKey: .size)
    try container.encode(byConfidence, forKey: .byConfidence)
    try container.encode(byClass, forKey: .byClass)
  }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    coverage = try container.decode([String: Double].self, forKey: .coverage)[Self.level] ?? 0
    size = try container.decode([String: Double].self, forKey: .size)[Self.level] ?? 0
    byConfidence = try container.decode([Group].self, forKey: .byConfidence)
    byClass = try container.decode([Group].self, forKey: .byClass)
  }

  /// Reads metrics of sets where there are any.
  static func ifPresent(in decoder: any Decoder) throws -> SetMetrics? {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    return container.contains(.coverage) ? try SetMetrics(from: decoder) : nil
  }
}
