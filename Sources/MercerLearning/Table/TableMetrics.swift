/// The metrics of a table's task, encoded to JSON under the keys of the command line.
public enum TableMetrics: Sendable, Equatable {
  /// For numbers, and what is known of their 90 % intervals.
  case regression(RegressionMetrics, IntervalMetrics)
  /// For classes, and what is known of their 90 % prediction sets.
  case classification(ClassificationMetrics, SetMetrics?)

  /// The number that says how wrong the model is: rmse in the target's units, or the error rate.
  public var headline: Double {
    switch self {
    case .regression(let metrics, _): metrics.rmse
    case .classification(let metrics, _): metrics.error
    }
  }
}

extension TableMetrics: Codable {
  private enum CodingKeys: String, CodingKey { case rmse }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .regression(let metrics, let intervals):
      try metrics.encode(to: encoder)
      try intervals.encode(to: encoder)
    case .classification(let metrics, let sets):
      try metrics.encode(to: encoder)
      try sets?.encode(to: encoder)
    }
  }

  public init(from decoder: any Decoder) throws {
    if try decoder.container(keyedBy: CodingKeys.self).contains(.rmse) {
      self = .regression(
        try RegressionMetrics(from: decoder), try IntervalMetrics(from: decoder))
    } else {
      self = .classification(
        try ClassificationMetrics(from: decoder), try SetMetrics.ifPresent(in: decoder))
    }
  }
}
