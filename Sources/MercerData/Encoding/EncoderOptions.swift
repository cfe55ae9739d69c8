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
  /// Coordinates beside those that every column has, for the columns with a use for them.
  public enum Addition: String, Sendable, Codable, CaseIterable {
    /// Numbers and dates by their place in the distribution of the column (`RankMap`).
    case ranks
    /// Numbers and dates by their normal scores (`NormalScores`).
    case normalScores
    /// Numbers with a heavy tail by their logarithm (`LogarithmMap`).
    case logarithms
    /// Numbers and dates by their kernel density integral (`DensityIntegralMap`).
    case densityIntegrals
    /// Numbers and dates with missing cells by two halves of their rank, between which missing cells
    /// are equally far from all others.
    case missingApart
    /// Dates by their places in the year, the week and the day (`CalendarCycle`).
    case calendar
    /// Categories whose names show an order by the place in it (`LevelOrder`).
    case orders
    /// Categories by the mean targets of their levels (`TargetMeans`), and those of more than
    /// `maximumLevelCount` levels by how frequent these are.
    case targetMeans
  }

  /// Which coordinates are added.
  public var additions: Set<Addition>
  /// Whether columns are the numbers of one array, such as pixels: with one mean and deviation for all,
  /// one coordinate each, and none left out. Other choices do not count then.
  public var sharesScale = false
  /// Which cells stand for nothing, where columns share a scale.
  public var absentCells: AbsentCells?
  /// α of kernel density integrals: the deviation of the kernel in those of the column.
  public var densityBandwidth: Double

  /// Whether numbers and dates get a second coordinate, their place in the distribution of the
  /// column: `ranks` among the additions.
  public var addsRanks: Bool {
    get { additions.contains(.ranks) }
    set {
      if newValue { additions.insert(.ranks) } else { additions.remove(.ranks) }
    }
  }

  /// The choices; by default one-hot, at most 255 levels, each in at least 2 rows, and nothing added.
  public init(
    categories: CategoryEncoding = .oneHot, maximumLevelCount: Int = 255,
    minimumLevelRows: Int = 2, addsRanks: Bool = false, additions: Set<Addition> = [],
    densityBandwidth: Double = 1
  ) {
    self.categories = categories
    self.maximumLevelCount = maximumLevelCount
    self.minimumLevelRows = minimumLevelRows
    self.additions = addsRanks ? additions.union([.ranks]) : additions
    self.densityBandwidth = densityBandwidth
  }
}

extension EncoderOptions {
  private enum CodingKeys: CodingKey {
    case categories, maximumLevelCount, minimumLevelRows, additions, densityBandwidth, addsRanks
    case sharesScale, absentCells
  }

  /// Reads the choices; those written before there were additions have none, or say only whether
  /// ranks are among them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      categories: try container.decode(CategoryEncoding.self, forKey: .categories),
      maximumLevelCount: try container.decode(Int.self, forKey: .maximumLevelCount),
      minimumLevelRows: try container.decode(Int.self, forKey: .minimumLevelRows),
      addsRanks: try container.decodeIfPresent(Bool.self, forKey: .addsRanks) ?? false,
      additions: Set(
        try container.decodeIfPresent([Addition].self, forKey: .additions) ?? []),
      densityBandwidth: try container.decodeIfPresent(Double.self, forKey: .densityBandwidth) ?? 1)
    sharesScale = try container.decodeIfPresent(Bool.self, forKey: .sharesScale) ?? false
    absentCells = try container.decodeIfPresent(AbsentCells.self, forKey: .absentCells)
  }

  /// Writes the choices, additions in their order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(categories, forKey: .categories)
    try container.encode(maximumLevelCount, forKey: .maximumLevelCount)
    try container.encode(minimumLevelRows, forKey: .minimumLevelRows)
    if sharesScale { try container.encode(true, forKey: .sharesScale) }
    try container.encodeIfPresent(absentCells, forKey: .absentCells)
    guard !additions.isEmpty else { return }
    try container.encode(
      Addition.allCases.filter { additions.contains($0) }, forKey: .additions)
    if additions.contains(.densityIntegrals) {
      try container.encode(densityBandwidth, forKey: .densityBandwidth)
    }
  }
}
