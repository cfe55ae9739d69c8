public import MercerCore

/// Some entries of each row of a kernel matrix, and where they are.
public struct RowEntries<Element: Scalar>: Sendable, Equatable {
  /// The entries, n × count, in each row from the most extreme one on.
  public let values: Matrix<Element>
  /// The column of each entry, row-major like `values`; −1 where there is none.
  public let columns: [Int]

  /// The number of rows, n.
  public var rowCount: Int { values.rowCount }
  /// The number of entries of each row.
  public var count: Int { values.columnCount }

  /// The columns of the entries of one row, in the order of `values`.
  ///
  /// - Precondition: there is such a row.
  public func columns(ofRow row: Int) -> [Int] {
    Array(columns[row * count..<(row + 1) * count])
  }
}

extension IndexableGramOperator {
  /// The `count` smallest entries of each row in ascending order, and their columns; of distances,
  /// the nearest neighbours. Of equal entries the one in the first column comes first.
  ///
  /// Entries that are +∞ or NaN are passed over; where a row has fewer others than `count`, its list
  /// ends in +∞ with columns −1.
  /// - Parameters:
  ///   - count: from 1 to the number of columns, m.
  ///   - context: threads and cancellation.
  /// - Complexity: that of a product with one vector, and about count · log(count) · log(m / count) for
  ///   each row; no memory beyond the result and a tile for each thread.
  /// - Throws: `.invalidParameter` for another count, `.cancelled`.
  public func smallestEntries(
    _ count: Int, context: ExecutionContext = .default
  ) throws(MercerError) -> RowEntries<Element> {
    try smallest(count, of: sweep(), context: context)
  }

  /// The `count` largest entries of each row in descending order, and their columns. Of equal entries
  /// the one in the first column comes first.
  ///
  /// Entries that are −∞ or NaN are passed over; where a row has fewer others than `count`, its list
  /// ends in −∞ with columns −1. Entries that vanish in the element type are equal: to find the nearest
  /// of far points, take the smallest distances.
  /// - Parameters:
  ///   - count: from 1 to the number of columns, m.
  ///   - context: threads and cancellation.
  /// - Complexity: as of `smallestEntries`.
  /// - Throws: `.invalidParameter` for another count, `.cancelled`.
  public func largestEntries(
    _ count: Int, context: ExecutionContext = .default
  ) throws(MercerError) -> RowEntries<Element> {
    let negated = try smallest(count, of: sweep(\.negated), context: context)
    return RowEntries(values: negated.values.scaled(by: -1), columns: negated.columns)
  }

  private func smallest(
    _ count: Int, of sweep: RowSweep<Element>, context: ExecutionContext
  ) throws(MercerError) -> RowEntries<Element> {
    guard count >= 1, count <= columnCount else {
      throw MercerError(
        .invalidParameter,
        "\(count) entries of each row were asked for, but a row has \(columnCount)",
        remedy: "ask for at least 1 and at most as many as there are columns")
    }
    let partials = try sweep.reduce(Smallest<Element>(count: count), context: context)
    return RowEntries(
      values: Matrix(
        rowCount: rowCount, columnCount: count, elements: partials.flatMap(\.values)),
      columns: partials.flatMap(\.columns))
  }
}

/// The smallest values of each row, ascending, and their columns.
private struct Smallest<Element: Scalar>: RowReduction {
  struct Partial: Sendable {
    var values: [Element]
    var columns: [Int]
  }

  let count: Int

  func start(rows: Int) -> Partial {
    Partial(
      values: [Element](repeating: .infinity, count: rows * count),
      columns: [Int](repeating: -1, count: rows * count))
  }

  func add(
    _ values: RowValues<Element>, rows: Range<Int>, panels: Range<Int>, columns: Range<Int>,
    to partial: inout Partial
  ) {
    values.keepSmallest(
      count, rows: rows, panels: panels, values: &partial.values, columns: &partial.columns)
  }

  func finish(_ partial: inout Partial) {
    let rows = partial.values.count / count
    RowValues<Element>.sortSmallest(
      count, rows: rows, values: &partial.values, columns: &partial.columns)
  }

  func merge(_ later: Partial, into partial: inout Partial) {
    let earlier = partial
    ElementLoops.mergeAscending(
      width: count, earlier.values, earlier.columns, later.values, later.columns,
      into: &partial.values, &partial.columns)
  }
}
