import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// Tables on the disk, and the blocks of rows that a solver is given of them.
@Suite struct LargeTableTests {
  private static let rowCount = EncodedRowBlocks.blockRows + 300

  private static func write(_ path: String) throws {
    var stream = RandomStream(seed: 5, purpose: "test table")
    var text = "a,c,y\n"
    for row in 0..<rowCount {
      let target = row % 10 == 4 ? "" : "\(Double(stream.integer(below: 1000)) / 8)"
      text += "\(stream.integer(below: 50)),\(["u", "v", "w"][row % 3]),\(target)\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func sampleAndBlocks() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("large-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("t.csv").path
    try Self.write(path)
    let tight = ExecutionContext(memoryLimit: 1_200_000)
    #expect(LargeTable.isWanted(for: path, context: tight))
    #expect(!LargeTable.isWanted(for: path, context: ExecutionContext(memoryLimit: 1 << 30)))

    let store = try ColumnStore.make(from: path, at: folder.appendingPathComponent("c").path)
    let large = try LargeTable(store, seed: 3, context: tight)
    let numbers = try #require(large.sample.rowNumbers)
    // A quarter of the memory at 64 bytes a cell, and 24 for each of the three levels.
    #expect(numbers.count == 300_000 / (3 * 64 + 3 * 24))
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    let whole = try CSVReader.read(path: path)
    #expect(large.sample.column(named: "a") == whole.rows(at: numbers).column(named: "a"))

    var learner = TableLearner(target: "y")
    learner.task = .regression
    let prepared = try learner.prepare(large.sample)
    let features = Array((0..<prepared.encoder.featureCount).reversed())
    let blocks = large.blocks(of: prepared, features: features, learner: learner)
    #expect(blocks.blockCount == 2)
    let data = try blocks.gathered(rowCount: store.rowCount, context: .default)
    let kept = (0..<Self.rowCount).filter { $0 % 10 != 4 }
    let expected = try prepared.encoder.encode(whole.rows(at: kept), as: Float.self)
    #expect(data.inputs.coordinates == expected.coordinates.columns(at: features))
    // Codes are the targets in the units of the sample: a line through all of them.
    guard case .numbers(let values)? = whole.column(named: "y")?.values else {
      Issue.record("the target is not of numbers")
      return
    }
    let (first, last) = (0, kept.count - 1)
    let slope =
      (data.targets[last, 0] - data.targets[first, 0]) / (values[kept[last]] - values[kept[first]])
    for (place, row) in kept.enumerated() {
      let line = data.targets[first, 0] + slope * (values[row] - values[kept[first]])
      // Rounding of a few operations on numbers of size 1.
      #expect(abs(data.targets[place, 0] - line) < 1e-12)
    }
  }
}
