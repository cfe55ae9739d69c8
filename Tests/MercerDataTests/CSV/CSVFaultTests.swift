import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct CSVFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let code: MercerError.Code
    let message: String
    var line: Int?
    var column: String?
    var options = CSVOptions()
    var testDescription: String { message }
  }

  static let long = String(repeating: "x", count: 1_000_000)
  static let cases: [Case] = [
    Case(text: "", code: .invalidData, message: "is empty"),
    Case(text: "\u{FEFF}\n \n", code: .invalidData, message: "is empty"),
    Case(text: "a,b", code: .invalidData, message: "has a header but no rows"),
    Case(text: "a,b\r\n\r\n", code: .invalidData, message: "has a header but no rows"),
    Case(
      text: "a,b,c,b\n1,2,3,4\n", code: .invalidData,
      message: "columns 2 and 4 are both called \"b\"", line: 1),
    Case(
      text: "a,b\n1,2\n\n3\n", code: .malformedFile,
      message: "the line has 1 cell but the header has 2", line: 4),
    Case(
      text: "a,b\n1,\"2\n2\"\n3,4,5\n", code: .malformedFile,
      message: "the line has 3 cells but the header has 2", line: 4),
    Case(
      text: "a,b\n" + String(repeating: "1,2\n", count: 300) + "1,2,3\n", code: .malformedFile,
      message: "the line has 3 cells but the header has 2", line: 302),
    Case(
      text: "a,b\n1,2\n1,\"2\n3,4\n", code: .malformedFile,
      message: "a quote opens here and never closes", line: 3, column: "b"),
    Case(
      text: "a,b\n1,\"2\"x\n", code: .malformedFile, message: "goes on after its closing quote",
      line: 2, column: "b"),
    Case(
      text: "a,b\n1,2\n3,\(long)\n", code: .malformedFile,
      message: "a cell is longer than the limit of 131072 bytes", line: 3, column: "b"),
    Case(
      text: "a,b\n1,2\n3,\"\(long)\"\n", code: .malformedFile,
      message: "a cell is longer than the limit", line: 3, column: "b"),
    Case(
      text: "a,b\n1,2\n\(String(repeating: "7", count: 1_000_000)),4\n", code: .malformedFile,
      message: "a cell is longer than the limit", line: 3, column: "a"),
    Case(
      text: "a,b\n1,2\n3,4\n1e999,5\n", code: .invalidData,
      message: "infinite", line: 4, column: "a"),
    Case(
      text: "a,x\n1,2\n3,-Inf\n", code: .invalidData,
      message: "infinite", line: 3, column: "x"),
    Case(text: "a,b\n1,\0\n", code: .malformedFile, message: "NUL byte", line: 2),
    Case(
      text: "a,b\n1,2\nx,3\n", code: .invalidData, message: "\"x\" is not a number",
      line: 3, column: "a", options: CSVOptions(kinds: ["a": .numeric])),
    Case(
      text: "a,b\n2024-01-01,2\n2024-13-01,3\n", code: .invalidData,
      message: "is not a date", line: 3, column: "a",
      options: CSVOptions(kinds: ["a": .date])),
    Case(
      text: "a,b\n1,2\n", code: .invalidParameter, message: "separator",
      options: CSVOptions(separator: "é")),
    Case(
      text: "a,b\n1,2\n", code: .invalidParameter, message: "at least 1",
      options: CSVOptions(chunkByteCount: 0)),
    Case(text: "PK\u{3}\u{4}xxxx", code: .malformedFile, message: "spreadsheet"),
  ]

  @Test(arguments: cases.indices) func fault(_ index: Int) throws {
    let one = Self.cases[index]
    for threads in [1, 2] {
      for size in [nil, 7] as [Int?] where size == nil || one.text.utf8.count < 10_000 {
        var options = one.options
        if let size, options.chunkByteCount == nil { options.chunkByteCount = size }
        let error = try #require(throws: MercerError.self) {
          try readTable(one.text, options, threads: threads)
        }
        #expect(error.code == one.code)
        #expect(error.message.contains(one.message), "\(error)")
        #expect(error.remedy != nil || error.code == .invalidParameter)
        #expect(!error.description.contains("\n"))
        if one.code != .invalidParameter { #expect(error.place?.file == "t.csv") }
        #expect(error.place?.line == one.line)
        if let column = one.column { #expect(error.place?.column == "\"\(column)\"") }
      }
    }
  }

  @Test(
    arguments: [
      [0xE9], [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF8], [0xE2, 0x82], [0xC3, 0xA9, 0xA9],
    ] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) throws {
    // In a line of its own after valid characters of each length, cut at every place.
    let text = Array("a,b\né,日\n😀,".utf8) + bytes + Array("\n1,2\n".utf8)
    for size in [1, 2, 3, 4, 1000] {
      let error = try #require(throws: MercerError.self) {
        try CSVReader.read(
          bytes: text, source: "t.csv", options: CSVOptions(chunkByteCount: size))
      }
      #expect(error.code == .malformedFile)
      #expect(error.message.contains("not UTF-8"))
      #expect(error.place?.line == 3)
    }
  }
}
