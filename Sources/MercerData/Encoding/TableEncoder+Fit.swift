public import MercerCore

extension TableEncoder {
  /// Finds from a table how its columns become coordinates.
  ///
  /// - Parameters:
  ///   - table: the rows to fit on.
  ///   - excluding: names of columns to leave out: the target, and what the user ignores.
  ///   - options: the choices.
  ///   - targets: n × k, what is to be learned of each row; without it there are no target means.
  ///   - weights: one a row, for target means.
  /// - Complexity: O(rows · columns); with additions, a sort of each column of numbers.
  /// - Throws: `.invalidParameter` for an excluded name that is no column, or options out of range;
  ///   `.invalidData` when there are no rows, two columns share a name, a number is infinite, or
  ///   no column is left; `.shapeMismatch` when targets or weights have another number of rows.
  public static func fit(
    table: Table, excluding: [String] = [], options: EncoderOptions = EncoderOptions(),
    targets: Matrix<Double>? = nil, weights: [Double]? = nil
  ) throws(MercerError) -> TableEncoder {
    try check(table, excluding: excluding, options: options)
    for count in [targets?.rowCount, weights?.count] {
      guard count ?? table.rowCount == table.rowCount else {
        throw MercerError(
          .shapeMismatch,
          "there are targets or weights of \(count ?? 0) rows, but the table has "
            + "\(table.rowCount)")
      }
    }
    let targets = targets.map { Targets(values: $0, weights: weights) }
    let excluded = Set(excluding)
    if options.sharesScale {
      return try sharedScale(of: table, excluding: excluded, options: options)
    }
    var columns: [ColumnEncoding] = []
    var omitted: [OmittedColumn] = []
    for column in table.columns {
      if excluded.contains(column.name) {
        omitted.append(OmittedColumn(name: column.name, reason: .excluded))
        continue
      }
      switch try rule(for: column, options: options, source: table.source) {
      case .success(let rule):
        columns.append(
          ColumnEncoding(
            name: column.name, rule: rule,
            added: additions(to: rule, of: column, targets: targets, options: options),
            range: range(of: column, rule)))
      case .failure(let reason):
        omitted.append(OmittedColumn(name: column.name, reason: reason.reason))
      }
    }
    guard !columns.isEmpty else {
      throw MercerError(
        .invalidData, "no column is left to predict from", at: .init(file: table.source),
        remedy: omitted.isEmpty
          ? nil
          : omitted.prefix(5).map { "\(quoted($0.name)): \($0.reason.wording)" }
            .joined(separator: ", "))
    }
    return TableEncoder(columns: columns, omitted: omitted, options: options)
  }

  private static func check(
    _ table: Table, excluding: [String], options: EncoderOptions
  ) throws(MercerError) {
    guard options.maximumLevelCount >= 1, options.minimumLevelRows >= 1 else {
      throw MercerError(
        .invalidParameter, "a category needs at least one level, and a level at least one row")
    }
    guard (1e-3...1e3).contains(options.densityBandwidth) else {
      throw MercerError(
        .invalidParameter,
        "the bandwidth of density integrals must be from 0.001 to 1000, but is "
          + "\(options.densityBandwidth)")
    }
    guard table.rowCount > 0 else {
      throw MercerError(.invalidData, "there are no rows", at: .init(file: table.source))
    }
    let names = table.columns.map(\.name)
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw MercerError(
        .invalidData, "two columns are named \(quoted(name))", at: .init(file: table.source),
        remedy: "rename one of them")
    }
    for name in excluding where !seen.contains(name) {
      throw MercerError(
        .invalidParameter,
        "there is no column \(quoted(name))" + Suggestion.text(for: name, among: names),
        at: .init(file: table.source), remedy: "the columns are \(listed(names))")
    }
  }

  /// `Result` wants an error; being left out is none.
  private struct LeftOut: Error {
    let reason: OmittedColumn.Reason
  }

  private static func rule(
    for column: Column, options: EncoderOptions, source: String
  ) throws(MercerError) -> Result<ColumnEncoding.Rule, LeftOut> {
    // The kind was found on all rows, and this may be a part of them: what can be counted is.
    if column.kind == .identifier { return .failure(LeftOut(reason: .identifier)) }
    switch column.values {
    case .numbers(let values):
      guard let summary = try NumberSummary(values, column: column.name, source: source) else {
        return .failure(LeftOut(reason: .empty))
      }
      if summary.deviation == nil && summary.missingCount == 0 {
        return .failure(LeftOut(reason: .constant))
      }
      return .success(
        .numeric(
          mean: summary.mean, deviation: summary.deviation, fill: summary.median,
          hasIndicator: summary.missingCount > 0, isDate: column.kind == .date,
          ranks: options.addsRanks && summary.deviation != nil ? RankMap(fitting: values) : nil))
    case .levels(let codes, let names):
      return categoryRule(
        codes: codes, names: names, isBoolean: column.kind == .boolean, options: options)
    }
  }

  /// Where numbers of other tables are held; dates go on, and are not.
  private static func range(of column: Column, _ rule: ColumnEncoding.Rule) -> LearnedRange? {
    guard case .numeric(_, _?, _, _, isDate: false, _) = rule,
      case .numbers(let values) = column.values
    else { return nil }
    return LearnedRange(of: values)
  }

  private static func categoryRule(
    codes: [Int32], names: [String], isBoolean: Bool, options: EncoderOptions
  ) -> Result<ColumnEncoding.Rule, LeftOut> {
    var rowCounts = [Int](repeating: 0, count: names.count)
    var missingCount = 0
    for code in codes {
      if code < 0 { missingCount += 1 } else { rowCounts[Int(code)] += 1 }
    }
    let present = names.indices.filter { rowCounts[$0] > 0 }
    let hasMissing = missingCount > 0
    if present.isEmpty { return .failure(LeftOut(reason: .empty)) }
    if present.count == 1 && !hasMissing { return .failure(LeftOut(reason: .constant)) }
    if isBoolean && present.count == 2 {
      let (first, second) = (names[present[0]], names[present[1]])
      // Sorted, `no` and `false` come before `yes` and `true`; a meaning that is known decides.
      let isSwapped = TruthWord(first) == .yes && TruthWord(second) == .no
      return .success(
        .boolean(
          negative: isSwapped ? second : first, positive: isSwapped ? first : second,
          hasIndicator: hasMissing))
    }
    let kept =
      present
      .filter { rowCounts[$0] >= options.minimumLevelRows }
      .sorted { rowCounts[$0] != rowCounts[$1] ? rowCounts[$0] > rowCounts[$1] : $0 < $1 }
      .prefix(options.maximumLevelCount)
    let rare = Set(present).subtracting(kept)
    if kept.isEmpty && !hasMissing { return .failure(LeftOut(reason: .allRare)) }
    return .success(
      .category(
        levels: kept.map { names[$0] }.sorted(by: isOrderedBefore),
        rareLevels: rare.map { names[$0] }.sorted(by: isOrderedBefore), hasMissing: hasMissing,
        isCoded: options.categories == .overlap))
  }
}

extension OmittedColumn.Reason {
  /// The reason in a message.
  var wording: String {
    switch self {
    case .excluded: "excluded"
    case .identifier: "names the row"
    case .constant: "one value everywhere"
    case .empty: "no value"
    case .allRare: "every level in a single row"
    }
  }
}

/// Words that mean yes and no.
enum TruthWord {
  case yes
  case no

  init?(_ text: String) {
    switch text.lowercased() {
    case "true", "t", "yes", "y", "1": self = .yes
    case "false", "f", "no", "n", "0": self = .no
    default: return nil
    }
  }
}
