import FuzzSupport
import Mercer

/// A table does not depend on how its bytes are cut among tasks, nor on the number of threads; and its
/// rows read one after the other are the same rows.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var input = bytes(start, count)
  // The last byte chooses how the table is cut.
  let choice = Int(input.popLast() ?? 0)
  func read(chunk: Int?, threads: Int) -> Result<Table, MercerError> {
    Result { () throws(MercerError) in
      try CSVReader.read(
        bytes: input, source: "t.csv",
        options: CSVOptions(cellByteLimit: 4096, chunkByteCount: chunk),
        context: ExecutionContext(threadCount: threads, memoryLimit: 1 << 28))
    }
  }
  let whole = read(chunk: nil, threads: 1)
  let parts = read(chunk: 1 + choice % 61, threads: 1 + choice % 2)
  switch (whole, parts) {
  case (.success(let a), .success(let b)):
    require(areEqual(a, b), "cut in parts, the table is the same")
    check(a)
  case (.failure(let a), .failure(let b)):
    // Of several faults each part tells its gravest, and the first part speaks.
    require(a.code == b.code, "cut in parts, the kind of error stays: \(a) \(b)")
    _ = reading { () throws(MercerError) in try whole.get() }
  default: fatalError("cut in parts, it is read or not: \(whole) \(parts)")
  }
  return 0
}

/// Equal, a missing number being equal to another.
private func areEqual(_ a: Table, _ b: Table) -> Bool {
  guard a.rowCount == b.rowCount, a.columns.count == b.columns.count else { return false }
  return zip(a.columns, b.columns).allSatisfy { a, b in
    guard a.name == b.name, a.kind == b.kind else { return false }
    switch (a.values, b.values) {
    case (.numbers(let x), .numbers(let y)):
      return zip(x, y).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
    default: return a.values == b.values
    }
  }
}

private func check(_ table: Table) {
  require(table.rowCount >= 1, "a table has a row")
  require(Set(table.columns.map(\.name)).count == table.columns.count, "names differ")
  for column in table.columns {
    require(column.values.count == table.rowCount, "columns are of one length")
    switch column.values {
    case .numbers(let values):
      require(!values.contains { $0.isInfinite }, "numbers are finite or missing")
    case .levels(let codes, let names):
      require(codes.allSatisfy { $0 >= -1 && $0 < names.count }, "codes have names")
      require(
        zip(names, names.dropFirst()).allSatisfy {
          $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
        }, "names are in order")
    }
  }
  // What the encoder makes of a table is finite.
  guard let encoder = reading({ () throws(MercerError) in try TableEncoder.fit(table: table) }),
    let points = reading({ () throws(MercerError) in
      try encoder.encode(table, as: Double.self)
    })
  else { return }
  require(points.coordinates.allFinite, "encoded numbers are finite")
}

extension Matrix<Double> {
  fileprivate var allFinite: Bool {
    withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) }
  }
}
