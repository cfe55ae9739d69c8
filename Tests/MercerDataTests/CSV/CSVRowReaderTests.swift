import Foundation
import MercerCore
import MercerData
import Testing

/// Rows read some at a time are the rows read at once.
@Suite struct CSVRowReaderTests {
  /// Quoted separators, line ends and quotes, blank lines, missing cells, blanks, CR LF.
  private static func text(rowCount: Int) -> String {
    var text = "\u{FEFF}id,x, city ,day,other\n"
    for i in 0..<rowCount {
      let x = i % 7 == 3 ? "NA" : "\(Double(i * i % 101) / 8)"
      let city = ["Oslo", "\"a \"\"b\"\"\"", "\"x,\ny\"", " Rome ", "é"][i % 5]
      text += "\(i), \(x),\(city),2024-0\(i % 9 + 1)-11,\"n,\(i)\""
      text += ["\n", "\r\n", "\n\n", "\n  \n"][i % 4]
    }
    return text
  }

  private static let kinds: [String: ColumnKind] = [
    "x": .numeric, "city": .categorical, "day": .date,
  ]

  private func withFile<R>(_ bytes: Data, _ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-rows-\(UUID().uuidString).csv").path
    try bytes.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// Cells as text, so that codes into different lists of levels compare.
  private func cells(_ table: Table) -> [[String]] {
    table.columns.map { column in
      switch column.values {
      case .numbers(let values): values.map { "\($0.bitPattern)" }
      case .levels(let codes, let names): codes.map { $0 < 0 ? "missing" : names[Int($0)] }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 40, 41, 1000])
  func partsAreTheWhole(count: Int) throws {
    try withFile(Data(Self.text(rowCount: 40).utf8)) { path in
      var options = CSVOptions(kinds: Self.kinds)
      options.columns = Set(Self.kinds.keys)
      let whole = try CSVReader.read(path: path, options: options)
      #expect(whole.columns.map(\.name) == ["x", "city", "day"])
      let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: Self.kinds))
      #expect(reader.columnNames == ["id", "x", "city", "day", "other"])
      var found = [[String]](repeating: [], count: 3)
      var rowCount = 0
      while let rows = try reader.next(atMost: count) {
        #expect(rows.firstRow == rowCount)
        #expect(rows.table.rowCount == min(count, 40 - rowCount))
        #expect(rows.table.columns.map(\.kind) == whole.columns.map(\.kind))
        for (place, part) in cells(rows.table).enumerated() { found[place] += part }
        rowCount += rows.table.rowCount
      }
      #expect(try reader.next(atMost: count) == nil)
      #expect(rowCount == 40 && found == cells(whole))
    }
  }

  /// Byte for byte, in the order asked for; with another separator, quoted where a comma needs it.
  @Test func keptCellsAreAsTheyStand() throws {
    try withFile(Data(Self.text(rowCount: 9).utf8)) { path in
      let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: Self.kinds))
      try reader.keep(["other", "city"])
      #expect(reader.keptColumns == [4, 2])
      let rows = try #require(try reader.next(atMost: 100))
      let lines = (0..<5).map { String(decoding: rows.kept.row($0), as: UTF8.self) }
      #expect(
        lines == [
          "\"n,0\",Oslo", "\"n,1\",\"a \"\"b\"\"\"", "\"n,2\",\"x,\ny\"", "\"n,3\", Rome ",
          "\"n,4\",é",
        ])
      let error = #expect(throws: MercerError.self) { try reader.keep(["othr"]) }
      #expect(error?.message.contains("\"other\"") == true)
    }
    try withFile(Data("a;b;c\n1,5;\"x;,\";p\"q\n2,5;,;r\n".utf8)) { path in
      let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: ["a": .numeric]))
      try reader.keep(["a", "b", "c"])
      let rows = try #require(try reader.next(atMost: 100))
      #expect(rows.table.columns[0].values == .numbers([1.5, 2.5]))
      let lines = (0..<2).map { String(decoding: rows.kept.row($0), as: UTF8.self) }
      #expect(lines == ["\"1,5\",\"x;,\",\"p\"\"q\"", "\"2,5\",\",\",r"])
    }
  }

  /// The line of the whole file, whatever the part that it is in; what comes before has been read.
  @Test(arguments: [
    ("4,2,3\n", "the line has 3 cells but the header has 2"), ("4,tall\n", "\"tall\" is not"),
    ("4,\"x\n", "a quote opens here"), ("4,inf\n", "infinite"), ("\u{0},1\n", "NUL"),
  ])
  func faultsNameTheirLine(line: String, message: String) throws {
    let good = (0..<20).map { "\($0),\($0)\n" }.joined()
    try withFile(Data(("a,b\n" + good + line + good).utf8)) { path in
      for count in [1, 6, 20, 100] {
        let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: ["b": .numeric]))
        var rowCount = 0
        let error = #expect(throws: MercerError.self) {
          while let rows = try reader.next(atMost: count) { rowCount += rows.table.rowCount }
        }
        #expect(error?.place?.line == 22, "\(count): \(String(describing: error))")
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(rowCount == 20 / count * count)
      }
    }
  }

  /// A decimal comma in one part and a point in another would be misread.
  @Test func decimalMarksAreThoseOfTheWholeFile() throws {
    try withFile(Data("a;b\n1,5;2\n1.5;2\n".utf8)) { path in
      let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: ["a": .numeric]))
      _ = try reader.next(atMost: 1)
      let error = #expect(throws: MercerError.self) { _ = try reader.next(atMost: 1) }
      #expect(error?.message.contains("decimal point and with a comma") == true)
    }
  }

  /// More than what is read from the system at once, with records across its parts.
  @Test func longFilesAreReadInParts() throws {
    let long = String(repeating: "z", count: 5000)
    let text = "a,b\n" + (0..<300).map { "\($0),\"\(long)\n\"\"\($0)\"\n" }.joined()
    try withFile(Data(text.utf8)) { path in
      let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: ["a": .numeric]))
      try reader.keep(["b"])
      var numbers: [Double] = []
      while let rows = try reader.next(atMost: 64) {
        guard case .numbers(let values) = rows.table.columns[0].values else { continue }
        for (row, value) in values.enumerated() {
          #expect(
            String(decoding: rows.kept.row(row), as: UTF8.self)
              == "\"\(long)\n\"\"\(Int(value))\"")
        }
        numbers += values
      }
      #expect(numbers == (0..<300).map(Double.init))
    }
  }

  @Test func emptyTablesAreRefused() throws {
    for (text, message) in [("", "the file is empty"), ("a,b\n", "a header but no rows")] {
      try withFile(Data(text.utf8)) { path in
        let error = #expect(throws: MercerError.self) {
          let reader = try CSVRowReader(path: path, options: CSVOptions(kinds: ["a": .numeric]))
          _ = try reader.next(atMost: 5)
        }
        #expect(error?.message.contains(message) == true)
      }
    }
  }
}
