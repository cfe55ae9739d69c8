public import MercerCore

/// Gives a table some rows at a time, in their order.
public protocol RowReader: AnyObject {
  /// The names of all columns, in the order of the file.
  var columnNames: [String] { get }
  /// What to call the table in messages.
  var source: String { get }
  /// The columns whose cells are handed out as they stand in the file, by place.
  var keptColumns: [Int] { get }
  /// Asks for the cells of columns as they stand in the file.
  ///
  /// - Throws: `.invalidParameter` for a column that the table does not have.
  func keep(_ columns: [String]) throws(MercerError)
  /// The next rows, as many as asked for unless the table ends; nil after the last one.
  ///
  /// - Throws: as reading the whole table, at the first row that cannot be read.
  /// - Precondition: at least one is asked for.
  func next(atMost count: Int) throws(MercerError) -> CSVRows?
}

extension CSVRowReader: RowReader {}

extension RowReader {
  /// The places of columns, each once.
  ///
  /// - Throws: `.invalidParameter` for a column that the table does not have.
  func places(of columns: [String]) throws(MercerError) -> [Int] {
    var places: [Int] = []
    for column in columns {
      guard let place = columnNames.firstIndex(of: column) else {
        throw MercerError(
          .invalidParameter,
          "there is no column \(quoted(column))\(Suggestion.text(for: column, among: columnNames))",
          at: .init(file: source), remedy: "the columns are \(listed(columnNames))")
      }
      if !places.contains(place) { places.append(place) }
    }
    return places
  }
}

/// Reads the array of a file some rows at a time: the numbers are in memory as they are in the file, and
/// columns are made for the rows at hand.
public final class ArrayRowReader: RowReader {
  /// The names of all columns, in the order of the array.
  public let columnNames: [String]
  /// The path of the array.
  public let source: String
  /// The columns whose cells are handed out as they stand, by place.
  public private(set) var keptColumns: [Int] = []
  private let array: NumericArray
  private let context: ExecutionContext
  private var rowsBefore = 0

  /// Opens an array.
  ///
  /// - Throws: as `ArrayReader.read`; `.invalidData` for an array without numbers.
  public init(path: String, context: ExecutionContext = .default) throws(MercerError) {
    array = try TableFile.array(path)
    columnNames = Table.columnNames(array)
    source = path
    self.context = context
  }

  /// Asks for the cells of columns as they stand.
  ///
  /// - Throws: `.invalidParameter` for a column that the array does not have.
  public func keep(_ columns: [String]) throws(MercerError) {
    keptColumns = try places(of: columns)
  }

  /// The next rows, as many as asked for unless the array ends; nil after the last one.
  ///
  /// - Throws: `.cancelled` when the work is to stop.
  /// - Precondition: at least one is asked for.
  public func next(atMost count: Int) throws(MercerError) -> CSVRows? {
    precondition(count >= 1)
    try context.checkCancellation()
    let rows = rowsBefore..<min(rowsBefore + count, array.shape[0])
    guard !rows.isEmpty else { return nil }
    let table = try Table(array.rows(rows), names: columnNames, source: source)
    let kept = keptColumns.map { place -> [Double] in
      if case .numbers(let values) = table.columns[place].values { values } else { [] }
    }
    var cells = KeptCells()
    if !kept.isEmpty {
      for row in 0..<rows.count {
        cells.append(kept.map { Array("\($0[row])".utf8) })
      }
    }
    defer { rowsBefore = rows.upperBound }
    return CSVRows(table: table, firstRow: rows.lowerBound, kept: cells)
  }
}

extension NumericArray {
  /// Some entries along the first axis; they share the memory.
  fileprivate func rows(_ rows: Range<Int>) -> NumericArray {
    let size = shape.dropFirst().reduce(1, *) * type.byteCount
    let first = bytes.startIndex
    return NumericArray(
      shape: [rows.count] + shape.dropFirst(), type: type,
      bytes: bytes[first + rows.lowerBound * size..<first + rows.upperBound * size])
  }
}
