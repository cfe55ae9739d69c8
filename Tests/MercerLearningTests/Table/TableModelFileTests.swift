import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// The model file: what is read is what was written, and damage is refused, never a crash.
@Suite struct TableModelFileTests {
  /// 14 rows with numbers, a category, a boolean and missing cells.
  private static func table() throws -> Table {
    var text = "x,city,member,number,word,kind\n"
    for i in 0..<14 {
      let x = i == 5 ? "" : "\(Double(i * i % 9) / 3)"
      let kind = ["red", "green", "blue"][i % 3]
      text += "\(x),\(i % 4 < 2 ? "Rome" : "Oslo"),\(i % 3 == 0 ? "yes" : "no"),"
      text +=
        "\(1.5 * Double(i % 5) + 0.25 * Double(i % 3)),\(i % 2 == 0 ? "up" : "down"),\(kind)\n"
    }
    return try CSVReader.read(bytes: Array(text.utf8), source: "table")
  }

  private static func model(of target: String) throws -> (model: TableModel, table: Table) {
    let table = try table()
    var learner = TableLearner(target: target)
    learner.ignoredColumns = ["number", "word", "kind"].filter { $0 != target }
    return (try learner.fit(table).model, table)
  }

  private func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-model-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// The bits of all predictions.
  private func bits(_ predictions: TablePredictions) -> [UInt64] {
    switch predictions {
    case .numbers(let values, let lower, let upper, let level):
      (values + lower + upper + [level]).map(\.bitPattern)
    case .classes(let probabilities, _, let sets, let level):
      (probabilities.elements + (sets ?? []).flatMap { $0.map(Double.init) } + [level])
        .map(\.bitPattern)
    }
  }

  @Test(arguments: ["number", "word", "kind"])
  func predictionsSurviveSavingBitForBit(_ target: String) throws {
    let (model, table) = try Self.model(of: target)
    try withFile { path in
      try model.write(to: path)
      let read = try TableModel(readingFrom: path)
      #expect(read.encoder == model.encoder)
      #expect(read.target == model.target)
      #expect(read.history == model.history)
      #expect(read.calibration == model.calibration)
      #expect(read.sets == model.sets)
      #expect(
        read.regression.members.map(\.kernel.description)
          == model.regression.members.map(\.kernel.description))
      for level in ResidualSpread.standardLevels {
        let before = try model.predict(table, level: level)
        let after = try read.predict(table, level: level)
        #expect(bits(before.predictions) == bits(after.predictions))
        #expect(before.notes == after.notes)
      }
      // And it writes the same file again.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try read.write(to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let (model, _) = try Self.model(of: "kind")
    try withFile { path in
      try model.write(to: path)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      for count in stride(from: 0, to: bytes.count, by: 97) {
        try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: MercerError.self) { _ = try TableModel(readingFrom: path) }
        #expect(error?.exitStatus == 2)
        #expect(error?.place?.file == path)
        #expect(error?.remedy != nil)
      }
    }
  }

  /// One bit of each byte of the header changed: the file is refused, or read and then either
  /// predicts or refuses to. (A digit of a number can change without anything being wrong.)
  @Test(arguments: ["number", "kind"])
  func damagedHeadersDoNotCrash(_ target: String) throws {
    let (model, table) = try Self.model(of: target)
    try withFile { path in
      try model.write(to: path)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      var (refused, read) = (0, 0)
      for index in 0..<(8 + length) {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(index % 7)
        try damaged.write(to: URL(fileURLWithPath: path))
        do throws(MercerError) {
          _ = try TableModel(readingFrom: path).predict(table)
          read += 1
        } catch {
          #expect(error.exitStatus == 2, "\(error)")
          refused += 1
        }
      }
      #expect(refused > length / 4)
      #expect(refused + read == 8 + length)
    }
  }

  /// Parts that contradict each other are refused before a prediction looks for what is not there.
  @Test(arguments: [
    (#""levels":[0.5,"#, #""levels":["#), (#""classNames":["#, #""classNames":["x","#),
    (#""calibration":"#, #""calibratio":"#), (#""kernel":""#, #""kernel":"?"#),
  ])
  func contradictionsAreRefused(_ old: String, _ new: String) throws {
    for target in ["number", "word", "kind"] {
      let (model, _) = try Self.model(of: target)
      try withFile { path in
        try model.write(to: path)
        var file = try SafetensorsFile(readingFrom: path)
        let text = try #require(file.metadata["model"])
        let changed = text.replacingOccurrences(of: old, with: new)
        if changed == text { return }
        file.metadata["checksum"] = nil
        file.metadata["model"] = changed
        try file.write(to: path)
        let error = #expect(throws: MercerError.self) { _ = try TableModel(readingFrom: path) }
        #expect(error?.code == .malformedFile)
        #expect(error?.description.contains(path) == true)
      }
    }
  }
}
