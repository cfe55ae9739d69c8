import Foundation
import Mercer

/// How many products conjugate gradients take to a relative residual of 1e-6 on an ill-conditioned
/// system, without a preconditioner and with each: `mercer-bench preconditioners [--rows N]
/// [--file TABLE] [--threads T]`.
///
/// K is Gaussian on standardised columns with a length scale of √d, the ridge is 1e-6 n. Products run in
/// Float, the residual is that of K in Double. A file is a CSV table with columns of numbers, the
/// last of which is the target; rows where one is missing are left out. Without a file, nine columns
/// are made of three, so that they hang together as those of most tables do.
enum PreconditionerComparison {
  private static let tolerance = 1e-6

  static func run(_ options: Options) throws {
    let table = try options.file.map { try read($0, options) } ?? made(options.rows ?? 20_000)
    let (n, d) = (table.x.rowCount, table.x.columnCount)
    let context = ExecutionContext(threadCount: options.threads)
    let scale = Double(d).squareRoot()
    let exact = try TiledGram(GaussianKernel<Double>(lengthScale: scale), inputs: Points(table.x))
    let kernel = try GaussianKernel<Float>(lengthScale: scale)
    let inputs = Points<Float>(Matrix(converting: table.x))
    let gram = try TiledGram(kernel, inputs: inputs)
    let shifts = [Float](repeating: 1e-6 * Float(n), count: n)
    print("\(n) rows, \(d) columns, length scale \(scale), ridge \(1e-6 * Double(n))")
    print("preconditioner  rank  products  residual  processor seconds  stop")
    for preconditioner in RidgePreconditioner.allCases {
      for rank in preconditioner == .none ? [0] : [n / 40, n / 20, n / 10] {
        let start = processorSeconds
        let solver = IterativeRidge(
          preconditioner: preconditioner, rank: rank, tolerance: tolerance, iterationLimit: 10_000,
          onNonConvergence: .returnBest)
        let report = try solver.solve(
          gram, exact: exact, columns: GramColumns(kernel, inputs: inputs), shifts: shifts,
          targets: Matrix(converting: table.y), context: context
        ).report
        print(
          preconditioner.rawValue, rank, report.iterations, report.relativeResidual ?? .nan,
          String(format: "%.1f", processorSeconds - start), report.stopReason.rawValue,
          separator: "  ")
      }
    }
  }

  private static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// Nine columns, each a mixture of three hidden ones with a little of its own.
  private static func made(_ n: Int) -> (x: Matrix<Double>, y: Matrix<Double>) {
    let hidden = SharedNumbers.matrix(n, 3, stream: 1, as: Double.self)
    let own = SharedNumbers.matrix(n, 10, stream: 2, as: Double.self)
    var x = Matrix<Double>(rowCount: n, columnCount: 9)
    var y = Matrix<Double>(rowCount: n, columnCount: 1)
    for i in 0..<n {
      for j in 0..<9 {
        x[i, j] = hidden[i, j % 3] + 0.3 * hidden[i, (j / 3 + 1) % 3] + 0.1 * own[i, j]
      }
      y[i, 0] = sin(6 * hidden[i, 0]) + hidden[i, 1] * hidden[i, 2] + 0.3 * own[i, 9]
    }
    return (standardised(x), standardised(y))
  }

  private static func read(
    _ file: String, _ options: Options
  ) throws -> (x: Matrix<Double>, y: Matrix<Double>) {
    let table = try CSVReader.read(path: file, context: ExecutionContext())
    var columns: [[Double]] = []
    for column in table.columns {
      if case .numbers(let values) = column.values { columns.append(values) }
    }
    let rows = (columns.first ?? []).indices.filter { i in
      columns.allSatisfy { $0[i].isFinite }
    }
    guard columns.count >= 2, rows.count >= 100 else {
      throw MercerError(.invalidData, "\(file) has no two columns of numbers, or too few rows")
    }
    var stream = RandomStream(seed: 0, purpose: "benchmark rows")
    let kept = stream.sample(min(options.rows ?? 20_000, rows.count), of: rows.count)
    let all = Matrix(rows: kept.map { place in columns.map { $0[rows[place]] } })
    return (
      standardised(all.columns(in: 0..<columns.count - 1)),
      standardised(all.columns(at: [columns.count - 1]))
    )
  }

  private static func standardised(_ matrix: Matrix<Double>) -> Matrix<Double> {
    var result = matrix
    for j in 0..<matrix.columnCount {
      let column = matrix.column(j)
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      for i in 0..<matrix.rowCount {
        result[i, j] = (column[i] - mean) / max(variance.squareRoot(), .leastNormalMagnitude)
      }
    }
    return result
  }
}
