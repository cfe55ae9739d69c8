import MercerCore

/// Lanczos iterations from several vectors at once, without reorthogonalisation.
struct LanczosRecurrence<Element: Scalar> {
  private var current: Matrix<Element>
  private var previous: Matrix<Element>
  private var product: Matrix<Element>
  /// For each column, the diagonal and what stands beside it.
  private var diagonals: [[Double]]
  private var offDiagonals: [[Double]]
  /// Whether a column's space is whole: nothing is left beside it.
  private var isDone: [Bool]
  private var lastOff: [Double]
  private(set) var count = 0

  /// Every column's space is whole.
  var isExhausted: Bool { isDone.allSatisfy(\.self) }

  init(_ start: Matrix<Element>) {
    let width = start.columnCount
    let norms = columnDots(start, start).map { $0.squareRoot() }
    current = start
    combineColumns(
      &current, scaledBy: norms.map { 1 / $0 },
      adding: Matrix<Element>(rowCount: start.rowCount, columnCount: width))
    previous = Matrix(rowCount: start.rowCount, columnCount: width)
    product = previous
    diagonals = [[Double]](repeating: [], count: width)
    offDiagonals = diagonals
    isDone = [Bool](repeating: false, count: width)
    lastOff = [Double](repeating: 0, count: width)
  }

  /// One more step of every column.
  mutating func advance(
    _ a: any SymmetricGramOperator<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    try context.checkCancellation()
    try a.apply(current, into: &product, context: context)
    combineColumns(&product, adding: previous, times: lastOff.map { -$0 })
    let along = columnDots(current, product)
    combineColumns(&product, adding: current, times: along.map { -$0 })
    let off = columnDots(product, product).map { $0.squareRoot() }
    var factors = [Double](repeating: 0, count: off.count)
    for c in off.indices where !isDone[c] {
      guard along[c].isFinite, off[c].isFinite else {
        throw MercerError(.invalidData, "a product with the kernel matrix is not finite")
      }
      if count > 0 { offDiagonals[c].append(lastOff[c]) }
      diagonals[c].append(along[c])
      let scale = diagonals[c].map(abs).max() ?? 0
      if off[c] <= 4 * Double(Element.ulpOfOne) * scale {
        isDone[c] = true
      } else {
        factors[c] = 1 / off[c]
      }
    }
    swap(&previous, &current)
    // The next vector; zero where nothing is left.
    swap(&current, &product)
    combineColumns(
      &current, scaledBy: factors,
      adding: previous, times: [Double](repeating: 0, count: off.count))
    lastOff = zip(off, isDone).map { $1 ? 0 : $0 }
    count += 1
  }

  /// zᵀ f(A) z of each unit vector z by Gauss's rule: Σ τₖ² f(θₖ) over the eigenpairs of its
  /// tridiagonal matrix, with τₖ the first entry of the k-th eigenvector.
  func quadratures(
    _ f: (Double) throws(MercerError) -> Double
  ) throws(MercerError) -> [Double] {
    var results: [Double] = []
    for c in diagonals.indices {
      let m = diagonals[c].count
      var tridiagonal = Matrix<Double>(rowCount: m, columnCount: m)
      for i in 0..<m {
        tridiagonal[i, i] = diagonals[c][i]
        if i + 1 < m {
          tridiagonal[i + 1, i] = offDiagonals[c][i]
          tridiagonal[i, i + 1] = offDiagonals[c][i]
        }
      }
      let eigen = try SymmetricEigen(tridiagonal)
      var sum = 0.0
      for k in 0..<m {
        let weight = eigen.vectors[k, 0] * eigen.vectors[k, 0]
        // A weight of nothing says nothing of an eigenvalue that rounding made.
        if weight > 0 { sum += weight * (try f(eigen.values[k])) }
      }
      results.append(sum)
    }
    return results
  }
}
