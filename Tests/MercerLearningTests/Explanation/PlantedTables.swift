import MercerCore
import MercerData
import MercerKernels
import MercerLearning

/// Tables of which it is known what explanations must find.
struct PlantedTable {
  let table: Table
  /// The rows, from 0, whose target was made wrong.
  let wrongRows: Set<Int>

  /// Columns x1, x2, … of normal numbers, and a target y.
  ///
  /// - Parameters:
  ///   - noise: the deviation of the noise in deviations of the function.
  ///   - wrongShare: the share of rows whose target is moved by three to six of these.
  init(
    rows: Int, columns: Int, noise: Double, seed: UInt64, wrongShare: Double = 0,
    function: ([Double]) -> Double
  ) {
    var stream = RandomStream(seed: seed, purpose: "planted table")
    let x = (0..<rows).map { _ in (0..<columns).map { _ in stream.normal() } }
    let values = x.map(function)
    let mean = values.reduce(0, +) / Double(rows)
    let deviation =
      (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)).squareRoot()
    var y = values.map { $0 + noise * deviation * stream.normal() }
    wrongRows = Set(stream.sample(Int(wrongShare * Double(rows)), of: rows))
    for row in wrongRows.sorted() {
      let size = (3 + 3 * stream.uniform()) * deviation
      y[row] += stream.integer(below: 2) == 0 ? size : -size
    }
    table = Self.table(x, Column(name: "y", kind: .numeric, values: .numbers(y)))
  }

  /// Columns x1, x2, … of normal numbers, and classes a, b, …, some of them replaced by another. Points
  /// without a label are drawn again.
  init(
    rows: Int, columns: Int, classCount: Int, seed: UInt64, wrongShare: Double,
    label: ([Double]) -> Int?
  ) {
    var stream = RandomStream(seed: seed, purpose: "planted classes")
    var x: [[Double]] = []
    var labels: [Int] = []
    while x.count < rows {
      let point = (0..<columns).map { _ in stream.normal() }
      guard let found = label(point) else { continue }
      x.append(point)
      labels.append(found)
    }
    wrongRows = Set(stream.sample(Int(wrongShare * Double(rows)), of: rows))
    for row in wrongRows.sorted() {
      labels[row] = (labels[row] + 1 + stream.integer(below: classCount - 1)) % classCount
    }
    let names = (0..<classCount).map { String(UnicodeScalar(UInt8(97 + $0))) }
    table = Self.table(
      x,
      Column(
        name: "y", kind: .categorical,
        values: .levels(codes: labels.map { Int32($0) }, names: names)))
  }

  private static func table(_ x: [[Double]], _ target: Column) -> Table {
    let columns = x[0].indices.map { c in
      Column(name: "x\(c + 1)", kind: .numeric, values: .numbers(x.map { $0[c] }))
    }
    return Table(columns: columns + [target], rowCount: x.count, source: "planted.csv")
  }
}

/// A model of one kernel and ridge, or as a fit without flags finds it.
func fittedModel(
  of table: Table, target: String = "y", ignoring: [String] = [], kernel: String? = nil,
  ridge: Double? = nil
) throws -> TableModel {
  var learner = TableLearner(target: target)
  learner.ignoredColumns = ignoring
  if let kernel { learner.kernel = try makeKernel(parsing: kernel, of: Double.self) }
  learner.ridge = ridge
  return try learner.fit(table).model
}
