import Foundation
import Mercer
import MercerTestSupport
import Testing

/// `predict` on tables that are longer than what is in memory at once, and what it adds to them.
@Suite(.enabled(if: isOptimized), .serialized) struct PredictStreamTests {
  /// Rows that are read at once at the least.
  private static let blockLength = 4096

  private static let fitted: Result<Sandbox, any Error> = Result {
    let sandbox = try Sandbox()
    let rows = (0..<40).map { row($0) }
    try sandbox.write("id,x,city,y,kind\n" + rows.joined(), to: "train.csv")
    for target in ["y", "kind"] {
      try sandbox.runSuccessfully([
        "fit", "train.csv", "--target", target, "--ignore", target == "y" ? "kind" : "y",
        "--ignore", "id", "--kernel", "laplace(lengthScale: 2)", "--ridge", "0.1", "--output",
        target, "--quiet",
      ])
    }
    let long = (0..<2 * blockLength + 5).map { row($0) }
    try sandbox.write("id,x,city,y,kind\n" + long.joined(), to: "long.csv")
    return sandbox
  }

  private static func row(_ i: Int) -> String {
    let x = Double(i % 97) / 16
    let city = ["Oslo", "\"Rome, \"\"Lazio\"\"\"", "Bern"][i % 3]
    return "n\(i),\(i % 13 == 5 ? "" : "\(x)"),\(city),\(x * x + Double(i % 3)),\(i % 5 < 2)\n"
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  private func predict(_ model: String, _ more: [String], input: String? = nil) throws -> Run {
    try Self.fitted.get().runSuccessfully(
      ["predict", "\(model)/model.safetensors"] + more + ["--quiet"], input: input)
  }

  /// The same bytes with one block in memory as with all, with any number of threads, from a pipe, and
  /// into a file.
  @Test(arguments: ["y", "kind"])
  func partsDoNotMatter(_ model: String) throws {
    let sandbox = try Self.fitted.get()
    let whole = try predict(model, ["long.csv"]).output
    #expect(lines(whole).count == 2 * Self.blockLength + 6)
    #expect(try predict(model, ["long.csv", "--memory", "1MB", "--threads", "1"]).output == whole)
    let text = try sandbox.text("long.csv")
    #expect(try predict(model, ["-", "--memory", "1MB"], input: text).output == whole)
    #expect(try predict(model, ["long.csv", "-o", "p.csv"]).output == "")
    #expect(try sandbox.text("p.csv") == whole)
    // The library's prediction of the whole table.
    let read = try TableModel(readingFrom: sandbox.path("\(model)/model.safetensors"))
    let table = try CSVReader.read(
      path: sandbox.path("long.csv"), options: CSVOptions(kinds: read.encoder.columnKinds))
    let expected: [String] =
      switch try read.predict(table).predictions {
      case .numbers(let values, let lower, let upper, _):
        values.indices.map { "\(values[$0]),\(lower[$0]),\(upper[$0])" }
      case .classes(let probabilities, _, _, _):
        (0..<probabilities.rowCount).map { row in
          probabilities.row(row).map { "\($0)" }.joined(separator: ",")
        }
      }
    for (line, wanted) in zip(lines(whole).dropFirst(), expected) {
      #expect(model == "y" ? line == wanted : line.contains(",\(wanted),"))
    }
  }

  @Test func keptColumnsComeFirstAsTheyAre() throws {
    let sandbox = try Self.fitted.get()
    let plain = lines(try predict("y", ["train.csv"]).output)
    let table = lines(try sandbox.text("train.csv"))
    let all = lines(try predict("y", ["train.csv", "--keep-all"]).output)
    #expect(all == zip(table, plain).map { $0 + "," + $1 })
    let two = lines(try predict("y", ["train.csv", "--keep", "city", "--keep", "id"]).output)
    #expect(two[0] == "city,id,prediction,lower,upper")
    #expect(two[2] == "\"Rome, \"\"Lazio\"\"\",n1," + plain[2])
    // A column of the name of one that predict makes.
    let clash = try sandbox.run(
      ["predict", "y/model.safetensors", "-", "--keep-all"],
      input: "x,city,lower\n1,Oslo,2\n")
    #expect(clash.status == 2 && clash.errorLines.count <= 3 && clash.output == "")
    #expect(clash.errors.contains("\"lower\""))
  }

  /// A fault in a later part: its line, exit 2, and nothing under the name of the output.
  @Test(arguments: ["tall", "1,2"])
  func lateFaultsLeaveNothing(_ cell: String) throws {
    let sandbox = try Self.fitted.get()
    var table = lines(try sandbox.text("long.csv"))
    table[8190 - 1] = "n,\(cell),Oslo,1,true"
    try sandbox.write(table.joined(separator: "\n") + "\n", to: "faulty.csv")
    let before = try sandbox.contents()
    for output in [["-o", "late.csv"], []] {
      let run = try sandbox.run(
        ["predict", "y/model.safetensors", "faulty.csv", "--memory", "1MB", "--quiet"] + output)
      #expect(run.status == 2 && run.errorLines.count <= 3)
      #expect(run.errors.contains("faulty.csv, line 8190"), "\(run.errors)")
    }
    #expect(try sandbox.contents() == before)
  }

  /// The named columns and rows are those that `explain` finds, and belong to the line's row.
  @Test(arguments: ["y", "kind"])
  func explanationsNameColumnsAndRows(_ model: String) throws {
    let sandbox = try Self.fitted.get()
    let run = lines(try predict(model, ["train.csv", "--explain", "3"]).output)
    #expect(
      run[0].hasSuffix(
        "column_1,column_1_adds,column_2,column_2_adds,column_3,column_3_adds,row_1,row_1_adds,"
          + "row_2,row_2_adds,row_3,row_3_adds"))
    let read = try TableModel(readingFrom: sandbox.path("\(model)/model.safetensors"))
    let table = try CSVReader.read(
      path: sandbox.path("train.csv"), options: CSVOptions(kinds: read.encoder.columnKinds))
    let carrying = try TableExplainer(read, table: table).carryingRows(
      of: Array(0..<table.rowCount), count: 3)
    let plain = lines(try predict(model, ["train.csv"]).output)
    for (row, line) in run.dropFirst().enumerated() {
      #expect(line.hasPrefix(plain[row + 1]))
      let cells = line.dropFirst(plain[row + 1].count + 1).split(
        separator: ",", omittingEmptySubsequences: false)
      try #require(cells.count == 12)
      // There are two columns only.
      #expect(Set([cells[0], cells[2]]) == ["x", "city"] && cells[4] == "" && cells[5] == "")
      for (place, term) in carrying[row].terms.enumerated() {
        #expect(cells[6 + 2 * place] == "\(term.trainingRow + 1)")
        let value = try #require(Double(cells[7 + 2 * place]))
        #expect(abs(value - term.value) <= 1e-9 * abs(term.value))
      }
    }
  }
}
