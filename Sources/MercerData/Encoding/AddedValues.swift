import MercerCore

/// An added coordinate of a column, ready to be written.
enum AddedValues {
  /// A function of a number; a missing cell is `fill`.
  case map(NumberMap, numbers: [Double], fill: Double)
  /// Two halves of a rank, a missing cell at the low and at the high end.
  case apart(RankMap, numbers: [Double])
  /// Two coordinates of a date.
  case cycle(CalendarCycle, dates: [Double])
  /// For each row a row of a table with so many columns, or 0 for a code of −1.
  case table([Int32], values: [Double], width: Int)

  /// One of the functions of a number.
  enum NumberMap {
    case normalScore(NormalScores)
    case logarithm(LogarithmMap)
    case densityIntegral(DensityIntegralMap, mean: Double, deviation: Double)

    func coordinate(of value: Double) -> Double {
      switch self {
      case .normalScore(let scores): scores.coordinate(of: value)
      case .logarithm(let map): map.coordinate(of: value)
      case .densityIntegral(let map, let mean, let deviation):
        map.coordinate(ofStandardised: (value - mean) / deviation)
      }
    }
  }

  /// - Parameters:
  ///   - rule: the rule of the column, which the coordinate fits.
  ///   - column: the column, for levels.
  ///   - numbers: its numbers, NaN for missing cells; empty for a category.
  init?(
    _ coordinate: AddedCoordinate, rule: ColumnEncoding.Rule, column: Column, numbers: [Double]
  ) {
    switch (coordinate, rule) {
    case (.normalScore(let own), .numeric(_, _, let fill, _, _, let ranks)):
      guard let distribution = own ?? ranks else { return nil }
      self = .map(.normalScore(NormalScores(of: distribution)), numbers: numbers, fill: fill)
    case (.logarithm(let map), .numeric(_, _, let fill, _, _, _)):
      self = .map(.logarithm(map), numbers: numbers, fill: fill)
    case (.densityIntegral(let map), .numeric(let mean, let deviation?, let fill, _, _, _)):
      self = .map(
        .densityIntegral(map, mean: mean, deviation: deviation), numbers: numbers, fill: fill)
    case (.missingApart(let own), .numeric(_, _, _, _, _, let ranks)):
      guard let distribution = own ?? ranks else { return nil }
      self = .apart(distribution, numbers: numbers)
    case (.cycle(let cycle), _): self = .cycle(cycle, dates: numbers)
    case (.order(let order), _):
      var notes = EncodingNotes()
      let codes = LevelLookup(order.levels).places(
        of: column, unseen: -1, missing: -1, notes: &notes)
      self = .table(codes, values: order.coordinates, width: 1)
    case (.levelStatistics(let statistics), _):
      // Levels of later tables are in no row of the fitted one: the last of the frequencies.
      let unseen = Int32(statistics.count)
      let codes = statistics.codes(of: column).map { $0 < 0 ? unseen : $0 }
      var values: [Double] = []
      for level in 0...statistics.count {
        values += statistics.means.map { level < $0.count ? $0[level] : 0 }
        if let frequencies = statistics.frequencies { values.append(frequencies[level]) }
      }
      self = .table(codes, values: values, width: coordinate.kinds.count)
    default: return nil
    }
  }

  /// Writes its coordinates of some rows; `base` is the first of them of row 0, all are 0.
  ///
  /// - Returns: how many coordinates it has.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  func write<Element: Scalar>(
    _ rows: Range<Int>, to base: UnsafeMutablePointer<Element>, stride: Int
  ) -> Int {
    switch self {
    case .map(let map, let numbers, let fill):
      for row in rows {
        let value = numbers[row]
        base[row &* stride] = Element(map.coordinate(of: value.isNaN ? fill : value))
      }
      return 1
    case .apart(let ranks, let numbers):
      let (low, high) = ranks.coordinateRange
      for row in rows {
        let value = numbers[row]
        let half = value.isNaN ? nil : ranks.coordinate(of: value) / 2
        base[row &* stride] = Element(half ?? low / 2)
        base[row &* stride &+ 1] = Element(half ?? high / 2)
      }
      return 2
    case .cycle(let cycle, let dates):
      for row in rows {
        let (sine, cosine) = cycle.coordinates(of: dates[row])
        base[row &* stride] = Element(sine)
        base[row &* stride &+ 1] = Element(cosine)
      }
      return 2
    case .table(let codes, let values, let width):
      for row in rows where codes[row] >= 0 {
        let first = Int(codes[row]) &* width
        for j in 0..<width { base[row &* stride &+ j] = Element(values[first &+ j]) }
      }
      return width
    }
  }
}
