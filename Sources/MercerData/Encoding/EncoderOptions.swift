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

  /// The choices; by default one-hot, at most 255 levels, each in at least 2 rows.
  public init(
    categories: CategoryEncoding = .oneHot, maximumLevelCount: Int = 255,
    minimumLevelRows: Int = 2
  ) {
    self.categories = categories
    self.maximumLevelCount = maximumLevelCount
    self.minimumLevelRows = minimumLevelRows
  }
}
