import Foundation
import Mercer

extension Benchmark {
  /// One row of CSV answered by a process that starts for it: `mercer predict` on the model of
  /// `predict-stream`, kept in a file. From starting the process to its end.
  static let firstPrediction = Benchmark(name: "first-prediction") { options in
    guard let file = options.file, let tool = options.tool else {
      throw MercerError(.invalidParameter, "first-prediction needs --file and --tool")
    }
    let (model, head) = try predictorOfNumbers(file, options)
    let (kept, row) = (file + ".safetensors", file + ".row.csv")
    try model.write(to: kept)
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(
      separator: "\n", maxSplits: 2)
    try "\(lines[0])\n\(lines[1])\n".write(toFile: row, atomically: true, encoding: .utf8)

    func answer() throws -> String {
      let (process, output) = (Process(), Pipe())
      process.executableURL = URL(filePath: tool)
      // One row is work for one thread, whatever their number.
      process.arguments = ["predict", kept, row]
      process.standardOutput = output
      // `waitUntilExit` looks every 50 ms, which is several times what is measured.
      let ended = DispatchSemaphore(value: 0)
      process.terminationHandler = { _ in ended.signal() }
      try process.run()
      let answer = output.fileHandleForReading.readDataToEndOfFile()
      ended.wait()
      return String(decoding: answer, as: UTF8.self)
    }
    return Work(
      size: ["n": head.rowCount, "d": 19],
      warmUp: { _ = try answer() },
      run: {
        let text = try answer()
        return {
          text.split(separator: "\n")[1].split(separator: ",").first.flatMap { Double($0) } ?? 0
        }
      })
  }

  /// The kernel ridge regression of the last of 20 columns that the benchmarks of predictions use,
  /// fitted to at most 5,000 rows at the start of the file, and those rows.
  static func predictorOfNumbers(
    _ file: String, _ options: Options
  ) throws -> (model: TableModel, head: Table) {
    let context = ExecutionContext(threadCount: options.threads)
    let fitted = min(5_000, (options.rows ?? 200_000) / 2)
    var learner = TableLearner(target: "x19")
    learner.kernel = try GaussianKernel<Double>(lengthScale: 4)
    learner.ridge = 1
    let names = (0..<20).map { "x\($0)" }
    let kinds = Dictionary(uniqueKeysWithValues: names.map { ($0, ColumnKind.numeric) })
    let start = try CSVRowReader(path: file, options: CSVOptions(kinds: kinds), context: context)
    guard let head = try start.next(atMost: fitted) else {
      throw MercerError(.invalidData, "\(file) has no rows")
    }
    return (try learner.fit(head.table, context: context).model, head.table)
  }
}
