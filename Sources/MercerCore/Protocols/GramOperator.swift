/// A linear map that is a kernel matrix K(X, Z), n × m, which need not exist in memory.
///
/// This is all that most algorithms may know of a kernel.
public protocol GramOperator<Element>: Sendable {
  /// The type of the entries.
  associatedtype Element: Scalar

  /// n.
  var rowCount: Int { get }
  /// m.
  var columnCount: Int { get }

  /// y ← K v for every column of v, overwriting y.
  ///
  /// - Parameters:
  ///   - v: m × k.
  ///   - y: n × k; its old contents do not matter.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.shapeMismatch` when the sizes do not fit, `.cancelled`.
  func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError)

  /// y ← Kᵀ v for every column of v, overwriting y; v is n × k and y is m × k.
  func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError)
}

/// A kernel matrix of one set of inputs with itself: symmetric and positive semi-definite.
public protocol SymmetricGramOperator<Element>: GramOperator {
  /// The diagonal, k(xᵢ, xᵢ).
  func diagonal() throws(MercerError) -> [Element]
}

/// A kernel matrix that can also show its entries.
public protocol IndexableGramOperator<Element>: GramOperator {
  /// Writes the entries of the tile (overwriting whatever it holds).
  func fill(_ tile: Tile<Element>)

  /// How many entries are work enough for a thread at a time: many by default, few where a kernel is
  /// dear.
  var entriesAtOnce: Int { get }

  /// The bytes that a thread needs beside its tile while it fills one; 0 by default, where they are
  /// few.
  var scratchBytes: Int { get }
}

extension IndexableGramOperator {
  /// Many.
  public var entriesAtOnce: Int { 1 << 20 }
  /// Few.
  public var scratchBytes: Int { 0 }
}

extension GramOperator {
  /// K v, in a new matrix.
  public func applied(
    to v: Matrix<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    var y = Matrix<Element>(rowCount: rowCount, columnCount: v.columnCount)
    try apply(v, into: &y, context: context)
    return y
  }

  /// Throws unless v and y have the sizes that `apply` (or `applyTransposed`) needs.
  public func checkSizes(
    _ v: Matrix<Element>, _ y: Matrix<Element>, transposed: Bool = false
  ) throws(MercerError) {
    let (from, to) = transposed ? (rowCount, columnCount) : (columnCount, rowCount)
    guard v.rowCount == from, y.rowCount == to, v.columnCount == y.columnCount else {
      throw MercerError(
        .shapeMismatch,
        "a \(to) × \(from) operator cannot map a \(v.rowCount) × \(v.columnCount) matrix into a "
          + "\(y.rowCount) × \(y.columnCount) one")
    }
  }
}

extension SymmetricGramOperator {
  /// A symmetric operator is its own transpose.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try apply(v, into: &y, context: context)
  }
}

extension IndexableGramOperator {
  /// A stored copy of some rows and columns.
  public func block(rows: Range<Int>, columns: Range<Int>) -> Matrix<Element> {
    var matrix = Matrix<Element>(rowCount: rows.count, columnCount: columns.count)
    matrix.withTile { tile in
      fill(tile.moved(rows: rows, columns: columns))
    }
    return matrix
  }
}
