import MercerCore
import MercerKernels
import MercerOperators
import Testing

@Suite struct BlockwiseCrossGramTests {
  /// Tiles that lie across a border of blocks hold what the operator bound to all rows at once gives,
  /// and so do products; the kernel does not centre, so to the last bit of Double where sums are alike.
  @Test func isTheWholeOperator() throws {
    let n = BlockwiseCrossGram<LaplaceKernel<Double>, Double>.blockRows(dimension: 3) + 70
    var stream = RandomStream(seed: 5, purpose: "test points")
    let rows = Points<Double>(
      Matrix(rowCount: n, columnCount: 2) { buffer in
        for i in buffer.indices { buffer[i] = stream.normal() }
      })
    let columns = rows.subset(at: [3, 900, n - 1])
    let kernel = try LaplaceKernel<Double>(lengthScale: 1)
    let whole = try TiledCrossGram(kernel, rows: rows, columns: columns)
    let blocks = try BlockwiseCrossGram(kernel, rows: rows, columns: columns, threadCount: 2)
    let range = n - 100..<n - 20
    let found = blocks.block(rows: range, columns: 0..<3)
    let wanted = whole.block(rows: range, columns: 0..<3)
    for (a, b) in zip(found.elements, wanted.elements) { #expect(abs(a - b) <= 1e-12) }
    let v = Matrix<Double>(column: [1, -2, 0.5])
    let products = zip(try blocks.applied(to: v).elements, try whole.applied(to: v).elements)
    #expect(products.allSatisfy { abs($0 - $1) <= 1e-12 })
    let u = Matrix<Double>(column: (0..<n).map { Double($0 % 3) - 1 })
    var (left, right) = (Matrix<Double>(rowCount: 3, columnCount: 1), whole.zero)
    try blocks.applyTransposed(u, into: &left, context: .default)
    try whole.applyTransposed(u, into: &right, context: .default)
    for (a, b) in zip(left.elements, right.elements) { #expect(abs(a - b) <= 1e-9) }
  }
}

extension TiledCrossGram {
  /// A column of zeros, one for each column of the operator.
  fileprivate var zero: Matrix<Element> { Matrix(rowCount: columnCount, columnCount: 1) }
}
