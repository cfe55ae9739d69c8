import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

/// Random tables, written in random styles, read back as they were.
@Suite struct CSVRoundTripTests {
  private struct Style {
    let separator: String
    let lineEnd: String
    let quoting: Double
  }

  private static let pieces = [
    "a", "B", "é", "日本", "😀", " ", ",", ";", "|", "\t", "\"", "\n", "\r\n", "\r", "7", "-",
  ]

  private func quoted(
    _ text: String, _ style: Style, _ random: inout SplitMix64
  ) -> String {
    let mustQuote =
      text.unicodeScalars.contains { "\n\r\"\t".unicodeScalars.contains($0) }
      || text.contains(style.separator) || text != text.trimmingCharacters(in: .whitespaces)
    let quotes = mustQuote || Double.random(in: 0..<1, using: &random) < style.quoting
    return quotes ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
  }

  @Test(arguments: 0..<40) func roundTrip(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let style = Style(
      separator: [",", ";", "\t", "|"][Int.random(in: 0..<4, using: &random)],
      lineEnd: ["\n", "\r\n", "\r"][Int.random(in: 0..<3, using: &random)],
      quoting: [0, 0.3, 1][Int.random(in: 0..<3, using: &random)])
    let rowCount = Int.random(in: 2...60, using: &random)
    let columnCount = Int.random(in: 2...6, using: &random)
    var columns: [[String?]] = []
    for column in 0..<columnCount {
      columns.append(
        (0..<rowCount).map { row in
          if Int.random(in: 0..<8, using: &random) == 0 { return nil }
          if column % 2 == 0 {
            return "\(Double(Int.random(in: -1000...1000, using: &random)) / 8)"
          }
          // Begins with a letter, so that it is neither a number nor a missing marker.
          let count = Int.random(in: 0..<4, using: &random)
          return "w\(row % 7)"
            + (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
        })
    }
    var lines = [(0..<columnCount).map { quoted("name \($0)", style, &random) }]
    for row in 0..<rowCount {
      lines.append(columns.map { quoted($0[row] ?? "", style, &random) })
    }
    var text = lines.map { $0.joined(separator: style.separator) }.joined(separator: style.lineEnd)
    if Bool.random(using: &random) { text += style.lineEnd }

    for size in [nil, 1, 13, 64] as [Int?] {
      let options = CSVOptions(
        separator: Character(style.separator), chunkByteCount: size)
      let table = try readTable(text, options, threads: size == 64 ? 1 : 2)
      #expect(table.rowCount == rowCount)
      for (column, expected) in zip(table.columns, columns) {
        // A text is the same when its scalars are: CR LF is one character, but two bytes.
        let got = cells(column).map { $0.map { Array($0.utf8) } }
        #expect(
          got == expected.map { $0.map { Array($0.utf8) } }, "\(style) \(String(describing: size))")
      }
    }
  }

  /// Quotes inside unquoted cells mislead the cut into chunks; the table must not care.
  @Test func strayQuotesDoNotMatter() throws {
    var random = SplitMix64(seed: 5)
    let rows = (0..<200).map { row in
      let mark = row % 7 == 3 ? "5\"" : "5"
      return "\(row),\(mark),\(row % 11 == 2 ? "\"x\n,\"\"y\"" : "z")"
    }
    let text = "a,b,c\n" + rows.joined(separator: "\n")
    let whole = try readTable(text)
    #expect(whole.rowCount == 200)
    for _ in 0..<20 {
      let size = Int.random(in: 1...100, using: &random)
      let pieces = try readTable(text, CSVOptions(chunkByteCount: size), threads: 2)
      #expect(same(whole, pieces))
    }
  }
}
