import MercerCore

/// The names of the columns.
struct CSVHeader: Sendable {
  let names: [String]
  /// Where the first line after the header begins.
  let end: Int

  /// The names of columns whose rows begin at a place, the header being elsewhere.
  init(names: [String], end: Int) {
    self.names = names
    self.end = end
  }

  /// Reads the first line that is not blank.
  ///
  /// - Throws: `.invalidData` when there is none, or two columns have the same name.
  init(_ document: CSVDocument, from start: Int) throws(MercerError) {
    var cursor = document.cursor(at: start)
    cursor.skipBlankLines()
    if cursor.isAtEnd {
      throw MercerError(
        .invalidData, "the file is empty", at: .init(file: document.source),
        remedy: "give a table with a line of column names and a line for each row")
    }
    let place = document.place(cursor.offset)
    var names: [String] = []
    do throws(CSVFault) {
      while true {
        let cell = try cursor.readCell(column: names.count)
        let name = cell.withText { String(decoding: $0, as: UTF8.self) }
        names.append(name.isEmpty ? "column \(names.count + 1)" : name)
        if cursor.isAtRecordEnd { break }
        cursor.p += 1
      }
    } catch {
      throw error.error(in: document, names: [])
    }
    cursor.skipLineEnd()
    var first: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if let other = first.updateValue(index, forKey: name) {
        throw MercerError(
          .invalidData, "columns \(other + 1) and \(index + 1) are both called \(quoted(name))",
          at: place, remedy: "give each column its own name")
      }
    }
    self.names = names
    end = cursor.offset
  }
}
