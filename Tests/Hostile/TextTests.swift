import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// Tables whose bytes are not what they should be.
@Suite struct TextTests {
  private func fit(_ bytes: Data) throws -> Run {
    let sandbox = try Sandbox()
    try sandbox.write(bytes, to: "t.csv")
    let run = try sandbox.shell("$MERCER fit t.csv \(Sandbox.quickFit) --output m")
    #expect(!sandbox.has("m") || run.status == 0)
    return run
  }

  @Test func utf16() throws {
    let text = Sandbox.table(rows: 40)
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let bytes = try #require(text.data(using: encoding))
      let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
      expectRefusal(try fit(Data(mark) + bytes), says: "UTF-16", "iconv", "t.csv")
      // Without the mark it is text with zero bytes in it.
      expectRefusal(try fit(bytes), says: "t.csv")
    }
  }

  @Test func utf8WithMark() throws {
    let run = try fit(Data([0xEF, 0xBB, 0xBF]) + Data(Sandbox.table(rows: 40).utf8))
    #expect(run.status == 0, "\(run.errors)")
  }

  /// UTF-8 at first, and one cell of Latin 1 far behind it.
  @Test func mixedEncodings() throws {
    let rows = isOptimized ? 200_000 : 5000
    var bytes = Data(Sandbox.table(rows: rows).replacing("mid", with: "mïd").utf8)
    bytes.append(contentsOf: Array("1,2,m".utf8) + [0xEF] + Array("d,3\n".utf8))
    expectRefusal(try fit(bytes), says: "not UTF-8", "line \(rows + 2)", "iconv")
  }

  @Test func zeroBytes() throws {
    let bytes = Data(Sandbox.table(rows: 40).replacing("mid", with: "m\0d").utf8)
    expectNoCrash(try fit(bytes))
  }

  @Test func onlyLineEnds() throws {
    for text in ["\r\r\r", "\"", ",,,,\n,,,,\n", "y\n", "\u{FEFF}"] {
      let run = try fit(Data(text.utf8))
      #expect(run.status == 2)
      expectNoCrash(run)
    }
  }

  /// Many columns and few rows: reading, encoding and writing are linear in the columns.
  @Test func manyColumns() throws {
    let (columns, rows) = (isOptimized ? 100_000 : 2000, 12)
    let sandbox = try Sandbox()
    var lines = [(0..<columns).map { "c\($0)" }.joined(separator: ",") + ",y"]
    for row in 0..<rows {
      let cells = (0..<columns).map { String(($0 * 31 + row * row * 17) % 97) }
      lines.append(cells.joined(separator: ",") + ",\(row * row)")
    }
    try sandbox.write(lines.joined(separator: "\n") + "\n", to: "wide.csv")
    let fit = try sandbox.shell("$MERCER fit wide.csv \(Sandbox.quickFit) --output m", limit: 300)
    try #require(fit.status == 0, "\(fit.errors)")
    let predict = try sandbox.shell(
      "$MERCER predict m/model.safetensors wide.csv --quiet", limit: 300)
    #expect(predict.output.split(separator: "\n").count == rows + 1, "\(predict.errors)")
    lines[5] += ",1"
    try sandbox.write(lines.joined(separator: "\n") + "\n", to: "ragged.csv")
    expectRefusal(
      try sandbox.shell("$MERCER fit ragged.csv \(Sandbox.quickFit) --output n"),
      says: "line 6", "\(columns + 2) cells")
  }
}
