/// How a table becomes coordinates, where there is a choice.
public struct EncoderOptions: Sendable, Equatable, Codable {
  /// How a category is written down.
  public enum CategoryEncoding: String, Sendable, Codable, CaseIterable {
    /// One column for each level.
    case oneHot
    /// One column of codes, for the kernel `overlap(on:)`, which only asks whether codes are equal.
    case overlap
  }

  /// How categories are written down.
  public var categories: CategoryEncoding
  /// The most levels of one category that keep a place of their own; the rarer ones share one.
  public var maximumLevelCount: Int
  /// The fewest rows a level needs to keep a place of its own.
  public var minimumLevelRows: Int
  /// Whether numbers and dates get a second coordinate, their place in the distribution of the
  /// column (`RankMap`).
  public var addsRanks: Bool

  /// The choices; by default one-hot, at most 255 levels, each in at least 2 rows, and no ranks.
  public init(
    categories: CategoryEncoding = .oneHot, maximumLevelCount: Int = 255,
    minimumLevelRows: Int = 2, addsRanks: Bool = false
  ) {
    self.categories = categories
    self.maximumLevelCount = maximumLevelCount
    self.minimumLevelRows = minimumLevelRows
    self.addsRanks = addsRanks
  }

  /// Reads the choices; those written before there were ranks have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    categories = try container.decode(CategoryEncoding.self, forKey: .categories)
    maximumLevelCount = try container.decode(Int.self, forKey: .maximumLevelCount)
    minimumLevelRows = try container.decode(Int.self, forKey: .minimumLevelRows)
    addsRanks = try container.decodeIfPresent(Bool.self, forKey: .addsRanks) ?? false
  }
}
