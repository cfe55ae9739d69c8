import Foundation
import Mercer

/// Encoded rows of a table, the rows of another to be measured on, and a kernel.
struct Comparison {
  private let kernel: any PointKernel<Double>
  private let ridge: Double
  private let data: LabelledData<Points<Double>>
  private let testInputs: Points<Double>
  /// In units of the targets' deviation, as they are learned.
  private let testTargets: [Double]
  private let context = ExecutionContext()

  init(model path: String, train: String, test: String, target: String, rowCount: Int) throws {
    let model = try TableModel(readingFrom: path)
    let member = model.regression.members[0]
    guard let kernel = member.kernel as? any PointKernel<Double> else {
      throw MercerError(.unsupportedFormat, "the kernel of \(path) has no text form")
    }
    (self.kernel, ridge) = (kernel, member.ridge)
    let all = try CSVReader.read(path: train)
    var stream = RandomStream(seed: 5, purpose: "rows of a comparison")
    let table = all.rows(at: stream.sample(min(rowCount, all.rowCount), of: all.rowCount))
    let other = try CSVReader.read(path: test)
    let y = try Self.numbers(of: target, in: table)
    let mean = y.reduce(0, +) / Double(y.count)
    let unit = (y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(y.count)).squareRoot()
    let targets = Matrix(column: y.map { ($0 - mean) / unit })
    let means = try model.encoder.targetMeanFeatures(of: table)
    data = try LabelledData(
      inputs: means.outOfFold(
        try model.encoder.encode(table, as: Double.self), targets: targets, seed: 0),
      targets: targets)
    testInputs = try means.refitting(model.encoder, to: targets).encode(other, as: Double.self)
    testTargets = try Self.numbers(of: target, in: other).map { ($0 - mean) / unit }
    print("\(data.count) rows, \(data.inputs.dimension) coordinates, ridge \(ridge)")
  }

  private static func numbers(of name: String, in table: Table) throws -> [Double] {
    guard let column = table.column(named: name), case .numbers(let values) = column.values,
      values.allSatisfy(\.isFinite)
    else { throw MercerError(.invalidData, "\(name) is not a column of numbers, all there") }
    return values
  }

  /// The root mean square error in deviations of the rows measured on.
  private func error(of predictions: Matrix<Double>) -> Double {
    let count = Double(testTargets.count)
    let mean = testTargets.reduce(0, +) / count
    var (errors, squares) = (0.0, 0.0)
    for (f, y) in zip(predictions.elements, testTargets) {
      errors += (f - y) * (f - y)
      squares += (y - mean) * (y - mean)
    }
    return (errors / squares).squareRoot()
  }

  func run(_ method: String) throws {
    let parts = method.split(separator: ":")
    let numbers = parts.dropFirst().compactMap { Double($0) }
    let started = processorSeconds()
    let predict: () throws -> Matrix<Double>
    var remark = ""
    switch (parts.first, numbers.count) {
    case ("leaves", 3):
      let model = try LocalKernelRidge(
        kernel: kernel, ridge: ridge, leafRows: Int(numbers[0]), overlap: numbers[1],
        metricRounds: Int(numbers[2]), wantsLeaveOneOut: false
      ).fit(data, context: context)
      predict = { try model.predict(testInputs, context: context) }
      let sizes = model.leaves.map(\.inputs.count)
      remark = "\(sizes.count) leaves of \(sizes.min() ?? 0) to \(sizes.max() ?? 0) rows"
    case ("centres", 1):
      var stream = RandomStream(seed: 0, purpose: "uniform centres")
      let chosen = stream.sample(min(Int(numbers[0]), data.count), of: data.count)
      let centres = data.inputs.subset(at: chosen)
      let points = Points<Float>(Matrix(converting: data.inputs.coordinates))
      let narrow = try kernel.expression.makeKernel(of: Float.self).anchored(to: points)
      let solution = try CentreRidge(ridge: ridge, onNonConvergence: .returnBest).solve(
        try TiledCrossGram(narrow, rows: points, columns: points.subset(at: chosen)),
        exact: try TiledCrossGram(kernel, rows: data.inputs, columns: centres),
        core: try TiledGram(kernel, inputs: centres), targets: data.targets, context: context)
      predict = {
        try TiledCrossGram(kernel, rows: testInputs, columns: centres)
          .applied(to: solution.values, context: context)
      }
      remark = "\(solution.report.iterations) iterations, \(solution.report.stopReason)"
    case ("exact", 0):
      let model = try KernelRidge(
        kernel: kernel, ridge: ridge, centresTargets: true, wantsLeaveOneOut: false,
        solver: .exact()
      ).fit(data, context: context)
      predict = { try model.predict(testInputs, context: context) }
    default: throw MercerError(.invalidParameter, "\(method) is no method")
    }
    let fitted = processorSeconds()
    let error = error(of: try predict())
    print(
      String(
        format: "%@: error %.4f, fit %.1f s, prediction %.2f s, peak so far %ld MB. ", method,
        error, fitted - started, processorSeconds() - fitted, Machine.peakMemory / 1_000_000)
        + remark)
    fflush(nil)
  }
}
