import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct ColumnStoreTests {
  private final class Folder {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("columns-\(UUID().uuidString)")
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func write(_ text: String) throws -> String {
      try text.write(toFile: path("t.csv"), atomically: true, encoding: .utf8)
      return path("t.csv")
    }
  }

  /// Numbers that Float keeps and that it does not, missing cells, dates, texts of few and many levels, a
  /// column of numbers with one text, an empty and a constant column.
  private static func table(_ rowCount: Int) -> String {
    var stream = RandomStream(seed: 1, purpose: "test table")
    var text = "half,exact,gap,day,few,many,mixed,none,same,\"with, comma\"\n"
    for row in 0..<rowCount {
      let cells = [
        "\(Double(stream.integer(below: 999)) / 8)", "\(stream.normal())",
        row % 7 == 3 ? "" : "\(row)", "2024-0\(1 + row % 9)-1\(row % 10)",
        row % 11 == 5 ? "" : ["red", "green", "blue"][row % 3],
        "level \(stream.integer(below: 400))", row == rowCount / 2 ? "oops" : "\(row % 5)", "",
        "7", "\"é \(row % 200)\"",
      ]
      text += cells.joined(separator: ",") + (row % 13 == 0 ? "\n\n" : "\n")
    }
    return text
  }

  /// Whatever the reader makes of a file, the store gives back.
  @Test(arguments: [1, 9, 700]) func sameAsTheReader(rowCount: Int) throws {
    let folder = try Folder()
    let path = try folder.write(Self.table(rowCount))
    for (threads, chunk) in [(1, nil), (2, 900)] as [(Int, Int?)] {
      let context = ExecutionContext(threadCount: threads)
      var options = CSVOptions()
      options.chunkByteCount = chunk
      let expected = try CSVReader.read(path: path, options: options, context: context)
      let store = try ColumnStore.make(
        from: path, at: folder.path("t\(threads).columns"), options: options, context: context)
      #expect(store.rowCount == rowCount)
      let all = try store.table(rows: 0..<rowCount)
      // NaN is no number, not even itself: compared by bits.
      #expect(describe(all) == describe(expected))
      let rows = [rowCount - 1, 0, rowCount / 2]
      #expect(
        describe(try store.table(at: rows, columns: ["few", "exact"]))
          == describe(
            Table(
              columns: expected.rows(at: rows).columns.filter {
                ["few", "exact"].contains($0.name)
              },
              rowCount: 3, source: expected.source)))
      #expect(
        describe(try store.table(rows: (rowCount / 3)..<rowCount))
          == describe(expected.rows(at: Array((rowCount / 3)..<rowCount))))
    }
  }

  private func describe(_ table: Table) -> [String] {
    table.columns.map { column in
      let values =
        switch column.values {
        case .numbers(let values): values.map { $0.isNaN ? "-" : "\($0.bitPattern)" }
        case .levels(let codes, let names): codes.map { $0 < 0 ? "-" : names[Int($0)] }
        }
      return "\(column.name) \(column.kind) \(values)"
    }
  }

  @Test func usedAgainUnlessTheTableChanged() throws {
    let folder = try Folder()
    let path = try folder.write("a,b\n1,x\n2,y\n3,x\n")
    let first = try ColumnStore.make(from: path, at: folder.path("c"))
    #expect(try first.isMade(from: path))
    // The same text at another time is the same table.
    _ = try folder.write("a,b\n1,x\n2,y\n3,x\n")
    #expect(try first.isMade(from: path))
    _ = try folder.write("a,b\n1,x\n2,y\n4,x\n")
    #expect(try !first.isMade(from: path))
    let second = try ColumnStore.make(from: path, at: folder.path("c"))
    #expect(try second.table(rows: 2..<3, columns: ["a"]).columns[0].values == .numbers([4]))
  }

  /// A byte that has changed anywhere is an error, not other numbers, and never the end of the process.
  @Test func damage() throws {
    let folder = try Folder()
    let path = try folder.write(Self.table(30))
    _ = try ColumnStore.make(from: path, at: folder.path("c"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("c")))
    let expected = describe(try ColumnStore(readingFrom: folder.path("c")).table(rows: 0..<30))
    for place in stride(from: 0, to: whole.count, by: 5) {
      var damaged = whole
      damaged[place] ^= 0x24
      try damaged.write(to: URL(fileURLWithPath: folder.path("d")))
      // Between the blocks are bytes of no meaning, and names of columns may be any.
      guard let store = try? ColumnStore(readingFrom: folder.path("d")) else { continue }
      guard store.columnNames == (try ColumnStore(readingFrom: folder.path("c"))).columnNames else {
        continue
      }
      if let table = try? store.table(rows: 0..<min(30, store.rowCount)), table.rowCount == 30 {
        #expect(describe(table) == expected || place > whole.count - 4000)
      }
    }
    for length in stride(from: 0, to: whole.count, by: 41) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: folder.path("d")))
      #expect(throws: MercerError.self) { try ColumnStore(readingFrom: folder.path("d")) }
    }
  }

  @Test func badTables() throws {
    let folder = try Folder()
    for text in ["", "a,b\n", "a,b\n1\n", "a,a\n1,2\n", "a\n\"x\n"] {
      let path = try folder.write(text)
      let expected = #expect(throws: MercerError.self) { try CSVReader.read(path: path) }
      let found = #expect(throws: MercerError.self) {
        try ColumnStore.make(from: path, at: folder.path("c"))
      }
      #expect(found == expected)
      #expect(!FileManager.default.fileExists(atPath: folder.path("c")))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["t.csv"])
  }
}
