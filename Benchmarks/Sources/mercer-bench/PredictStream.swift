import Foundation
import Mercer

extension Benchmark {
  /// From a CSV file of numbers to a CSV file of predictions, some rows at a time: a kernel ridge
  /// regression of 5,000 rows and 19 columns, Double, that was fitted to the start of the file. The
  /// peer's script writes the file.
  static let predictStream = Benchmark(name: "predict-stream") { options in
    guard let file = options.file else {
      throw MercerError(.invalidParameter, "predict-stream needs --file")
    }
    let context = ExecutionContext(threadCount: options.threads)
    let rows = options.rows ?? 200_000
    let fitted = min(5_000, rows / 2)
    var learner = TableLearner(target: "x19")
    learner.kernel = try GaussianKernel<Double>(lengthScale: 4)
    learner.ridge = 1
    let names = (0..<20).map { "x\($0)" }
    let kinds = Dictionary(uniqueKeysWithValues: names.map { ($0, ColumnKind.numeric) })
    let start = try CSVRowReader(path: file, options: CSVOptions(kinds: kinds), context: context)
    guard let head = try start.next(atMost: fitted) else {
      throw MercerError(.invalidData, "\(file) has no rows")
    }
    let model = try learner.fit(head.table, context: context).model
    return Work(
      size: ["rows": rows, "n": fitted, "d": 19],
      warmUp: { _ = try model.predict(head.table.rows(at: Array(0..<100)), context: context) },
      run: {
        var sum = 0.0
        let reader = try CSVRowReader(path: file, options: model.readingOptions, context: context)
        try AtomicFile.write(to: file + ".predictions") { (writer) throws(MercerError) in
          try writer.write("prediction\n")
          _ = try model.predict(reader, context: context) {
            (_, predictions) throws(MercerError) in
            guard case .numbers(let values, _, _, _) = predictions else { return }
            var text: [UInt8] = []
            for value in values {
              sum += abs(value)
              text += "\(value)\n".utf8
            }
            try writer.write(text)
          }
        }
        return { sum / Double(rows) }
      })
  }
}
