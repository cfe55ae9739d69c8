public import MercerCore

/// Reads a table from whatever holds it: text, or an array of inputs with an array of targets.
///
/// Of an array each entry of the first axis is a row, and its numbers are the columns, in row-major
/// order: `x[3]` of n × d numbers, `x[0,5]` of n × height × width ones. NaN is a missing cell.
public enum TableFile {
  /// Whether a path is of an array: of an NPY file by its first bytes; of an NPZ or safetensors file by
  /// its name, too, as other files begin alike. Pipes are text.
  public static func isArray(_ path: String) -> Bool {
    guard WholeFile.isPlain(path), let format = try? ArrayReader.format(path: path) else {
      return false
    }
    return format == .npy || path.lowercased().hasSuffix(".\(format.rawValue)")
  }

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: text (see ``CSVReader``), or an array.
  ///   - targets: for an array, another one with a number for each row; nil for none.
  ///   - targetName: what to call the column of targets.
  ///   - options: how to read text.
  ///   - context: threads, and the memory that the table may take.
  /// - Throws: as ``CSVReader/read(path:options:context:)`` and `ArrayReader.read`; `.shapeMismatch` where
  ///   targets and inputs are not as many.
  public static func read(
    path: String, targets: String? = nil, targetName: String = "target",
    options: CSVOptions = .init(), context: ExecutionContext = .default
  ) throws(MercerError) -> Table {
    guard isArray(path) else {
      return try CSVReader.read(path: path, options: options, context: context)
    }
    let array = try array(path)
    try context.checkMemory(8 * array.count, for: "the table \(path)")
    var table = try Table(array, source: path)
    guard let targets else { return table }
    table.columns.append(
      try targetColumn(targets, named: targetName, rowCount: table.rowCount, of: path))
    return table
  }

  /// The array of a file.
  ///
  /// - Throws: as `ArrayReader.read`; `.invalidData` for an array without rows or columns.
  static func array(_ path: String) throws(MercerError) -> NumericArray {
    let array: NumericArray
    do throws(MercerError) { array = try ArrayReader.read(path: path) } catch {
      throw error.inFile(path)
    }
    guard array.count > 0, array.rank > 0 else {
      throw MercerError(
        .invalidData, "the array has no numbers", at: .init(file: path),
        remedy: "give at least one input with one number")
    }
    return array
  }

  /// The shape of the inputs in the array of a file, without the first axis.
  ///
  /// - Throws: as `read`.
  public static func inputShape(path: String) throws(MercerError) -> [Int] {
    Array(try array(path).shape.dropFirst())
  }

  private static func targetColumn(
    _ path: String, named name: String, rowCount: Int, of table: String
  ) throws(MercerError) -> Column {
    guard isArray(path) else {
      throw MercerError(
        .unsupportedFormat, "is not an array file, which the targets of an array must be",
        at: .init(file: path), remedy: "save them as NPY, one number for each row of \(table)")
    }
    let array = try array(path)
    guard array.count == array.shape[0], array.count == rowCount else {
      throw MercerError(
        .shapeMismatch,
        "has the shape \(array.shapeText), but targets must be one number for each of the "
          + "\(rowCount) rows of \(table)", at: .init(file: path))
    }
    do throws(MercerError) {
      return Column(
        name: name, kind: .numeric, values: .numbers(try array.values(as: Double.self)))
    } catch { throw error.inFile(path) }
  }
}

extension Table {
  /// An array as a table.
  ///
  /// - Throws: `.invalidData` for an infinity, and for a 64-bit integer beyond ±2⁵³.
  public init(_ array: NumericArray, source: String) throws(MercerError) {
    try self.init(array, names: Self.columnNames(array), source: source)
  }

  init(_ array: NumericArray, names: [String], source: String) throws(MercerError) {
    let matrix: Matrix<Double>
    do throws(MercerError) { matrix = try array.flattened(as: Double.self) } catch {
      throw error.inFile(source)
    }
    var columns: [Column] = []
    for (place, name) in names.enumerated() {
      let values = matrix.column(place)
      if let row = values.firstIndex(where: \.isInfinite) {
        throw MercerError(
          .invalidData, "row \(row + 1) holds an infinite number",
          at: .init(file: source, column: name), remedy: "replace it, or by NaN for a missing one")
      }
      columns.append(Column(name: name, kind: Self.kind(of: values), values: .numbers(values)))
    }
    self.init(columns: columns, rowCount: matrix.rowCount, source: source)
  }

  private static func kind(of values: [Double]) -> ColumnKind {
    let first = values[0]
    if values.allSatisfy({ $0 == first }) { return .constant }
    return values.allSatisfy(\.isNaN) ? .empty : .numeric
  }

  /// `x[0,0]`, `x[0,1]`, …: places along all axes but the first, from 0.
  static func columnNames(_ array: NumericArray) -> [String] {
    let extents = array.shape.dropFirst()
    guard !extents.isEmpty else { return ["x"] }
    var places = [""]
    for extent in extents {
      places = places.flatMap { place in
        (0..<extent).map { place.isEmpty ? "\($0)" : "\(place),\($0)" }
      }
    }
    return places.map { "x[\($0)]" }
  }
}

extension MercerError {
  /// The same error, in a file where it does not say one.
  fileprivate func inFile(_ path: String) -> MercerError {
    place == nil ? MercerError(code, message, at: .init(file: path), remedy: remedy) : self
  }
}
