import MercerCore

extension CSVReader {
  /// What the start of a file tells of its rows and columns is taken from so many bytes.
  private static let lookCount = 1 << 20

  /// About how many bytes the columns of a table take in memory, as the cells of its first megabyte have
  /// it; nil for what is no plain file of text, and for what cannot be read.
  ///
  /// - Complexity: a look at the first megabyte.
  public static func expectedByteCount(path: String, options: CSVOptions = .init()) -> Int? {
    guard path != InputFile.standardInput, let stamp = FileStamp(path: path),
      let start = try? WholeFile.read(path, limit: lookCount), !start.isEmpty
    else { return nil }
    return start.withUnsafeBytes { bytes -> Int? in
      guard !Gzip.isCompressed(bytes),
        let separator = try? CSVDialect.separator(
          bytes, from: CSVDialect.markLength(bytes), options: options, name: path)
      else { return nil }
      let cells = bytes.count { $0 == separator || $0 == Byte.lineFeed }
      return Int(8 * Double(cells) / Double(bytes.count) * Double(stamp.size))
    }
  }
}
