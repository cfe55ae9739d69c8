import MercerCore

extension TableEncoder {
  /// What means of targets are made of.
  struct Targets {
    /// n × k.
    let values: Matrix<Double>
    /// One a row, or nil.
    let weights: [Double]?
  }

  /// The coordinates that the options ask for, where this column has a use for them.
  static func additions(
    to rule: ColumnEncoding.Rule, of column: Column, targets: Targets?, options: EncoderOptions
  ) -> [AddedCoordinate] {
    switch (rule, column.values) {
    case (
      .numeric(let mean, let deviation?, _, let hasMissing, let isDate, let ranks),
      .numbers(let values)
    ):
      numberAdditions(
        values, mean: mean, deviation: deviation, hasMissing: hasMissing, isDate: isDate,
        ranks: ranks, options: options)
    case (.category, .levels(let codes, let names)):
      levelAdditions(codes: codes, names: names, targets: targets, options: options)
    default: []
    }
  }

  private static func numberAdditions(
    _ values: [Double], mean: Double, deviation: Double, hasMissing: Bool, isDate: Bool,
    ranks: RankMap?, options: EncoderOptions
  ) -> [AddedCoordinate] {
    var added: [AddedCoordinate] = []
    let wantsScores = options.additions.contains(.normalScores)
    let wantsApart = options.additions.contains(.missingApart) && hasMissing
    if wantsScores || wantsApart, let distribution = ranks ?? RankMap(fitting: values) {
      // What the rule has need not be kept twice.
      let own = ranks == nil ? distribution : nil
      if wantsScores { added.append(.normalScore(own)) }
      if wantsApart { added.append(.missingApart(own)) }
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
    if options.additions.contains(.calendar), isDate {
      added += CalendarCycle.cycles(of: values).map { .cycle($0) }
    }
    return added
  }

  private static func levelAdditions(
    codes: [Int32], names: [String], targets: Targets?, options: EncoderOptions
  ) -> [AddedCoordinate] {
    var counts = [Int](repeating: 0, count: names.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let present = names.indices.filter { counts[$0] > 0 }
    let levels = present.map { names[$0] }
    var added: [AddedCoordinate] = []
    if options.additions.contains(.orders),
      let order = LevelOrder(of: levels, rowCounts: present.map { counts[$0] })
    {
      added.append(.order(order))
    }
    // Of two levels, one-hot coordinates say all there is.
    guard options.additions.contains(.targetMeans), let targets, present.count > 2 else {
      return added
    }
    let missingCount = codes.count { $0 < 0 }
    let hasMissing = missingCount > 0
    var places = [Int32](repeating: -1, count: names.count)
    for (place, level) in present.enumerated() { places[level] = Int32(place) }
    let missing = hasMissing ? Int32(levels.count) : -1
    let outputs = LevelStatistics.outputs(of: targets.values)
    let means = TargetMeans(
      codes: codes.map { $0 < 0 ? missing : places[Int($0)] },
      levelCount: levels.count + (hasMissing ? 1 : 0),
      targets: targets.values.columns(at: outputs), weights: targets.weights)
    let rowCounts = present.map { counts[$0] } + (hasMissing ? [missingCount] : [])
    added.append(
      .levelStatistics(
        LevelStatistics(
          levels: levels, hasMissing: hasMissing, outputs: outputs,
          means: outputs.indices.map { means.coordinates.column($0) },
          frequencies: levels.count > options.maximumLevelCount
            ? LevelStatistics.frequencies(counts: rowCounts) : nil)))
    return added
  }
}
