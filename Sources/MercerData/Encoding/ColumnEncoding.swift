/// How one column of a table becomes coordinates.
public struct ColumnEncoding: Sendable, Equatable, Codable {
  /// The column's name.
  public let name: String
  /// What is done with its values.
  public let rule: Rule

  /// What is done with the values of a column; every number was found in the fitted table.
  public enum Rule: Sendable, Equatable, Codable {
    /// Numbers (and dates, as seconds since 1970): (x − mean) / deviation, a missing cell as
    /// `fill`; with ranks, a second coordinate that is the place of the same number in the
    /// distribution of the column; with an indicator, a last one that is 1 where the cell is
    /// missing.
    ///
    /// Without a deviation (all numbers were equal) there is the indicator alone.
    case numeric(
      mean: Double, deviation: Double?, fill: Double, hasIndicator: Bool, isDate: Bool,
      ranks: RankMap? = nil)
    /// Two values as one coordinate, −1/√2 and +1/√2, and 0 for a missing cell; with an indicator
    /// as for numbers.
    case boolean(negative: String, positive: String, hasIndicator: Bool)
    /// Text of these levels, sorted by Unicode scalar. One coordinate for each, one for the rare
    /// levels together if there are any, and one for missing cells (`hasMissing`), 1 where it holds
    /// and otherwise 0; or, when `isCoded`, one coordinate with the place in this order as a code.
    case category(levels: [String], rareLevels: [String], hasMissing: Bool, isCoded: Bool)
  }

  /// The coordinates after those of the rule.
  public let added: [AddedCoordinate]
  /// The numbers that were learned from, where others are held near them; nil for text and dates, and
  /// in models written before there were ranges.
  public let range: LearnedRange?

  init(
    name: String, rule: Rule, added: [AddedCoordinate] = [], range: LearnedRange? = nil
  ) {
    self.name = name
    self.rule = rule
    self.added = added
    self.range = range
  }

  /// The names of the coordinates, in their order.
  var featureNames: [String] {
    let ruled: [String] =
      switch rule {
      case .numeric(_, let deviation, _, let hasIndicator, _, let ranks):
        (deviation == nil ? [] : [name] + (ranks == nil ? [] : ["\(name) rank"]))
          + (hasIndicator ? ["\(name) is missing"] : [])
      case .boolean(_, let positive, let hasIndicator):
        ["\(name)=\(positive)"] + (hasIndicator ? ["\(name) is missing"] : [])
      case .category(let levels, let rareLevels, let hasMissing, let isCoded):
        isCoded
          ? [name]
          : levels.map { "\(name)=\($0)" } + (rareLevels.isEmpty ? [] : ["\(name) is rare"])
            + (hasMissing ? ["\(name) is missing"] : [])
      }
    return ruled + added.flatMap(\.suffixes).map { "\(name) \($0)" }
  }

  /// What the coordinates are, in their order.
  var featureKinds: [CoordinateKind] {
    let ruled: [CoordinateKind] =
      switch rule {
      case .numeric(_, let deviation, _, let hasIndicator, _, let ranks):
        (deviation == nil ? [] : [.standardised] + (ranks == nil ? [] : [.rank]))
          + (hasIndicator ? [.missing] : [])
      case .boolean(_, _, let hasIndicator): [.truth] + (hasIndicator ? [.missing] : [])
      case .category(let levels, let rareLevels, let hasMissing, let isCoded):
        isCoded
          ? [.code]
          : Array(repeating: .level, count: levels.count + (rareLevels.isEmpty ? 0 : 1))
            + (hasMissing ? [.missing] : [])
      }
    return ruled + added.flatMap(\.kinds)
  }

  /// How many coordinates the column has.
  var featureCount: Int { featureKinds.count }

  /// How many of them, the first, are those of the rule.
  var ruledFeatureCount: Int { featureCount - added.reduce(0) { $0 + $1.kinds.count } }
}

extension ColumnEncoding {
  private enum CodingKeys: CodingKey {
    case name, rule, added, range
  }

  /// Reads a column; those written before there were other coordinates have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    rule = try container.decode(Rule.self, forKey: .rule)
    added = try container.decodeIfPresent([AddedCoordinate].self, forKey: .added) ?? []
    range = try container.decodeIfPresent(LearnedRange.self, forKey: .range)
    guard added.allSatisfy({ $0.fits(rule) }) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "a coordinate does not fit its column"))
    }
  }

  /// Writes a column.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(rule, forKey: .rule)
    if !added.isEmpty { try container.encode(added, forKey: .added) }
    try container.encodeIfPresent(range, forKey: .range)
  }
}
