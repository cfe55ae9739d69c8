import MercerCore

extension TableEncoder {
  /// Columns as the numbers of one array, such as the pixels of an image: one coordinate each, all with
  /// the mean and deviation of all of them together; none is left out for being constant. Cells that
  /// stand for nothing do not count.
  ///
  /// - Throws: `.invalidData` for text or an infinity in a column, and when all numbers are equal.
  static func sharedScale(
    of table: Table, excluding excluded: Set<String>, options: EncoderOptions
  ) throws(MercerError) -> TableEncoder {
    var names: [String] = []
    var omitted: [OmittedColumn] = []
    var (count, mean, squares) = (0.0, 0.0, 0.0)
    for column in table.columns {
      if excluded.contains(column.name) {
        omitted.append(OmittedColumn(name: column.name, reason: .excluded))
        continue
      }
      if column.kind == .identifier {
        omitted.append(OmittedColumn(name: column.name, reason: .identifier))
        continue
      }
      names.append(column.name)
      let values = try EncodedColumn.numbers(of: column, isDate: false, source: table.source)
      let absent = options.absentCells
      for value in values where !value.isNaN && absent?.contains(value) != true {
        count += 1
        let step = value - mean
        mean += step / count
        squares += step * (value - mean)
      }
    }
    guard !names.isEmpty, squares > 0, squares.isFinite else {
      throw MercerError(
        .invalidData, "the columns hold no two different numbers", at: .init(file: table.source),
        remedy: "a kernel of images or sequences needs a column for each of their numbers")
    }
    let deviation = (squares / count).squareRoot()
    let (center, fill) = (mean, mean)
    return TableEncoder(
      columns: names.map {
        ColumnEncoding(
          name: $0,
          rule: .numeric(
            mean: center, deviation: deviation, fill: fill, hasIndicator: false, isDate: false),
          added: [], range: nil)
      }, omitted: omitted, options: options)
  }
}
