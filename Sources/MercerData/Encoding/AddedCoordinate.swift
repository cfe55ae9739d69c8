/// A coordinate of a column beside those of its rule; every number was found in the fitted table.
///
/// An encoder has those that its options ask for, where the column has a use for them. Kernels see
/// them through the views that choose them (`TableEncoder.features(of:levels:)`).
public enum AddedCoordinate: Sendable, Equatable, Codable {
  /// Of numbers, their normal scores, by this distribution or else by that of the rule's ranks.
  case normalScore(RankMap?)
  /// Of numbers, their logarithm.
  case logarithm(LogarithmMap)
  /// Of numbers, their kernel density integral.
  case densityIntegral(DensityIntegralMap)
  /// Of numbers with missing cells, the place by this distribution or else by that of the rule's
  /// ranks, in two halves: a missing cell is at the low end of the first and at the high end of the
  /// second, so that the sum of both differences is the same to every number.
  case missingApart(RankMap?)
  /// Of dates, a place on a circle: two coordinates.
  case cycle(CalendarCycle)
  /// Of a category, the place in the order that the names of its levels show.
  case order(LevelOrder)
  /// Of a category, the mean targets of its levels, and how frequent they are.
  case levelStatistics(LevelStatistics)

  /// What each of its coordinates is.
  var kinds: [CoordinateKind] {
    switch self {
    case .normalScore: [.normalScore]
    case .logarithm: [.logarithm]
    case .densityIntegral: [.densityIntegral]
    case .missingApart: [.apart, .apart]
    case .cycle: [.cycle, .cycle]
    case .order: [.order]
    case .levelStatistics(let statistics):
      Array(repeating: .targetMean, count: statistics.outputs.count)
        + (statistics.frequencies == nil ? [] : [.frequency])
    }
  }

  /// What each of its coordinates is called after the name of the column.
  var suffixes: [String] {
    switch self {
    case .normalScore: ["normal score"]
    case .logarithm: ["logarithm"]
    case .densityIntegral: ["density integral"]
    case .missingApart: ["half rank, missing low", "half rank, missing high"]
    case .cycle(let cycle): ["\(cycle.suffix) sin", "\(cycle.suffix) cos"]
    case .order: ["order"]
    case .levelStatistics(let statistics):
      statistics.outputs.map {
        statistics.outputs.count == 1 ? "target mean" : "target mean \($0 + 1)"
      } + (statistics.frequencies == nil ? [] : ["frequency"])
    }
  }
}

extension AddedCoordinate {
  /// Whether a column of this rule can have it.
  func fits(_ rule: ColumnEncoding.Rule) -> Bool {
    switch (self, rule) {
    case (.normalScore(let own), .numeric(_, _?, _, _, _, let ranks)): own != nil || ranks != nil
    case (.missingApart(let own), .numeric(_, _?, _, true, _, let ranks)):
      own != nil || ranks != nil
    case (.logarithm, .numeric(_, _?, _, _, _, _)): true
    case (.densityIntegral, .numeric(_, _?, _, _, _, _)): true
    case (.cycle, .numeric(_, _?, _, _, true, _)): true
    case (.order, .category), (.levelStatistics, .category): true
    default: false
    }
  }
}

/// What a coordinate says of the column it is made of.
public enum CoordinateKind: String, Sendable, Codable, CaseIterable {
  /// A number, (x − mean) / deviation.
  case standardised
  /// A number's place in the distribution of its column.
  case rank
  /// A number's normal score.
  case normalScore
  /// A number's logarithm, standardised.
  case logarithm
  /// A number's kernel density integral, standardised.
  case densityIntegral
  /// One half of a number's place in the distribution of its column, with missing cells at one end.
  case apart
  /// The sine or the cosine of a date's place in a year, a week or a day.
  case cycle
  /// Which of two values a boolean has.
  case truth
  /// Whether a cell has one level of a category, or one of the rare ones.
  case level
  /// The level of a category as a code.
  case code
  /// The place of a level in the order of their names.
  case order
  /// The mean target of a level.
  case targetMean
  /// How frequent a level is.
  case frequency
  /// Whether a cell is missing.
  case missing
}
