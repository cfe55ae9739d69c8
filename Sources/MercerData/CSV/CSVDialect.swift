import MercerCore

/// What has to be known before the header can be read: where it begins and what separates cells.
enum CSVDialect {
  /// The separators that are looked for, the likelier first.
  static let candidates = [Byte.comma, Byte.semicolon, Byte.tab, Byte.bar]
  /// How many lines are looked at.
  private static let recordCount = 100

  /// The bytes of a byte-order mark at the start.
  static func markLength(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }

  /// Refuses, by their first bytes, files of other formats that people take for a table of text.
  static func refuseOtherFormats(
    _ bytes: UnsafeRawBufferPointer, source: String
  ) throws(MercerError) {
    let formats: [(magic: [UInt8], what: String, remedy: String)] = [
      ([0xFF, 0xFE], "UTF-16 text", "save it as UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"),
      ([0xFE, 0xFF], "UTF-16 text", "save it as UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"),
      ([0x50, 0x4B, 3, 4], "a zip archive or a spreadsheet", "unpack it, or export it as CSV"),
      (
        Array("PAR1".utf8), "a Parquet file",
        "export it as CSV, e.g. with DuckDB: COPY 'table.parquet' TO 'table.csv'"
      ),
      (
        [0x93] + Array("NUMPY".utf8), "a NumPy array",
        "name the file of the array, or export it as CSV"
      ),
      ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "unpack it, or compress it with gzip"),
      (Array("BZh".utf8), "compressed with bzip2", "unpack it, or compress it with gzip"),
      ([0xFD] + Array("7zXZ".utf8), "compressed with xz", "unpack it, or compress it with gzip"),
    ]
    for format in formats where bytes.starts(with: format.magic) {
      throw MercerError(
        .malformedFile, "this is \(format.what), not a table of text",
        at: .init(file: source), remedy: format.remedy)
    }
  }

  /// The separator of a file.
  static func separator(
    _ bytes: UnsafeRawBufferPointer, from start: Int, options: CSVOptions, name: String
  ) throws(MercerError) -> UInt8 {
    if let chosen = options.separator {
      // A letter, digit or sign would be taken for a part of a number or a word.
      let refused = "\"+-."
      guard let byte = chosen.asciiValue, (Byte.space..<0x7F).contains(byte) || byte == Byte.tab,
        !chosen.isLetter, !chosen.isNumber, !refused.contains(chosen)
      else {
        throw MercerError(
          .invalidParameter, "the separator must be an ASCII punctuation mark, a space or a tab",
          remedy: "use one of , ; | or a tab")
      }
      return byte
    }
    let stem = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
    if stem.lowercased().hasSuffix(".tsv") || stem.lowercased().hasSuffix(".tab") {
      return Byte.tab
    }
    return found(bytes, from: start, cellByteLimit: options.cellByteLimit)
  }

  /// The candidate that cuts the largest share of the first lines as it cuts the header, and among
  /// equals the one that makes the most cells.
  private static func found(
    _ bytes: UnsafeRawBufferPointer, from start: Int, cellByteLimit: Int
  ) -> UInt8 {
    var best = (separator: Byte.comma, agreement: -1.0, cellCount: 1)
    for separator in candidates {
      let layout = CSVLayout(separator: separator, cellByteLimit: cellByteLimit)
      let counts = cellCounts(CSVCursor(bytes, at: start, layout: layout))
      guard let header = counts.first, header > 1 else { continue }
      let agreeing = counts.dropFirst().count { $0 == header }
      let agreement = counts.count == 1 ? 1 : Double(agreeing) / Double(counts.count - 1)
      if agreement > best.agreement
        || agreement == best.agreement && header > best.cellCount
      {
        best = (separator, agreement, header)
      }
    }
    return best.separator
  }

  /// How many cells each of the first lines has; ends early where a line cannot be read.
  private static func cellCounts(_ start: CSVCursor) -> [Int] {
    var cursor = start
    var counts: [Int] = []
    while counts.count <= recordCount {
      cursor.skipBlankLines()
      if cursor.isAtEnd { break }
      do throws(CSVFault) {
        var count = 0
        while true {
          _ = try cursor.readCell(column: count)
          count += 1
          if cursor.isAtRecordEnd { break }
          cursor.p += 1
        }
        counts.append(count)
      } catch {
        break
      }
      cursor.skipLineEnd()
    }
    return counts
  }
}
