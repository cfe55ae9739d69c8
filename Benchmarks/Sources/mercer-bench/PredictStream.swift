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
    let (model, head) = try predictorOfNumbers(file, options)
    return Work(
      size: ["rows": rows, "n": head.rowCount, "d": 19],
      warmUp: { _ = try model.predict(head.rows(at: Array(0..<100)), context: context) },
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
