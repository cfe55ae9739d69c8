import Foundation
import MercerCore
import MercerData
import Testing

/// Arrays as tables.
@Suite struct ArrayTableTests {
  private func path(_ name: String) -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("array-table-\(UUID().uuidString)-\(name)").path
  }

  private func write(_ array: NumericArray, _ name: String) throws -> String {
    let path = path(name)
    try NPYFile.write(array, to: path)
    return path
  }

  private let images = NumericArray(
    (0..<24).map { UInt8($0 < 8 ? 7 : $0) }, shape: [4, 2, 3])

  @Test func numbersAreColumnsInTheirOrder() throws {
    let table = try Table(images, source: "images")
    #expect(table.rowCount == 4)
    #expect(
      table.columns.map(\.name)
        == ["x[0,0]", "x[0,1]", "x[0,2]", "x[1,0]", "x[1,1]", "x[1,2]"])
    #expect(table.columns[4].values == .numbers([7, 10, 16, 22]))
    #expect(
      try Table(NumericArray([1.0, 2, 3, 4], shape: [2, 2]), source: "a").columns[1].name == "x[1]")
    #expect(try Table(NumericArray([1.0, 2]), source: "a").columns.map(\.name) == ["x"])
    let kinds = try Table(
      NumericArray([1.0, .nan, 2, 1, .nan, 3], shape: [2, 3]), source: "a"
    ).columns.map(\.kind)
    #expect(kinds == [.constant, .empty, .numeric])
    let error = #expect(throws: MercerError.self) {
      try Table(NumericArray([1.0, 2, .infinity, 4], shape: [2, 2]), source: "a")
    }
    #expect(error?.message.contains("row 2") == true && error?.place?.column == "x[0]")
  }

  @Test func targetsAreOneNumberARow() throws {
    let x = try write(images, "x.npy")
    let y = try write(NumericArray([3, 1, 2, 3] as [Int64]), "y.npy")
    let table = try TableFile.read(path: x, targets: y, targetName: "label")
    #expect(table.column(named: "label")?.values == .numbers([3, 1, 2, 3]))
    #expect(try TableFile.inputShape(path: x) == [2, 3])
    let few = try write(NumericArray([3, 1] as [Int64]), "few.npy")
    let error = #expect(throws: MercerError.self) { try TableFile.read(path: x, targets: few) }
    #expect(error?.code == .shapeMismatch && error?.message.contains("4 rows") == true)
  }

  @Test func textIsNoArray() throws {
    let text = path("a.csv")
    try Data("12345678{,b\n1,2\n".utf8).write(to: URL(fileURLWithPath: text))
    #expect(!TableFile.isArray(text) && !TableFile.isArray(path("absent")))
    #expect(try TableFile.read(path: text).columns.count == 2)
  }

  @Test(arguments: [1, 3, 100])
  func rowsComeInParts(_ count: Int) throws {
    let x = try write(images, "x.npy")
    let reader = try ArrayRowReader(path: x)
    try reader.keep(["x[1,2]", "x[0,0]"])
    let whole = try Table(images, source: x)
    var (rows, kept): ([Double], [String]) = ([], [])
    while let part = try reader.next(atMost: count) {
      #expect(part.firstRow == rows.count)
      guard case .numbers(let values) = part.table.columns[5].values else { return }
      rows += values
      for row in 0..<part.table.rowCount {
        kept.append(String(decoding: part.kept.row(row), as: UTF8.self))
      }
    }
    #expect(.numbers(rows) == whole.columns[5].values)
    #expect(kept == ["7.0,7.0", "11.0,7.0", "17.0,12.0", "23.0,18.0"])
    let error = #expect(throws: MercerError.self) { try reader.keep(["x[9]"]) }
    #expect(error?.code == .invalidParameter)
  }
}
