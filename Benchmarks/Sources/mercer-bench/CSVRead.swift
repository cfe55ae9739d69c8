import Mercer

extension Benchmark {
  /// A CSV file of numbers into a table, from the disk cache: 1,000,000 × 20. The peer's script
  /// writes the file.
  static let csvRead = Benchmark(name: "csv-read") { options in
    guard let file = options.file else {
      throw MercerError(.invalidParameter, "csv-read needs --file")
    }
    let context = ExecutionContext(threadCount: options.threads)
    return Work(
      size: ["rows": options.rows ?? 1_000_000, "columns": 20],
      warmUp: {},
      run: {
        let table = try CSVReader.read(path: file, context: context)
        return { table.columns.reduce(0) { $0 + sum(of: $1) } }
      })
  }

  private static func sum(of column: Column) -> Double {
    guard case .numbers(let values) = column.values else { return .nan }
    return values.withUnsafeBufferPointer { Double.sum($0) }
  }
}
