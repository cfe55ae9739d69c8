import Foundation
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
      let file = FileHandle(forReadingAtPath: path)
    else { return nil }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: lookCount), !data.isEmpty else { return nil }
    return data.withUnsafeBytes { bytes -> Int? in
      guard !Gzip.isCompressed(bytes),
        let separator = try? CSVDialect.separator(
          bytes, from: CSVDialect.markLength(bytes), options: options, name: path)
      else { return nil }
      let cells = bytes.count { $0 == separator || $0 == Byte.lineFeed }
      return Int(8 * Double(cells) / Double(bytes.count) * Double(stamp.size))
    }
  }
}
