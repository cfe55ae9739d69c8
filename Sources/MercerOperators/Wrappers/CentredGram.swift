public import MercerCore

/// H K H with H = I − 1 1ᵀ / n: the kernel matrix of the inputs moved to mean zero in feature space.
///
/// A product needs no entries: v is centred, K applied, the result centred.
/// - Complexity: that of K, and O(n k) more for each product; one product with K when it is made,
///   for the means of the rows, which the diagonal and the entries need.
/// - Source: Schölkopf, Smola and Müller (1998), Nonlinear component analysis as a kernel
///   eigenvalue problem, Neural Computation 10, appendix B.
public struct CentredGram<Base: SymmetricGramOperator>: SymmetricGramOperator {
  /// The type of the entries.
  public typealias Element = Base.Element
  /// K.
  public let base: Base
  /// ḡ/2 − r̄ᵢ, with r̄ᵢ the mean of row i and ḡ that of all entries; so entry (i, j) of H K H is
  /// kᵢⱼ + oᵢ + oⱼ.
  private let offsets: [Element]

  /// The number of rows, n.
  public var rowCount: Int { base.rowCount }
  /// The number of columns.
  public var columnCount: Int { base.columnCount }

  /// The centred operator.
  ///
  /// - Throws: whatever the product with K throws.
  public init(_ base: Base, context: ExecutionContext = .default) throws(MercerError) {
    let n = base.rowCount
    let sums = try base.applied(
      to: Matrix(rowCount: n, columnCount: 1, repeating: 1), context: context)
    let means = sums.elements.map { Double($0) / Double(max(n, 1)) }
    let half = means.reduce(0, +) / Double(max(n, 1)) / 2
    offsets = means.map { Element(half - $0) }
    self.base = base
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    var centred = v
    centred.withTile { ElementLoops.centreColumns($0) }
    try base.apply(centred, into: &y, context: context)
    y.withTile { ElementLoops.centreColumns($0) }
  }

  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    zip(try base.diagonal(), offsets).map { $0 + ($1 + $1) }
  }
}

extension CentredGram: IndexableGramOperator where Base: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { base.scratchBytes }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    offsets.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      ElementLoops.addRowsAndColumns(
        base + tile.rows.lowerBound, base + tile.columns.lowerBound, to: tile)
    }
  }
}

extension SymmetricGramOperator {
  /// The operator of the inputs moved to mean zero in feature space.
  ///
  /// - Throws: whatever a product with this operator throws.
  public func centred(
    context: ExecutionContext = .default
  ) throws(MercerError) -> any SymmetricGramOperator<Element> {
    try CentredGram(self, context: context)
  }
}
