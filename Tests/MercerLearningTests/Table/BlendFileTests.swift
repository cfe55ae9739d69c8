import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// The model file of a blend, of version 1, and of blends that contradict themselves.
@Suite struct BlendFileTests {
  private static let kernels = [
    "matern(smoothness: 2.5, lengthScale: 2)", "laplace(lengthScale: 3, on: [0, 2])",
    "centred(gaussian(lengthScale: 1.5))",
  ]

  private static func model(of target: String) throws -> TableModel {
    var learner = TableLearner(target: target)
    learner.ignoredColumns = [target == "sold" ? "price" : "sold"]
    learner.kernel = try makeKernel(parsing: kernels[0], of: Double.self)
    learner.ridge = 0.1
    learner.encoding = EncoderOptions(addsRanks: true)
    return try learner.fit(exampleTable(24)).model
  }

  /// Regressions with other kernels, ridges and offsets on the inputs of the model, which need not
  /// be fitted to anything to be kept.
  private static func blend(of model: TableModel) throws -> TableModel {
    let first = model.regression.members[0]
    var members = [first]
    for (index, text) in kernels.enumerated().dropFirst() {
      let coefficients = Matrix(
        rowCount: first.coefficients.rowCount, columnCount: first.coefficients.columnCount,
        elements: first.coefficients.elements.map { $0 / Double(index + 2) })
      members.append(
        KernelRidgeModel(
          kernel: try makeKernel(parsing: text, of: Double.self).anchored(to: first.inputs),
          ridge: first.ridge / Double(index), inputs: first.inputs, coefficients: coefficients,
          offsets: first.offsets.map { $0 + Double(index) / 3 }, leaveOneOutResiduals: nil,
          report: first.report))
    }
    return TableModel(
      encoder: model.encoder, target: model.target,
      regression: try KernelRidgeBlend(members: members), calibration: model.calibration,
      spread: model.spread, history: model.history)
  }

  private func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-blend-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func bits(_ model: TableModel) throws -> [UInt64] {
    try numbers(model).map(\.bitPattern)
  }

  private func numbers(_ model: TableModel) throws -> [Double] {
    switch try model.predict(exampleTable(30)).predictions {
    case .numbers(let values, let lower, let upper, _): values + lower + upper
    case .classes(let probabilities, _, _, _): probabilities.elements
    }
  }

  @Test(arguments: ["price", "sold", "city"])
  func aBlendSurvivesSavingBitForBit(_ target: String) throws {
    let single = try Self.model(of: target)
    let model = try Self.blend(of: single)
    try withFile { path in
      try model.write(to: path)
      let read = try TableModel(readingFrom: path)
      let (old, new) = (model.regression.members, read.regression.members)
      #expect(new.count == 3)
      #expect(new.map(\.kernel.description) == old.map(\.kernel.description))
      #expect(new.map(\.ridge) == old.map(\.ridge) && new.map(\.report) == old.map(\.report))
      #expect(read.encoder == model.encoder)
      #expect(try bits(read) == bits(model))
      #expect(try bits(read) != bits(single))
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try read.write(to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }
  }

  /// As version 2 wrote it: half-widths for numbers, a scale and a shift for classes and no sets; or
  /// as version 1 did, which had the keys of its one member beside the others, its arrays without a
  /// number, and options that knew no ranks.
  private func formerVersion(_ version: Int, of file: SafetensorsFile) throws -> SafetensorsFile {
    let text = try #require(file.metadata["model"])
    var model = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    if var spread = model["spread"] as? [String: Any] {
      spread["halfWidths"] = spread.removeValue(forKey: "upper")
      spread["lower"] = nil
      model["spread"] = spread
    }
    if let calibration = model["calibration"] as? [String: Any] {
      #expect(calibration["method"] as? String == "scale")
      let shifts = calibration["shifts"] as? [Double] ?? [0, 0]
      model["calibration"] = [
        "scale": try #require(calibration["scale"]), "shift": shifts[1] - shifts[0],
      ]
    }
    model["sets"] = nil
    var history = try #require(model["history"] as? [String: Any])
    for key in ["calibrations", "thresholds"] { history[key] = nil }
    for key in ["validation", "naive"] {
      let metrics = try #require(history[key] as? [String: Any])
      history[key] = metrics.filter { !$0.key.hasPrefix("set_") && !$0.key.contains("_by_") }
    }
    model["history"] = history
    var former = file
    former.metadata["checksum"] = nil
    if version == 1 {
      let members = try #require(model.removeValue(forKey: "members") as? [[String: Any]])
      model.merge(members[0]) { old, _ in old }
      var encoder = try #require(model["encoder"] as? [String: Any])
      var options = try #require(encoder["options"] as? [String: Any])
      options["addsRanks"] = nil
      encoder["options"] = options
      model["encoder"] = encoder
      for name in ["coefficients", "offsets"] {
        former.tensors[name] = former.tensors.removeValue(forKey: name + ".0")
      }
    }
    let json = try JSONSerialization.data(withJSONObject: model, options: .sortedKeys)
    former.metadata["model"] = String(decoding: json, as: UTF8.self)
    former.metadata["format_version"] = "\(version)"
    return former
  }

  @Test(arguments: ["price", "sold", "city"], [1, 2])
  func formerVersionsAreRead(_ target: String, version: Int) throws {
    var learner = TableLearner(target: target)
    learner.kernel = try makeKernel(parsing: Self.kernels[0], of: Double.self)
    let fitted = try learner.fit(exampleTable(24)).model
    // Former versions knew no bounds that differ below and above.
    let spread = fitted.spread.map {
      ResidualSpread(
        deviation: $0.deviation, levels: $0.levels, lower: $0.upper.map { -$0 }, upper: $0.upper,
        local: nil)
    }
    let model = TableModel(
      encoder: fitted.encoder, target: fitted.target, regression: fitted.regression,
      calibration: fitted.calibration, sets: fitted.sets, spread: spread, history: fitted.history)
    try withFile { path in
      try model.write(to: path)
      try formerVersion(version, of: SafetensorsFile(readingFrom: path)).write(to: path)
      let former = try TableModel(readingFrom: path)
      #expect(former.regression.members.count == 1 && former.sets == nil)
      #expect(former.encoder == model.encoder)
      #expect(former.history.validation.headline == model.history.validation.headline)
      #expect(former.regression.members[0].report == model.regression.members[0].report)
      // What made the old text rounds numbers to their 17th digit.
      let expected = try numbers(model)
      for (a, b) in zip(try numbers(former), expected) {
        #expect(abs(a - b) <= 1e-12 * abs(b))
      }
      // Written again it is of the newest version.
      try former.write(to: path)
      #expect(try SafetensorsFile(readingFrom: path).metadata["format_version"] == "3")
      #expect(try bits(TableModel(readingFrom: path)) == bits(former))
    }
  }

  /// Each makes one change to a good file of three members.
  private static let damages: [(name: String, change: @Sendable (inout SafetensorsFile) -> Void)] =
    [
      ("no members", { $0.metadata["model"] = removingMembers($0) }),
      ("no list of members", { edit(&$0, #""members""#, #""member""#) }),
      ("a member less than arrays", { $0.metadata["model"] = removingLastMember($0) }),
      ("arrays of no member", { $0.tensors["coefficients.3"] = $0.tensors["coefficients.0"] }),
      ("a member without coefficients", { $0.tensors["coefficients.1"] = nil }),
      ("a member without offsets", { $0.tensors["offsets.2"] = nil }),
      ("a kernel of later times", { edit(&$0, "laplace(", "laplaces(") }),
      ("the names of version 1", { $0.tensors["coefficients"] = $0.tensors["coefficients.0"] }),
      ("the number of version 1", { $0.metadata["format_version"] = "1" }),
      ("a row less", { $0.tensors["coefficients.2"] = numbers(rows: 23) }),
      ("an output more", { $0.tensors["coefficients.2"] = numbers(rows: 24, columns: 2) }),
      ("an offset more", { $0.tensors["offsets.1"] = numbers(rows: 2) }),
      ("an infinity", { $0.tensors["coefficients.1"] = numbers(rows: 24, .infinity) }),
      ("no number", { $0.tensors["offsets.1"] = numbers(rows: 1, .nan) }),
    ]

  private static func numbers(
    rows: Int, columns: Int = 1, _ value: Double = 1
  ) -> NumericArray {
    NumericArray(Matrix(rowCount: rows, columnCount: columns, repeating: value))
  }

  private static func edit(_ file: inout SafetensorsFile, _ old: String, _ new: String) {
    file.metadata["model"] = file.metadata["model"]?.replacingOccurrences(of: old, with: new)
  }

  private static func removingMembers(_ file: SafetensorsFile) -> String {
    let text = file.metadata["model"] ?? ""
    guard let opening = text.range(of: #""members":["#),
      let closing = text.range(of: "}]", range: opening.upperBound..<text.endIndex)
    else { return text }
    return text.replacingCharacters(in: opening.upperBound..<closing.upperBound, with: "]")
  }

  private static func removingLastMember(_ file: SafetensorsFile) -> String {
    let text = file.metadata["model"] ?? ""
    guard let last = text.range(of: #",{"kernel":"#, options: .backwards),
      let closing = text.range(of: "}]", range: last.upperBound..<text.endIndex)
    else { return text }
    return text.replacingCharacters(in: last.lowerBound..<closing.upperBound, with: "]")
  }

  /// One line that names the file and what is wrong, and says what to do.
  @Test func inconsistentFilesAreRefused() throws {
    let model = try Self.blend(of: Self.model(of: "price"))
    try withFile { path in
      try model.write(to: path)
      var good = try SafetensorsFile(readingFrom: path)
      good.metadata["checksum"] = nil
      for (name, change) in Self.damages {
        var file = good
        change(&file)
        #expect(file != good, "\(name)")
        try file.write(to: path)
        let error = #expect(throws: MercerError.self, "\(name)") {
          _ = try TableModel(readingFrom: path)
        }
        #expect(error?.code == .malformedFile, "\(name)")
        #expect(error?.place?.file == path, "\(name)")
        #expect(error?.remedy == "copy it again, or fit the model again", "\(name)")
        #expect(error?.message.contains("\n") == false, "\(name)")
      }
      // Ranks that no column gives.
      var file = good
      Self.edit(&file, #""ranks":["#, #""ranks":[0.9,"#)
      #expect(file != good)
      try file.write(to: path)
      let error = #expect(throws: MercerError.self) { _ = try TableModel(readingFrom: path) }
      #expect(error?.message == "the description inside the model is damaged")
    }
  }
}
