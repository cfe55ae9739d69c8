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

  /// What each of its coordinates is.
  var kinds: [CoordinateKind] {
    switch self {
    case .normalScore: [.normalScore]
    case .logarithm: [.logarithm]
    case .densityIntegral: [.densityIntegral]
    }
  }

  /// What each of its coordinates is called after the name of the column.
  var suffixes: [String] {
    switch self {
    case .normalScore: ["normal score"]
    case .logarithm: ["logarithm"]
    case .densityIntegral: ["density integral"]
    }
  }
}

extension AddedCoordinate {
  /// Whether a column of this rule can have it.
  func fits(_ rule: ColumnEncoding.Rule) -> Bool {
    switch (self, rule) {
    case (.normalScore(let own), .numeric(_, _?, _, _, _, let ranks)): own != nil || ranks != nil
    case (.logarithm, .numeric(_, _?, _, _, _, _)): true
    case (.densityIntegral, .numeric(_, _?, _, _, _, _)): true
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
  /// Which of two values a boolean has.
  case truth
  /// Whether a cell has one level of a category, or one of the rare ones.
  case level
  /// The level of a category as a code.
  case code
  /// Whether a cell is missing.
  case missing
}

/// An added coordinate, ready to be computed of many cells.
enum AddedValues {
  case normalScore(NormalScores)
  case logarithm(LogarithmMap)
  case densityIntegral(DensityIntegralMap, mean: Double, deviation: Double)

  /// Nil where it does not fit the rule, which a checked encoder has nowhere.
  init?(_ coordinate: AddedCoordinate, rule: ColumnEncoding.Rule) {
    guard case .numeric(let mean, let deviation?, _, _, _, let ranks) = rule else { return nil }
    switch coordinate {
    case .normalScore(let own):
      guard let distribution = own ?? ranks else { return nil }
      self = .normalScore(NormalScores(of: distribution))
    case .logarithm(let map): self = .logarithm(map)
    case .densityIntegral(let map):
      self = .densityIntegral(map, mean: mean, deviation: deviation)
    }
  }

  /// The coordinate of a number.
  func coordinate(of value: Double) -> Double {
    switch self {
    case .normalScore(let scores): scores.coordinate(of: value)
    case .logarithm(let map): map.coordinate(of: value)
    case .densityIntegral(let map, let mean, let deviation):
      map.coordinate(ofStandardised: (value - mean) / deviation)
    }
  }
}
