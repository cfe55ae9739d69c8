import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import MercerTestSupport
import Testing

/// The local spread in the model file: its rows by number where they are those of the regression, and
/// as they are where rows were held out.
@Suite struct SpreadFileTests {
  /// Numbers whose noise grows with x.
  private static func table(_ n: Int) -> Table {
    var stream = RandomStream(seed: 31, purpose: "growing noise")
    let x = (0..<n).map { _ in 4 * stream.uniform() }
    let y = x.map { 3 * $0 + exp($0 - 2) * stream.normal() }
    return Table(
      columns: [
        Column(name: "x", kind: .numeric, values: .numbers(x)),
        Column(name: "y", kind: .numeric, values: .numbers(y)),
      ], rowCount: n, source: "growing.csv")
  }

  private func fit(_ rows: Int, memory: Int? = nil) throws -> (TableModel, Table) {
    var learner = TableLearner(target: "y")
    learner.kernel = try makeKernel(
      parsing: "centred(gaussian(lengthScale: 1)) + linear", of: Double.self)
    learner.ridge = 0.1
    let table = Self.table(rows)
    return (
      try learner.fit(table, context: ExecutionContext(memoryLimit: memory)).model, table
    )
  }

  private func bits(_ model: TableModel, _ table: Table) throws -> [UInt64] {
    guard case .numbers(_, let lower, let upper, _) = try model.predict(table).predictions else {
      return []
    }
    return (lower + upper).map(\.bitPattern)
  }

  @Test(arguments: [(160, nil), (700, 3_000_000)] as [(Int, Int?)])
  func theSpreadSurvivesSaving(_ rows: Int, _ memory: Int?) throws {
    let (model, table) = try fit(rows, memory: memory)
    let local = try #require(model.spread?.local)
    #expect((local.rows == nil) == (memory != nil))
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-spread-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let read = try TableModel(readingFrom: path)
    #expect(try bits(read, table) == bits(model, table))
    #expect(Set(try bits(model, table)).count > rows)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try read.write(to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)

    var good = try SafetensorsFile(readingFrom: path)
    good.metadata["checksum"] = nil
    let damages: [(inout SafetensorsFile) -> Void] = [
      { $0.tensors["spread.coefficients"] = nil },
      { $0.tensors["spread.predictions"] = nil },
      {
        $0.tensors["spread.rows"] = nil
        $0.tensors["spread.inputs"] = nil
      },
      { $0.tensors["spread.rows"] = NumericArray([Int64](repeating: 5000, count: rows)) },
      { $0.tensors["spread.coefficients"] = NumericArray([Double.nan], shape: [1, 1]) },
      {
        $0.metadata["model"] = $0.metadata["model"]?.replacingOccurrences(
          of: "\"predictionUnit\":", with: "\"predictionUnit\":-")
      },
      {
        $0.metadata["model"] = $0.metadata["model"]?.replacingOccurrences(
          of: "\"upper\":[", with: "\"upper\":[1,")
      },
    ]
    for (index, damage) in damages.enumerated() {
      var file = good
      damage(&file)
      try file.write(to: path)
      let error = #expect(throws: MercerError.self, "\(index)") {
        _ = try TableModel(readingFrom: path)
      }
      #expect(error?.code == .malformedFile && error?.place?.file == path, "\(index)")
    }
  }

  /// Fifths of the rows by prediction are all covered about as often.
  @Test func coverageIsReportedBySize() throws {
    let (model, _) = try fit(isOptimized ? 1500 : 200)
    let test = Self.table(isOptimized ? 3000 : 500)
    guard case .regression(_, let intervals) = try model.evaluate(test).metrics else {
      Issue.record("no metrics of numbers")
      return
    }
    #expect(intervals.bySize.count == 5)
    #expect(intervals.bySize.map(\.rows).reduce(0, +) == test.rowCount)
    let mean = intervals.bySize.reduce(0) { $0 + $1.coverage * Double($1.rows) }
    #expect(abs(mean / Double(test.rowCount) - intervals.coverage) < 1e-12)
    #expect(intervals.bySize.allSatisfy { abs($0.coverage - 0.9) < (isOptimized ? 0.05 : 0.15) })
    #expect(intervals.bySize[4].width > 2 * intervals.bySize[0].width)
    let json = try JSONEncoder().encode(model.evaluate(test).metrics)
    #expect(try JSONDecoder().decode(TableMetrics.self, from: json) == model.evaluate(test).metrics)
  }
}
