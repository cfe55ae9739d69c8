import MercerCore

/// An orthonormal basis of the columns of W, and W in it.
///
/// The eigenvectors of WᵀW, formed in Double with columns of unit length, turn and scale W; what is
/// left of a direction below the rounding of the elements is dropped. Done twice, as the first time
/// leaves an error of the square of the condition.
/// - Parameters:
///   - w: n × b.
///   - floor: columns no longer than this count as zero.
/// - Returns: Q, n × b′ with b′ ≤ b, and QᵀW, b′ × b.
/// - Complexity: O(n b²).
/// - Source: Stathopoulos and Wu, A block orthogonalization procedure with constant synchronization
///   requirements (2002), algorithm SVQB.
func orthonormalised<Element: Scalar>(
  _ w: Matrix<Element>, floor: Double, _ context: ExecutionContext
) throws(MercerError) -> (basis: Matrix<Element>, coordinates: Matrix<Double>) {
  let least = 10 * Double(Element.ulpOfOne)
  var q = w
  for pass in 0..<3 {
    let gram = try doubleProduct(q, q, context)
    let norms = gram.diagonal.map { $0.squareRoot() }
    let kept = norms.indices.filter { norms[$0] > (pass == 0 ? floor : 0.5) }
    if kept.isEmpty {
      return (
        Matrix(rowCount: w.rowCount, columnCount: 0),
        Matrix(rowCount: 0, columnCount: w.columnCount)
      )
    }
    var scaled = Matrix<Double>(rowCount: kept.count, columnCount: kept.count)
    for (i, row) in kept.enumerated() {
      for (j, column) in kept.enumerated() {
        scaled[i, j] = gram[row, column] / (norms[row] * norms[column])
      }
    }
    let eigen = try SymmetricEigen(scaled)
    let largest = eigen.values.last ?? 0
    let threshold = max(least * least, 1e-14) * largest
    let chosen = eigen.values.indices.reversed().filter { eigen.values[$0] > threshold }
    var turn = Matrix<Double>(rowCount: w.columnCount, columnCount: chosen.count)
    if pass > 0 { turn = Matrix(rowCount: q.columnCount, columnCount: chosen.count) }
    for (j, index) in chosen.enumerated() {
      let scale = 1 / eigen.values[index].squareRoot()
      for (i, row) in kept.enumerated() {
        turn[row, j] = eigen.vectors[index, i] * scale / norms[row]
      }
    }
    q = try q.multiplied(by: Matrix<Element>(converting: turn), context: context)
    if pass > 0, (eigen.values.first ?? 0) > 0.9 { break }
  }
  return (q, try doubleProduct(q, w, context))
}

/// Aᵀ B with sums in Double, for tall A (n × a) and B (n × b).
///
/// - Complexity: 2 n a b operations; 4,096 rows of both in Double.
func doubleProduct<Element: Scalar>(
  _ a: Matrix<Element>, _ b: Matrix<Element>, _ context: ExecutionContext
) throws(MercerError) -> Matrix<Double> {
  var sum = Matrix<Double>(rowCount: a.columnCount, columnCount: b.columnCount)
  guard sum.count > 0 else { return sum }
  for rows in (0..<a.rowCount).chunks(of: 4096) {
    try context.checkCancellation()
    let part = try Matrix<Double>(converting: a.rows(rows)).multiplied(
      by: Matrix<Double>(converting: b.rows(rows)), transposed: true, context: context)
    combineColumns(&sum, adding: part)
  }
  return sum
}

/// An n × b matrix of standard normal numbers.
func normalMatrix<Element: Scalar>(
  rowCount: Int, columnCount: Int, seed: UInt64, purpose: String, index: UInt64 = 0
) -> Matrix<Element> {
  var stream = RandomStream(seed: seed, purpose: purpose, index: index)
  return Matrix(rowCount: rowCount, columnCount: columnCount) { buffer in
    for place in buffer.indices { buffer[place] = Element(stream.normal()) }
  }
}
