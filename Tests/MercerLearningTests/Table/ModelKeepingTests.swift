import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// What a model keeps: the coordinates that its kernels see, to the precision that it was fitted at,
/// with a sum that shows a change.
@Suite struct ModelKeepingTests {
  private func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-keeping-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func numbers(_ model: TableModel, _ table: Table) throws -> [Double] {
    switch try model.predict(table).predictions {
    case .numbers(let values, let lower, let upper, _): values + lower + upper
    case .classes(let probabilities, _, _, _): probabilities.elements
    }
  }

  /// A searched model has no coordinate that nothing sees, but for those of a column's rule.
  @Test(arguments: ["price", "sold"])
  func unseenCoordinatesAreNotKept(target: String) throws {
    var learner = TableLearner(target: target)
    learner.ignoredColumns = [target == "sold" ? "price" : "sold"]
    let table = exampleTable(48)
    let prepared = try learner.prepare(table)
    let model = try learner.fit(prepared).model
    let d = model.encoder.featureCount
    #expect(d < prepared.encoder.featureCount)
    #expect(model.regression.inputs.dimension == d)
    var seen: Set<Int> = []
    for member in model.regression.members {
      let kernel = try #require(member.kernel as? any PointKernel<Double>)
      seen.formUnion(kernel.expression.columns(ofDimension: d))
    }
    #expect(seen.isSubset(of: Set(0..<d)))
    // What was added to a column is there only with a kernel that sees it (or its sine or cosine).
    let added = model.encoder.featureKinds.indices.filter {
      [.normalScore, .logarithm, .densityIntegral, .order].contains(model.encoder.featureKinds[$0])
    }
    #expect(seen.isSuperset(of: added))
  }

  /// The file has the narrowest type that holds the inputs, and gives the same bits back.
  @Test(arguments: [(Precision.half, NumericType.float16), (.float, .float32), (.double, .float64)])
  func inputsAreExactInTheFile(precision: Precision, type: NumericType) throws {
    var learner = TableLearner(target: "price")
    learner.ignoredColumns = ["sold"]
    learner.kernel = try makeKernel(parsing: "laplace(lengthScale: 2)", of: Double.self)
    learner.precision = precision
    let table = exampleTable(30)
    let model = try learner.fit(table).model
    try withFile { path in
      try model.write(to: path)
      let file = try SafetensorsFile(readingFrom: path)
      #expect(try file.tensor(named: "inputs").type == type)
      #expect(
        try file.tensor(named: "coefficients.0").type == (precision == .half ? .float32 : .float64))
      let read = try TableModel(readingFrom: path)
      #expect(
        try numbers(read, table).map(\.bitPattern) == numbers(model, table).map(\.bitPattern))
    }
  }

  /// One bit changed anywhere in the arrays is seen.
  @Test func changedFilesAreRefused() throws {
    var learner = TableLearner(target: "price")
    learner.ignoredColumns = ["sold"]
    learner.kernel = try makeKernel(parsing: "laplace(lengthScale: 2)", of: Double.self)
    let model = try learner.fit(exampleTable(24)).model
    try withFile { path in
      try model.write(to: path)
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      let header = 8 + good.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      for place in stride(from: header, to: good.count, by: 61) {
        var bytes = good
        bytes[place] ^= 1 << UInt8(place % 8)
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: MercerError.self) { _ = try TableModel(readingFrom: path) }
        #expect(error?.code == .malformedFile && error?.place?.file == path)
        #expect(error?.message.contains("checksum") == true)
      }
    }
  }

  /// What explanations need of the training rows is read only when asked for.
  @Test func trainingRowsCanStayInTheFile() throws {
    var learner = TableLearner(target: "price")
    learner.ignoredColumns = ["sold"]
    learner.kernel = try makeKernel(parsing: "laplace(lengthScale: 2)", of: Double.self)
    let model = try learner.fit(exampleTable(24)).model
    try withFile { path in
      try model.write(to: path)
      let brief = try TableModel(readingFrom: path, readsTrainingRows: false)
      #expect(brief.trainingRows == nil)
      #expect(try TableModel(readingFrom: path).trainingRows == model.trainingRows)
      let table = exampleTable(30)
      #expect(try numbers(brief, table) == numbers(model, table))
    }
  }
}
