extension TableEncoder {
  /// A choice of coordinates in which every column of the table is there once: how numbers and dates
  /// are seen. A number that lacks a coordinate is seen by its size.
  public enum View: String, Sendable, Codable, CaseIterable {
    /// By their size: (x − mean) / deviation.
    case standardised
    /// By their place in the distribution of their column.
    case ranked
    /// By their normal scores.
    case normal
    /// By their logarithms.
    case logarithmic
    /// By their kernel density integrals.
    case densityIntegral
    /// By their size and their place, side by side.
    case both
    /// By their place, and missing cells at one distance from all others in the sum of absolute
    /// differences, that of the middle from the ends.
    case missingApart

    /// The coordinates that it sees of a number that has them.
    fileprivate var kinds: Set<CoordinateKind> {
      switch self {
      case .standardised: [.standardised]
      case .ranked: [.rank]
      case .normal: [.normalScore]
      case .logarithmic: [.logarithm]
      case .densityIntegral: [.densityIntegral]
      case .both: [.standardised, .rank]
      case .missingApart: [.rank, .apart]
      }
    }
  }

  /// How categories are seen.
  public struct LevelForms: OptionSet, Sendable, Hashable {
    /// The bits of the forms.
    public let rawValue: Int

    /// Forms from their bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// One coordinate for each level, or its code.
    public static let oneHot = LevelForms(rawValue: 1)
    /// The place in the order that the names of the levels show.
    public static let order = LevelForms(rawValue: 2)
    /// The mean targets of the levels, and their frequencies.
    public static let means = LevelForms(rawValue: 4)

    fileprivate var kinds: Set<CoordinateKind> {
      var kinds: Set<CoordinateKind> = []
      if contains(.oneHot) { kinds.formUnion([.level, .code]) }
      if contains(.order) { kinds.insert(.order) }
      if contains(.means) { kinds.formUnion([.targetMean, .frequency]) }
      return kinds
    }
  }

  /// What each coordinate says of its column.
  public var featureKinds: [CoordinateKind] { columns.flatMap(\.featureKinds) }

  /// The coordinates of a view, in increasing order: the `on:` of a kernel that sees it.
  ///
  /// Booleans, indicators of missing cells and places of dates in the year are in every view. A
  /// column that has none of the coordinates asked for is seen by its size or its levels. Views that
  /// see the same have equal lists: on a table without heavy tails the logarithmic one is the
  /// standardised one.
  /// - Parameters:
  ///   - view: how numbers are seen.
  ///   - levels: how categories are seen.
  public func features(of view: View, levels: LevelForms = .oneHot) -> [Int] {
    var features: [Int] = []
    var first = 0
    for column in columns {
      let kinds = column.featureKinds
      var ofNumber = view.kinds.intersection(kinds)
      // Two halves stand for the whole.
      if ofNumber.contains(.apart) { ofNumber = [.apart] }
      let ofLevel = levels.kinds.intersection(kinds)
      let shown = (ofNumber.isEmpty ? [.standardised] : ofNumber)
        .union(ofLevel.isEmpty ? [.level, .code] : ofLevel)
      for (place, kind) in kinds.enumerated() where kind.isInAllViews || shown.contains(kind) {
        features.append(first + place)
      }
      first += kinds.count
    }
    return features
  }

  /// Coordinates among these that say together one thing of a column, and share a scale in a learned
  /// metric: the levels of a category with its indicator of missing cells, the sine and the cosine
  /// of a cycle, the halves of a rank.
  ///
  /// - Parameter features: coordinates in increasing order.
  /// - Returns: groups of places in `features`, each in increasing order.
  public func featureBlocks(among features: [Int]) -> [[Int]] {
    let groups = blockGroups
    var blocks: [[Int]] = []
    var last: Int?
    for (place, feature) in features.enumerated() {
      let group = groups[feature]
      if let group, group == last {
        blocks[blocks.count - 1].append(place)
      } else if group != nil {
        blocks.append([place])
      }
      last = group
    }
    return blocks
  }

  /// The coordinates that the rule of each column makes, without those that were added to it, and whether
  /// they are those of the levels of a category.
  public var ruledFeatures: [(features: Range<Int>, isCategory: Bool)] {
    var next = 0
    return columns.map { column in
      let isCategory =
        if case .category(_, _, _, isCoded: false) = column.rule { true } else { false }
      defer { next += column.featureCount }
      return (next..<next + column.ruledFeatureCount, isCategory)
    }
  }

  /// For each coordinate the number of its group, or nil where it stands alone.
  private var blockGroups: [Int?] {
    var groups: [Int?] = []
    var next = 0
    for column in columns {
      let isCategory = if case .category = column.rule { true } else { false }
      groups += Array(repeating: isCategory ? next : nil, count: column.ruledFeatureCount)
      next += 1
      for addition in column.added {
        let isPair =
          switch addition {
          case .cycle, .missingApart: true
          default: false
          }
        groups += Array(repeating: isPair ? next : nil, count: addition.kinds.count)
        next += 1
      }
    }
    return groups
  }
}

extension CoordinateKind {
  /// Whether nothing else says the same of a column.
  fileprivate var isInAllViews: Bool {
    switch self {
    case .truth, .missing, .cycle: true
    case .standardised, .rank, .normalScore, .logarithm, .densityIntegral, .apart: false
    case .level, .code, .order, .targetMean, .frequency: false
    }
  }
}
