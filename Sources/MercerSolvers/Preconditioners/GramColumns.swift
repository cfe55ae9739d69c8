public import MercerCore
import MercerOperators

/// What an algorithm sees of K(X, X), n × n, when it looks at its diagonal and at some columns.
///
/// Columns come as an operator whose tiles are filled when they are wanted, so that nothing larger
/// than what an algorithm keeps is ever stored.
public struct GramColumns<Element: Scalar>: Sendable {
  /// n.
  public let rowCount: Int
  private let makeDiagonal: @Sendable () throws(MercerError) -> [Element]
  private let makeBlock:
    @Sendable (_ rows: [Int]?, _ columns: [Int]) throws(MercerError) -> any IndexableGramOperator<
      Element
    >

  /// Columns from two closures.
  ///
  /// - Parameters:
  ///   - rowCount: n.
  ///   - diagonal: gives the n entries of the diagonal.
  ///   - block: gives K[rows, columns] for row numbers from 0; all rows where nil is given.
  public init(
    rowCount: Int, diagonal: @escaping @Sendable () throws(MercerError) -> [Element],
    block:
      @escaping @Sendable (_ rows: [Int]?, _ columns: [Int]) throws(MercerError)
      -> any IndexableGramOperator<Element>
  ) {
    self.rowCount = rowCount
    makeDiagonal = diagonal
    makeBlock = block
  }

  /// The columns of a kernel on a set of inputs, each computed when it is asked for.
  public init<K: Kernel>(_ kernel: K, inputs: K.Inputs) where K.Element == Element {
    self.init(
      rowCount: inputs.count,
      diagonal: { () throws(MercerError) in try kernel.diagonal(of: inputs) },
      block: { (rows, columns) throws(MercerError) in
        try TiledCrossGram(
          kernel, rows: rows.map { inputs.subset(at: $0) } ?? inputs,
          columns: inputs.subset(at: columns))
      })
  }

  /// The columns of an operator that shows its entries, best one that stores them.
  public init<Gram: SymmetricGramOperator & IndexableGramOperator>(_ gram: Gram)
  where Gram.Element == Element {
    let n = gram.rowCount
    self.init(
      rowCount: n, diagonal: { () throws(MercerError) in try gram.diagonal() },
      block: { (rows, columns) throws(MercerError) in
        SubCrossGram(gram, rows: rows ?? Array(0..<n), columns: columns)
      })
  }

  /// The columns of Φ Φᵀ for stored features Φ, n × p.
  public init(features: Matrix<Element>) {
    self.init(
      rowCount: features.rowCount,
      diagonal: { () throws(MercerError) in
        features.rowSquares.map { Element($0) }
      },
      block: { (rows, columns) throws(MercerError) in
        DenseCrossGram(
          try (rows.map { features.rows(at: $0) } ?? features).multiplied(
            by: features.rows(at: columns), transposingOther: true))
      })
  }

  /// k(xᵢ, xᵢ) for every row.
  public func diagonal() throws(MercerError) -> [Element] { try makeDiagonal() }

  /// K[:, columns], n × r, whose tiles are filled when they are wanted.
  public func columns(at columns: [Int]) throws(MercerError) -> any IndexableGramOperator<Element> {
    try makeBlock(nil, columns)
  }

  /// K[rows, columns], whose tiles are filled when they are wanted.
  public func block(
    rows: [Int], columns: [Int]
  ) throws(MercerError) -> any IndexableGramOperator<Element> { try makeBlock(rows, columns) }

  /// K[rows, rows], stored in Double.
  func core(at rows: [Int], context: ExecutionContext) throws(MercerError) -> Matrix<Double> {
    Matrix(converting: try makeBlock(rows, rows).densified(context: context))
  }

  /// K restricted to some rows and the same columns; row numbers count from 0 in the order given.
  public func part(at chosen: [Int]) -> GramColumns {
    GramColumns(
      rowCount: chosen.count,
      diagonal: { () throws(MercerError) in
        let whole = try makeDiagonal()
        return chosen.map { whole[$0] }
      },
      block: { (rows, columns) throws(MercerError) in
        try makeBlock(rows.map { $0.map { chosen[$0] } } ?? chosen, columns.map { chosen[$0] })
      })
  }
}

extension Matrix {
  /// The squared length of each row, in Double.
  var rowSquares: [Double] {
    withUnsafeBufferPointer { buffer in
      (0..<rowCount).map { i in
        let row = UnsafeBufferPointer(rebasing: buffer[i * columnCount..<(i + 1) * columnCount])
        return Element.dot(row, row)
      }
    }
  }
}
