extension TableEncoder {
  /// The coordinates that the options ask for, where this column has a use for them.
  static func additions(
    to rule: ColumnEncoding.Rule, of column: Column, options: EncoderOptions
  ) -> [AddedCoordinate] {
    var added: [AddedCoordinate] = []
    if case .numeric(let mean, let deviation?, _, _, let isDate, let ranks) = rule,
      case .numbers(let values) = column.values
    {
      if options.additions.contains(.normalScores) {
        if ranks != nil {
          added.append(.normalScore(nil))
        } else if let distribution = RankMap(fitting: values) {
          added.append(.normalScore(distribution))
        }
      }
      // Seconds since 1970 have an origin without a meaning.
      if options.additions.contains(.logarithms), !isDate,
        let map = LogarithmMap(fitting: values, mean: mean, deviation: deviation)
      {
        added.append(.logarithm(map))
      }
      if options.additions.contains(.densityIntegrals),
        let map = DensityIntegralMap(
          fitting: values.map { ($0 - mean) / deviation }, bandwidth: options.densityBandwidth)
      {
        added.append(.densityIntegral(map))
      }
    }
    return added
  }
}
