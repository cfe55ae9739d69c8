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

    /// The coordinates that it sees of a number that has them.
    fileprivate var kinds: Set<CoordinateKind> {
      switch self {
      case .standardised: [.standardised]
      case .ranked: [.rank]
      case .normal: [.normalScore]
      case .logarithmic: [.logarithm]
      case .densityIntegral: [.densityIntegral]
      case .both: [.standardised, .rank]
      }
    }
  }

  /// What each coordinate says of its column.
  public var featureKinds: [CoordinateKind] { columns.flatMap(\.featureKinds) }

  /// The coordinates of a view, in increasing order: the `on:` of a kernel that sees it.
  ///
  /// Categories, booleans and indicators of missing cells are in every view. Views that see the same
  /// have equal lists: on a table without heavy tails the logarithmic one is the standardised one.
  public func features(of view: View) -> [Int] {
    var features: [Int] = []
    var first = 0
    for column in columns {
      let kinds = column.featureKinds
      let available = view.kinds.intersection(kinds)
      let shown = available.isEmpty ? [.standardised] : available
      for (place, kind) in kinds.enumerated() where !kind.isOfNumber || shown.contains(kind) {
        features.append(first + place)
      }
      first += kinds.count
    }
    return features
  }

  /// Coordinates among these that say together what one column is, and share a scale in a learned
  /// metric: the levels of one category, with its indicator of missing cells.
  ///
  /// - Parameter features: coordinates in increasing order.
  /// - Returns: groups of places in `features`, each in increasing order.
  public func featureBlocks(among features: [Int]) -> [[Int]] {
    let sources = featureColumns
    let kinds = featureKinds
    var blocks: [[Int]] = []
    var source: Int?
    for (place, feature) in features.enumerated() {
      guard case .category = columns[sources[feature]].rule,
        [.level, .code, .missing].contains(kinds[feature])
      else {
        source = nil
        continue
      }
      if source == sources[feature] {
        blocks[blocks.count - 1].append(place)
      } else {
        blocks.append([place])
      }
      source = sources[feature]
    }
    return blocks
  }
}

extension CoordinateKind {
  /// Whether it is one of the ways to see a number.
  fileprivate var isOfNumber: Bool {
    [.standardised, .rank, .normalScore, .logarithm, .densityIntegral].contains(self)
  }
}
