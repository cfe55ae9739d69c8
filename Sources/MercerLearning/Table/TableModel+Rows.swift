public import MercerCore
public import MercerData

extension TableModel {
  /// How many rows are predicted at once. Products of other sizes are summed in another order, so
  /// these blocks are the same whatever part of a table is in memory.
  static let blockLength = 4096

  /// How to read a table that is to be predicted: the columns of the model, by its kinds.
  public var readingOptions: CSVOptions {
    let kinds = encoder.columnKinds
    return CSVOptions(kinds: kinds, columns: Set(kinds.keys))
  }

  /// Predicts all rows that a reader gives, some at a time and in their order, in memory that does not
  /// grow with their number.
  ///
  /// The predictions are those of ``predict(_:level:context:)`` for the whole table, to the last bit,
  /// whatever the memory limit and the number of threads.
  /// - Parameters:
  ///   - reader: of text made with `readingOptions`.
  ///   - level: the share of rows whose truth intervals and sets should hold.
  ///   - context: its memory limit says how many rows are taken at a time.
  ///   - body: is given the rows and their predictions.
  /// - Returns: what in the table was not as in the fitted one.
  /// - Complexity: n m d for m rows.
  /// - Throws: `.invalidData` when the table lacks columns of the model; what the reader and the body
  ///   throw.
  public func predict(
    _ reader: some RowReader, level: Double = 0.9, context: ExecutionContext = .default,
    _ body: (CSVRows, TablePredictions) throws(MercerError) -> Void
  ) throws(MercerError) -> EncodingNotes {
    var notes = EncodingNotes()
    notes.extraColumns = try encoder.check(
      columnNames: reader.columnNames, source: reader.source)
    let count = rowsAtOnce(columnCount: reader.columnNames.count, context: context)
    let order = encoder.columns.map(\.name)
    while let rows = try reader.next(atMost: count) {
      let found = try predict(rows.table, level: level, context: context)
      notes.add(found.notes, order: order)
      try body(rows, found.predictions)
    }
    return notes
  }

  /// How many rows of a table are read at a time: whole blocks, up to 16 of them.
  private func rowsAtOnce(columnCount: Int, context: ExecutionContext) -> Int {
    // As text, as a column, as coordinates, and these once more for a kernel.
    let bytes = 64 * columnCount + 32 * encoder.featureCount + 256
    let blocks = context.memoryLimit / 4 / (bytes * Self.blockLength)
    return min(max(blocks, 1), 16) * Self.blockLength
  }

  /// What the regression says of points, a block at a time.
  func scores(
    of points: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    try inBlocks(points) { (part, _) throws(MercerError) in
      try scores(ofBlock: part, context: context)
    }
  }

  /// The same, all points at once.
  func scores(
    ofBlock points: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let values = try regression.predict(points, context: context)
    guard let correction else { return values }
    return values.adding(try correction.predict(points, context: context))
  }

  /// s at points with their predictions, a block at a time.
  func scales(
    of spread: ResidualSpread, at points: Points<Double>, _ values: [Double],
    context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    try inBlocks(points) { (part, rows) throws(MercerError) in
      Matrix(
        column: try spread.scales(
          at: part, predictions: Array(values[rows]), context: context))
    }.elements
  }

  private func inBlocks(
    _ points: Points<Double>,
    _ body: (Points<Double>, Range<Int>) throws(MercerError) -> Matrix<Double>
  ) throws(MercerError) -> Matrix<Double> {
    guard points.count > Self.blockLength else { return try body(points, 0..<points.count) }
    var elements: [Double] = []
    var columnCount = 0
    for rows in (0..<points.count).chunks(of: Self.blockLength) {
      let part = try body(points.subset(at: Array(rows)), rows)
      elements += part.elements
      columnCount = part.columnCount
    }
    return Matrix(rowCount: points.count, columnCount: columnCount, elements: elements)
  }
}
