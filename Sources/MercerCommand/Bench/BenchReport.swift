import Mercer
import MercerReport

/// What `bench` prints; the keys are a contract.
struct BenchReport: Encodable {
  let bounds: MachineBounds
  let operations: [Row]
  let seed: UInt64
  let version: String

  /// One operation and its times.
  struct Row: Encodable {
    let name: String
    let kernel: String
    let rows, columns, features, rightHandSides: Int
    let element: BenchElement
    let threads: Int
    let seconds, gflops, gemmSeconds, fractionOfBound: Double

    enum CodingKeys: String, CodingKey {
      case name, kernel, rows, columns, features, element, threads, seconds, gflops
      case rightHandSides = "right_hand_sides"
      case gemmSeconds = "gemm_seconds"
      case fractionOfBound = "fraction_of_bound"
    }

    init(
      _ operation: BenchOperation, _ measured: BenchOperation.Seconds, threads: Int,
      bounds: MachineBounds
    ) {
      name = operation.name
      kernel = operation.kernel
      rows = operation.rows
      columns = operation.columns
      features = operation.features
      rightHandSides = operation.rightHandSides
      element = operation.element
      self.threads = threads
      seconds = measured.operation
      gflops = operation.operations / measured.operation / 1e9
      gemmSeconds = measured.gemm
      fractionOfBound = operation.boundSeconds(bounds) / measured.operation
    }
  }

  /// Two tables for people.
  func text(threads: Int) -> String {
    "\n\(boundsTable(threads: threads).rendered())\n\(operationsTable.rendered())"
  }

  private func boundsTable(threads: Int) -> TextTable {
    let number = { (value: Double) in NumberText.significant(value) }
    var table = TextTable(
      [.left, .right, .right],
      headings: [
        "\(NumberText.quantity(threads, "thread")), \(bounds.instructionSet)", "float", "double",
      ])
    func add(_ name: String, _ values: MachineBounds.PerElement) {
      table.add([name, number(values.float), number(values.double)])
    }
    add("multiply-adds, Gflop/s", bounds.multiplyAdd)
    add("matrix product (BLAS), Gflop/s", bounds.gemm)
    add("exponentials, 10⁹/s", bounds.exponentials)
    table.add(["reading from the first-level cache, GB/s", number(bounds.firstLevel)])
    table.add(["reading from the second-level cache, GB/s", number(bounds.secondLevel)])
    table.add([
      "reading from \(ByteCount(bounds.memoryStreamBytes)) of memory, GB/s", number(bounds.memory),
    ])
    return table
  }

  private var operationsTable: TextTable {
    var table = TextTable(
      [.left, .right, .right, .right, .left, .right, .right, .right, .right],
      headings: [
        "operation", "n = m", "d", "k", "element", "seconds", "Gflop/s", "BLAS s", "of bound",
      ])
    for row in operations {
      table.add([
        row.name, NumberText.count(row.rows), NumberText.count(row.features),
        NumberText.count(row.rightHandSides), row.element.rawValue,
        NumberText.significant(row.seconds, digits: 3),
        NumberText.significant(row.gflops, digits: 3),
        NumberText.significant(row.gemmSeconds, digits: 3),
        "\(Int((100 * row.fractionOfBound).rounded())) %",
      ])
    }
    return table
  }
}
