import Foundation
import MercerCore
import MercerData
import Testing

/// Reads text, small chunks and all.
func readTable(
  _ text: String, _ options: CSVOptions = .init(), source: String = "t.csv", threads: Int = 1
) throws -> Table {
  try CSVReader.read(
    bytes: Array(text.utf8), source: source, options: options,
    context: ExecutionContext(threadCount: threads))
}

/// Tables equal in every bit, where a missing number equals a missing number.
func same(_ a: Table, _ b: Table) -> Bool {
  a.rowCount == b.rowCount && a.columns.count == b.columns.count
    && zip(a.columns, b.columns).allSatisfy { x, y in
      guard x.name == y.name, x.kind == y.kind else { return false }
      return switch (x.values, y.values) {
      case (.numbers(let p), .numbers(let q)): p.map(\.bitPattern) == q.map(\.bitPattern)
      case (.levels(let c, let n), .levels(let d, let m)): c == d && n == m
      default: false
      }
    }
}

/// The cells of a column as text, nil where missing.
func cells(_ column: Column) -> [String?] {
  switch column.values {
  case .numbers(let values): values.map { $0.isNaN ? nil : "\($0)" }
  case .levels(let codes, let names): codes.map { $0 < 0 ? nil : names[Int($0)] }
  }
}

@Suite struct CSVTableTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: [[String?]]
    var source = "t.csv"
    var testDescription: String { String(reflecting: text) }
    init(_ text: String, _ expected: [[String?]], source: String = "t.csv") {
      self.text = text
      self.expected = expected
      self.source = source
    }
  }

  /// Each gives the same two columns in another form.
  static let forms: [Form] = [
    Form("a,b\n1,x\n2,y\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a,b\n1,x\n2,y", [["1.0", "2.0"], ["x", "y"]]),
    Form("a,b\r\n1,x\r\n2,y\r\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a,b\r1,x\r2,y\r", [["1.0", "2.0"], ["x", "y"]]),
    Form("\u{FEFF}a,b\n1,x\n2,y\n\n\r\n\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("\n a , b \n\n 1 , x \n  \n2,y", [["1.0", "2.0"], ["x", "y"]]),
    Form("\"a\",\"b\"\n\"1\",\"x\"\n2,\"y\"\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a;b\n1;x\n2;y\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a\tb\n1\tx\n2\ty\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a|b\n1|x\n2|y\n", [["1.0", "2.0"], ["x", "y"]]),
    Form("a\tb\n1\tx\n2\ty\n", [["1.0", "2.0"], ["x", "y"]], source: "t.tsv"),
    Form("a\tb\n1\tx,z\n2\ty,z\n", [["1.0", "2.0"], ["x,z", "y,z"]], source: "T.TSV.GZ"),
    Form("a;b\n1,5;x\n-2,25;y\n", [["1.5", "-2.25"], ["x", "y"]]),
    Form("a;b\n1,5;x\n2.5;y\n", [["1,5", "2.5"], ["x", "y"]]),
    Form(
      "a,b\n1,\"x\ny\"\n2,\"say \"\"hi\"\", he\"\n",
      [["1.0", "2.0"], ["x\ny", "say \"hi\", he"]]),
    Form("a,b\n1,\" x \"\n2,\"\"\"\"\n", [["1.0", "2.0"], [" x ", "\""]]),
    Form("a,b\n1,it's 5\" long\n2,y\n", [["1.0", "2.0"], ["it's 5\" long", "y"]]),
    Form(
      "a,b\n1,x\nNA,?\nn/a,None\n,\"\"\nnan,NULL\n",
      [
        ["1.0", nil, nil, nil, nil], ["x", nil, nil, nil, nil],
      ]),
    Form(
      "a,b\n+1e3,é\n.5,日本\n-7.,z\n1E-2,z\n",
      [
        ["1000.0", "0.5", "-7.0", "0.01"], ["é", "日本", "z", "z"],
      ]),
    Form("a,b\n1,inf\n2,other\n", [["1.0", "2.0"], ["inf", "other"]]),
  ]

  @Test(arguments: forms) func form(_ form: Form) throws {
    let table = try readTable(form.text, source: form.source)
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns.map(cells) == form.expected)
    #expect(table.source == form.source)
  }

  @Test(arguments: forms) func formInPieces(_ form: Form) throws {
    let whole = try readTable(form.text, source: form.source)
    for size in [1, 2, 3, 5, 7, 16] {
      for threads in [1, 2] {
        let pieces = try readTable(
          form.text, CSVOptions(chunkByteCount: size), source: form.source, threads: threads)
        #expect(same(whole, pieces), "\(size) bytes, \(threads) threads")
      }
    }
  }

  static let kinds: [(String, ColumnKind, [String])] = [
    ("numeric", .numeric, ["1", "0", "", "-2.5"]),
    ("codes", .numeric, ["0", "1", "1", "0"]),
    ("constant", .constant, ["3", "3.0", "3", "3"]),
    ("constant text", .constant, ["x", "x", "x", "x"]),
    ("nearly constant", .categorical, ["x", "x", "", "x"]),
    ("empty", .empty, ["", "NA", "?", ""]),
    ("true", .boolean, ["TRUE", "false", "", "TRUE"]),
    ("yes", .boolean, ["Yes", "No", "No", "Yes"]),
    ("t", .boolean, ["t", "f", "f", "t"]),
    ("y", .boolean, ["Y", "N", "N", "Y"]),
    ("three", .categorical, ["yes", "no", "maybe", "no"]),
    ("day", .date, ["2024-03-01", "1970/01/01", "", "1969-12-31"]),
    ("time", .date, ["2024-03-01T12:30", "2024-03-01 12:30:45", "2024-03-01T12:30Z", ""]),
    ("not days", .categorical, ["2024-02-30", "2024-03-01", "", "2024-03-01"]),
    ("days and numbers", .categorical, ["2024-03-01", "2024", "2024", "2024"]),
    ("late text", .categorical, ["1", "2", "3", "four"]),
    ("late date", .date, ["", "", "", "2024-03-01"]),
  ]

  @Test(arguments: kinds.indices) func kind(_ index: Int) throws {
    let (name, kind, values) = Self.kinds[index]
    let text = "id,\(name)\n" + values.enumerated().map { "\($0),\($1)\n" }.joined()
    let column = try #require(try readTable(text).column(named: name))
    #expect(column.kind == kind)
  }

  @Test func datesAreSecondsSince1970() throws {
    let text =
      "t,u\n1970-01-02,a\n2000-02-29T00:00:01.5Z,a\n2024-03-01T12:30+02:00,a\n0001/01/01,a\n"
    let table = try readTable(text)
    #expect(
      table.columns[0].values
        == .numbers([86_400, 951_782_401.5, 1_709_289_000, -62_135_596_800]))
  }

  @Test func textFoundLateIsReadAgainFromTheStart() throws {
    // The first rows decide how a column is tried; here they mislead.
    let rows = (0..<500).map { $0 == 450 ? "x,\($0)" : "0\($0),\($0)" }
    let table = try readTable("a,b\n" + rows.joined(separator: "\n"))
    #expect(table.columns[0].kind == .identifier)
    #expect(cells(table.columns[0])[3] == "03")
    #expect(cells(table.columns[0])[450] == "x")
    #expect(table.columns[1].values == .numbers((0..<500).map(Double.init)))
  }

  @Test func levelsAreSortedByScalarAndDistinctForReaders() throws {
    let table = try readTable("a,b\nz,1\n\u{1F600},1\né,1\ne\u{301},2\n\u{FF5E},2\nZ,3\n")
    guard case .levels(let codes, let names) = table.columns[0].values else {
      Issue.record("not text")
      return
    }
    #expect(names == ["Z", "e\u{301}", "z", "\u{FF5E}", "\u{1F600}"])
    #expect(codes == [2, 4, 1, 1, 3, 0])
  }

  @Test func identifiersNeedTwentyValuesNearlyAllDistinct() throws {
    func kind(_ n: Int, _ distinct: Int) throws -> ColumnKind {
      let rows = (0..<n).map { "\($0),name \($0 % distinct)" }.joined(separator: "\n")
      return try readTable("i,a\n" + rows).columns[1].kind
    }
    #expect(try kind(19, 19) == .categorical)
    #expect(try kind(20, 20) == .identifier)
    #expect(try kind(20, 19) == .identifier)
    #expect(try kind(20, 18) == .categorical)
  }

  @Test func unnamedColumnsAreNamedByPlace() throws {
    let table = try readTable(",b,\"\"\n1,2,3\n")
    #expect(table.columns.map(\.name) == ["column 1", "b", "column 3"])
  }

  @Test func knownKindsHold() throws {
    let options = CSVOptions(kinds: ["a": .categorical, "b": .numeric, "none": .date])
    let table = try readTable("a,b\n1,\n1,\n", options)
    #expect(table.columns.map(\.kind) == [.categorical, .numeric])
    #expect(cells(table.columns[0]) == ["1", "1"])
  }

  @Test func ownMarkersReplaceTheUsualOnes() throws {
    let table = try readTable("a,b\n-999,NA\n1,x\n", CSVOptions(missingMarkers: ["-999"]))
    #expect(table.columns.map(cells) == [[nil, "1.0"], ["NA", "x"]])
  }

  @Test func penguins() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/penguins.csv", withExtension: nil))
    let table = try CSVReader.read(path: url.path)
    #expect(table.rowCount == 344)
    let kinds = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.kind) })
    #expect(kinds["species"] == .categorical)
    #expect(kinds["body_mass_g"] == .numeric)
    guard case .levels(_, let names) = try #require(table.column(named: "species")).values else {
      Issue.record("species is not text")
      return
    }
    #expect(names == ["Adelie", "Chinstrap", "Gentoo"])
    #expect(table.column(named: "body_mass_g")?.values.missingCount == 2)
    #expect(table.column(named: "sex")?.values.missingCount == 11)
    let small = CSVOptions(chunkByteCount: 100)
    let pieces = try CSVReader.read(
      path: url.path, options: small, context: ExecutionContext(threadCount: 2))
    #expect(same(table, pieces))
  }
}
