public import MercerCore

/// K[rows, columns]: chosen rows and columns of an operator, in any order; they may repeat.
///
/// A product spreads v over all columns, applies K and picks rows, so it works without entries and
/// costs a product with the whole of K. Where the inputs are at hand, a kernel on a subset of them
/// is cheaper.
/// - Complexity: that of K, and O((n + m) k) memory for each product.
public struct SubCrossGram<Base: GramOperator>: GramOperator {
  /// The type of the entries.
  public typealias Element = Base.Element
  /// K.
  public let base: Base
  /// Which rows of K, from 0.
  public let rows: [Int]
  /// Which columns of K, from 0.
  public let columns: [Int]

  /// The number of rows, n.
  public var rowCount: Int { rows.count }
  /// The number of columns.
  public var columnCount: Int { columns.count }

  /// The chosen part of an operator.
  ///
  /// - Precondition: all numbers are rows and columns of the operator.
  public init(_ base: Base, rows: [Int], columns: [Int]) {
    precondition(rows.allSatisfy { $0 >= 0 && $0 < base.rowCount }, "no such row")
    precondition(columns.allSatisfy { $0 >= 0 && $0 < base.columnCount }, "no such column")
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    let spread = v.spread(to: columns, of: base.columnCount)
    y = try base.applied(to: spread, context: context).rows(at: rows)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y, transposed: true)
    let spread = v.spread(to: rows, of: base.rowCount)
    var whole = Matrix<Element>(rowCount: base.columnCount, columnCount: v.columnCount)
    try base.applyTransposed(spread, into: &whole, context: context)
    y = whole.rows(at: columns)
  }
}

extension SubCrossGram: IndexableGramOperator where Base: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { base.scratchBytes }
  /// As of the base.
  public var entriesAtOnce: Int { base.entriesAtOnce }

  /// Writes the entries of the tile, one run of neighbouring rows and columns at a time: fast when
  /// the chosen numbers are consecutive, a call for each entry when they are scattered.
  public func fill(_ tile: Tile<Element>) {
    let rowRuns = rows[tile.rows].consecutiveRuns
    let columnRuns = columns[tile.columns].consecutiveRuns
    for (row, rowRun) in rowRuns {
      for (column, columnRun) in columnRuns {
        base.fill(
          Tile(
            rows: rowRun, columns: columnRun, stride: tile.stride,
            base: tile.base + row * tile.stride + column))
      }
    }
  }
}

extension Matrix {
  /// A matrix of `count` rows, zero but for the rows with these numbers, where ours are added up.
  func spread(to rows: [Int], of count: Int) -> Matrix {
    var whole = Matrix(rowCount: count, columnCount: columnCount)
    let width = columnCount
    whole.withUnsafeMutableBufferPointer { target in
      withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        ElementLoops.scatter(source, width: width, to: rows, of: target)
      }
    }
    return whole
  }
}

extension ArraySlice<Int> {
  /// The slice as runs of consecutive numbers, each with its place in the slice (from 0).
  var consecutiveRuns: [(offset: Int, run: Range<Int>)] {
    var runs: [(offset: Int, run: Range<Int>)] = []
    for (offset, index) in enumerated() {
      if let last = runs.last, last.run.upperBound == index {
        runs[runs.count - 1].run = last.run.lowerBound..<index + 1
      } else {
        runs.append((offset, index..<index + 1))
      }
    }
    return runs
  }
}
