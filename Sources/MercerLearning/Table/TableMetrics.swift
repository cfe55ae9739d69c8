/// The metrics of a table's task, encoded to JSON under the keys of the command line.
public enum TableMetrics: Sendable, Equatable {
  /// For numbers, and the share of them inside their 90 % interval.
  case regression(RegressionMetrics, intervalCoverage: Double)
  /// For classes.
  case classification(ClassificationMetrics)

  /// The number that says how wrong the model is: rmse in the target's units, or the error rate.
  public var headline: Double {
    switch self {
    case .regression(let metrics, _): metrics.rmse
    case .classification(let metrics): metrics.error
    }
  }
}

extension TableMetrics: Codable {
  private enum CodingKeys: String, CodingKey { case intervalCoverage = "interval_coverage" }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .regression(let metrics, let coverage):
      try metrics.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(["0.9": coverage], forKey: .intervalCoverage)
    case .classification(let metrics):
      try metrics.encode(to: encoder)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let coverage = try container.decodeIfPresent(
      [String: Double].self, forKey: .intervalCoverage)
    {
      self = .regression(
        try RegressionMetrics(from: decoder), intervalCoverage: coverage["0.9"] ?? 0)
    } else {
      self = .classification(try ClassificationMetrics(from: decoder))
    }
  }
}
