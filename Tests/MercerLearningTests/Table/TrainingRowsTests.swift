import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// What a model keeps of the rows that it was fitted on, in memory and in its file.
@Suite struct TrainingRowsTests {
  private static func model(of target: String) throws -> TableModel {
    try fittedModel(
      of: exampleTable(24), target: target, ignoring: [target == "sold" ? "price" : "sold"],
      kernel: "laplace(lengthScale: 3)", ridge: 0.1)
  }

  private func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-rows-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// Targets and residuals belong together: their difference is a prediction, near the target.
  @Test(arguments: ["price", "sold", "city"])
  func theySurviveSaving(_ target: String) throws {
    let model = try Self.model(of: target)
    let rows = try #require(model.trainingRows)
    #expect(rows.places == Array(0..<24) && rows.targets.count == 24)
    #expect(rows.leaveOneOutResiduals == model.regression.leaveOneOutResiduals)
    let scores = try #require(model.leaveOneOutScores)
    #expect(scores.rowCount == 24 && scores.columnCount == (target == "city" ? 3 : 1))
    if let calibration = model.calibration {
      // The validation is of these scores; only how they are calibrated for it may differ.
      let metrics = ClassificationMetrics(
        labels: rows.targets.map { Int($0) }, probabilities: calibration.probabilities(scores))
      guard case .classification(let validation, _) = model.history.validation else {
        Issue.record("no metrics of classes")
        return
      }
      #expect(abs(validation.accuracy - metrics.accuracy) < 0.05)
    } else if case .regression(let metrics, _) = model.history.validation {
      let squares = zip(scores.column(0), rows.targets).map { ($0 - $1) * ($0 - $1) }
      #expect(abs((squares.reduce(0, +) / 24).squareRoot() / metrics.rmse - 1) < 1e-12)
    }
    try withFile { path in
      try model.write(to: path)
      #expect(try TableModel(readingFrom: path).trainingRows == rows)
    }
  }

  /// Above the limit of the exact solver there are no residuals, and rows kept aside are not among the
  /// fitted.
  @Test func iterativeFitsHaveNoResiduals() throws {
    var learner = TableLearner(target: "price")
    learner.ignoredColumns = ["sold"]
    learner.kernel = try makeKernel(parsing: "laplace(lengthScale: 3)", of: Double.self)
    learner.ridge = 0.1
    let table = exampleTable(500)
    let model = try learner.fit(table, context: ExecutionContext(memoryLimit: 1_950_000)).model
    let rows = try #require(model.trainingRows)
    #expect(rows.places.count == model.regression.inputs.count && rows.places.count < 500)
    #expect(rows.leaveOneOutResiduals == nil && model.leaveOneOutScores == nil)
    try withFile { path in
      try model.write(to: path)
      #expect(try TableModel(readingFrom: path).trainingRows == rows)
    }
    // The table is known again, and which of its rows the fit has not seen.
    let doubts = try #require(try TableExplainer(model, table: table).labelDoubts())
    #expect(doubts.isTrainingTable)
    #expect(Set(doubts.rows.filter { !$0.isLeftOut }.map(\.row)) == Set(rows.places))
  }

  /// A file without them is read, as older ones are.
  @Test func theyAreOptional() throws {
    let model = try Self.model(of: "city")
    try withFile { path in
      try model.write(to: path)
      var file = try SafetensorsFile(readingFrom: path)
      file.metadata["checksum"] = nil
      file.tensors["residuals"] = nil
      try file.write(to: path)
      let withoutResiduals = try TableModel(readingFrom: path)
      #expect(withoutResiduals.trainingRows?.targets == model.trainingRows?.targets)
      #expect(withoutResiduals.trainingRows?.leaveOneOutResiduals == nil)
      for name in ["rows", "targets"] { file.tensors[name] = nil }
      try file.write(to: path)
      let old = try TableModel(readingFrom: path)
      #expect(old.trainingRows == nil)
      let table = exampleTable(24)
      let doubts = try #require(try TableExplainer(old, table: table).labelDoubts())
      #expect(!doubts.isTrainingTable)
    }
  }

  private static let damages: [(name: String, change: @Sendable (inout SafetensorsFile) -> Void)] =
    [
      ("no rows", { $0.tensors["rows"] = nil }),
      ("no targets", { $0.tensors["targets"] = nil }),
      ("a row less", { $0.tensors["rows"] = NumericArray(Array(Int64(0)..<23)) }),
      ("not ascending", { $0.tensors["rows"] = NumericArray([Int64](repeating: 1, count: 24)) }),
      ("below 0", { $0.tensors["rows"] = NumericArray(Array(Int64(-1)..<23)) }),
      (
        "a target less", { $0.tensors["targets"] = NumericArray([Double](repeating: 1, count: 23)) }
      ),
      ("no class", { $0.tensors["targets"] = NumericArray([Double](repeating: 3, count: 24)) }),
      (
        "half a class",
        { $0.tensors["targets"] = NumericArray([Double](repeating: 0.5, count: 24)) }
      ),
      ("no number", { $0.tensors["targets"] = NumericArray([Double](repeating: .nan, count: 24)) }),
      ("an output less", { $0.tensors["residuals"] = residuals(columns: 2) }),
      ("infinite", { $0.tensors["residuals"] = residuals(columns: 3, .infinity) }),
    ]

  private static func residuals(columns: Int, _ value: Double = 0) -> NumericArray {
    NumericArray(Matrix(rowCount: 24, columnCount: columns, repeating: value))
  }

  @Test func damagedOnesAreRefused() throws {
    let model = try Self.model(of: "city")
    try withFile { path in
      try model.write(to: path)
      var good = try SafetensorsFile(readingFrom: path)
      good.metadata["checksum"] = nil
      for (name, change) in Self.damages {
        var file = good
        change(&file)
        try file.write(to: path)
        let error = #expect(throws: MercerError.self, "\(name)") {
          _ = try TableModel(readingFrom: path)
        }
        #expect(error?.code == .malformedFile && error?.place?.file == path, "\(name)")
      }
    }
  }
}
