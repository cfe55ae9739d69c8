import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// Rows of weight 0, and rows that the solution has no part of, are not in a model.
@Suite struct WeightlessRowsTests {
  private static func adding(_ weights: [Double], to table: Table) -> Table {
    Table(
      columns: table.columns + [Column(name: "w", kind: .numeric, values: .numbers(weights))],
      rowCount: table.rowCount, source: table.source)
  }

  private static func learner(_ target: String, ignoring: [String]) throws -> TableLearner {
    var learner = TableLearner(target: target)
    learner.ignoredColumns = ignoring
    learner.kernel = try LaplaceKernel<Double>(lengthScale: 3)
    learner.weightColumn = "w"
    return learner
  }

  private static func bits(_ model: TableModel, _ table: Table) throws -> [UInt64] {
    switch try model.predict(table).predictions {
    case .numbers(let values, let lower, let upper, _): (values + lower + upper).map(\.bitPattern)
    case .classes(let probabilities, _, _, _): probabilities.elements.map(\.bitPattern)
    }
  }

  /// The model is that of the table without them, to the last bit; what stands in them does not matter.
  @Test(arguments: ["price", "city"])
  func rowsOfWeightZeroAreAsIfTheyWereNotThere(target: String) throws {
    let n = 40
    let weights = (0..<n).map { $0 % 7 == 3 ? 0 : 1 + Double($0 % 3) }
    var table = Self.adding(weights, to: exampleTable(n))
    // A price that would move everything, and a city that is nowhere else.
    table.columns = table.columns.map { column in
      switch column.values {
      case .numbers(let values) where column.name == "price":
        Column(
          name: "price", kind: .numeric,
          values: .numbers(values.indices.map { weights[$0] == 0 ? 1e9 : values[$0] }))
      case .levels(let codes, let names) where column.name == "city":
        Column(
          name: "city", kind: .categorical,
          values: .levels(
            codes: codes.indices.map { weights[$0] == 0 ? 3 : codes[$0] }, names: names + ["D"]))
      default: column
      }
    }
    let kept = weights.indices.filter { weights[$0] > 0 }
    let without = exampleTable(n).rows(at: kept)
    let learner = try Self.learner(target, ignoring: ["sold"])
    let prepared = try learner.prepare(table)
    #expect(prepared.weightlessRows == n - kept.count && prepared.droppedRows == 0)
    let outcome = try learner.fit(prepared)
    let expected = try learner.fit(Self.adding(kept.map { weights[$0] }, to: without)).model
    #expect(outcome.weightlessRows == n - kept.count)
    let model = outcome.model
    #expect(
      model.history.rows == kept.count && model.history.validation == expected.history.validation)
    #expect(model.target.classNames == expected.target.classNames)
    #expect(try Self.bits(model, without) == Self.bits(expected, without))
    // Rows are called by their numbers in the whole table.
    #expect(model.trainingRows?.places == kept)
    #expect(Set(outcome.judged.places).isSubset(of: kept))
    #expect(learner.weighedRows(of: table).rowNumbers == kept)
    #expect(learner.weighedRows(of: without) == without)
    let doubts = try TableExplainer(model, table: learner.weighedRows(of: table)).labelDoubts()
    #expect(doubts?.isTrainingTable == true && Set(doubts?.rows.map(\.row) ?? []) == Set(kept))
  }

  @Test func weightsBelowZeroAreRefused() throws {
    let learner = try Self.learner("price", ignoring: ["sold"])
    var weights = [Double](repeating: 1, count: 30)
    (weights[2], weights[12]) = (0, -0.5)
    let error = #expect(throws: MercerError.self) {
      _ = try learner.prepare(Self.adding(weights, to: exampleTable(30)))
    }
    #expect(error?.code == .invalidData && error?.place?.column == "\"w\"")
    #expect(error?.message == "row 13 has the weight -0.5")
    let none = #expect(throws: MercerError.self) {
      _ = try learner.prepare(
        Self.adding([Double](repeating: 0, count: 30), to: exampleTable(30)))
    }
    #expect(none?.code == .invalidData && none?.message == "all rows have weight 0")
  }

  /// Blocks of a table on the disk leave them out as well, and refuse what is no weight.
  @Test func blocksLeaveThemOut() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("weightless-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func blocks(lastWeight: String) throws -> (EncodedRowBlocks, PreparedTable) {
      let path = folder.appendingPathComponent("\(UUID().uuidString).csv").path
      var text = "x,y,w\n"
      for row in 0..<3000 {
        text += "\(row % 17),\(row % 5),\(row == 2999 ? lastWeight : row % 3 == 0 ? "0" : "2")\n"
      }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let store = try ColumnStore.make(from: path, at: path + ".columns")
      let large = try LargeTable(
        store, seed: 3, context: ExecutionContext(memoryLimit: 1_000_000))
      var learner = TableLearner(target: "y")
      learner.task = .regression
      learner.weightColumn = "w"
      let prepared = try learner.prepare(large.sample)
      return (large.blocks(of: prepared, features: [0], learner: learner), prepared)
    }
    let (good, prepared) = try blocks(lastWeight: "2")
    #expect(prepared.weightlessRows > 0)
    let data = try good.gathered(rowCount: 3000, context: .default)
    #expect(data.count == 2000)
    // In units of the mean of those that count.
    #expect(data.weights == [Double](repeating: 1, count: 2000))
    let (bad, _) = try blocks(lastWeight: "-1")
    let error = #expect(throws: MercerError.self) {
      _ = try bad.gathered(rowCount: 3000, context: .default)
    }
    #expect(error?.code == .invalidData)
  }

  /// Rows so far apart that the kernel is 0 between them: those whose target is the mean have coefficients
  /// of exactly 0.
  @Test func rowsWithoutCoefficientsAreNotKept() throws {
    let n = 60
    let table = Table(
      columns: [
        Column(name: "x", kind: .numeric, values: .numbers((0..<n).map(Double.init))),
        Column(name: "y", kind: .numeric, values: .numbers((0..<n).map { Double($0 % 3) - 1 })),
      ], rowCount: n, source: "apart.csv")
    func model(_ kernel: String) throws -> TableModel {
      var learner = TableLearner(target: "y")
      learner.task = .regression
      learner.kernel = try makeKernel(parsing: kernel, of: Double.self)
      learner.ridge = 0.5
      // Rows rounded to Float would be at a distance from those that are predicted.
      learner.precision = .double
      return try learner.fit(table).model
    }
    let narrow = try model("gaussian(lengthScale: 1e-4)")
    let rows = try #require(narrow.trainingRows)
    let carried = (0..<n).filter { $0 % 3 != 1 }
    #expect(Set(rows.places).isSuperset(of: carried))
    if narrow.spread?.local == nil { #expect(rows.places == carried) }
    #expect(narrow.regression.inputs.count == rows.places.count)
    #expect(rows.targets == rows.places.map { Double($0 % 3) - 1 })
    #expect(narrow.regression.leaveOneOutResiduals?.rowCount == rows.places.count)
    // k(x, x) / (k(x, x) + λ) of each target, up to the rounding of a few operations.
    guard case .numbers(let values, _, _, _) = try narrow.predict(table).predictions else {
      Issue.record("a regression did not predict numbers")
      return
    }
    for (row, value) in values.enumerated() {
      #expect(abs(value - (Double(row % 3) - 1) / 1.5) < 1e-12)
    }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-weightless-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try narrow.write(to: path)
    #expect(try Self.bits(TableModel(readingFrom: path), table) == Self.bits(narrow, table))
    // A centred kernel takes a mean over all of them.
    #expect(try model("centred(gaussian(lengthScale: 1e-4))").regression.inputs.count == n)
  }
}
