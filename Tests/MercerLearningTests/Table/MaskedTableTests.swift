import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// Sequences of different lengths in the columns of a table.
@Suite struct MaskedTableTests {
  private let count = 30

  /// Sequences of 2 to 6 numbers and what is to be learned of them, padded to `columns`.
  private func table(padding: String, columns: Int) throws -> Table {
    var random = RandomStream(seed: 3, purpose: "sequences")
    var text = (0..<columns).map { "t\($0)" }.joined(separator: ",") + ",y\n"
    for row in 0..<count {
      let numbers = (0..<(row % 5 + 2)).map { _ in (random.normal() * 100).rounded() / 64 }
      let cells =
        numbers.map { "\($0)" } + Array(repeating: padding, count: columns - numbers.count)
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      text += cells.joined(separator: ",") + ",\(mean * mean)\n"
    }
    return try CSVReader.read(bytes: Array(text.utf8), source: "table")
  }

  private func model(mask: String, columns: Int, _ table: Table) throws -> TableModel {
    var learner = TableLearner(target: "y")
    learner.kernel = try makeKernel(
      parsing: "ntk(sequence(\(columns), mask: \(mask)) > dense(biasVariance: 0.1) > relu > "
        + "globalAveragePool > dense > relu > dense)", of: Double.self)
    learner.ridge = 1e-3
    return try learner.fit(table).model
  }

  private func predictions(_ model: TableModel, _ table: Table) throws -> [Double] {
    guard case .numbers(let values, _, _, _) = try model.predict(table).predictions else {
      Issue.record("predictions of numbers are numbers")
      return []
    }
    return values
  }

  @Test func numbersAndEmptyCellsAreLeftOutAlike() throws {
    let (numbers, empty) = (
      try table(padding: "-9", columns: 6), try table(padding: "", columns: 6)
    )
    let first = try model(mask: "-9", columns: 6, numbers)
    let second = try model(mask: "missing", columns: 6, empty)
    #expect(
      first.regression.members[0].kernel.description.contains("sequence(6, mask: missing)"))
    let (a, b) = (try predictions(first, numbers), try predictions(second, empty))
    #expect(a.count == count && a == b)
    // More padding changes nothing but rounding.
    let wider = try table(padding: "-9", columns: 8)
    let c = try predictions(model(mask: "-9", columns: 8, wider), wider)
    for (x, y) in zip(a, c) { #expect(abs(x - y) <= 1e-6 * max(1, abs(x))) }
    // Padding that counts is another thing.
    let counted = try predictions(model(mask: "1000", columns: 6, numbers), numbers)
    #expect(zip(a, counted).contains { abs($0 - $1) > 1e-3 })
  }

  @Test(arguments: [Precision.half, .float])
  func theModelFileKnowsWhatIsAbsent(_ precision: Precision) throws {
    let table = try table(padding: "-9", columns: 6)
    var learner = TableLearner(target: "y")
    learner.kernel = try makeKernel(
      parsing: "nngp(sequence(6, mask: -9) > dense > erf > globalAveragePool)", of: Double.self)
    learner.ridge = 1e-2
    learner.precision = precision
    let model = try learner.fit(table).model
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-model-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let read = try TableModel(readingFrom: path)
    #expect(read.encoder == model.encoder)
    #expect(try predictions(read, table) == predictions(model, table))
  }

  @Test func tooLittleMemoryIsSaidBeforeAnyWork() throws {
    var text = (0..<256).map { "p\($0)" }.joined(separator: ",") + ",y\n"
    for row in 0..<6 {
      text += (0..<256).map { "\(($0 * (row + 3)) % 17)" }.joined(separator: ",") + ",\(row)\n"
    }
    let table = try CSVReader.read(bytes: Array(text.utf8), source: "table")
    var learner = TableLearner(target: "y")
    learner.kernel = try makeKernel(
      parsing: "ntk(image(16, 16) > conv(3) > relu > averagePool(2) > conv(3) > globalAveragePool)",
      of: Double.self)
    let context = ExecutionContext(threadCount: 2, memoryLimit: 200_000)
    let error = #expect(throws: MercerError.self) {
      try learner.prepare(table, context: context)
    }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("an entry of this kernel is made in") == true)
  }
}
