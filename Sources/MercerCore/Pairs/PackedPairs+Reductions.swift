internal import CMercerTiles

/// Kernel values that reductions along the rows take: those of packed pairs, or of a stored tile.
public enum RowValues<Element: Scalar> {
  /// Made as they are needed.
  case pairs(PackedPairs<Element>)
  /// Entries that some kernel has written.
  case stored(Tile<Element>)

  /// The number of columns.
  var columnCount: Int {
    switch self {
    case .pairs(let pairs): pairs.columnCount
    case .stored(let tile): tile.columnCount
    }
  }

  /// The number of panels.
  public var panelCount: Int {
    (columnCount + Element.loops.panel - 1) / Element.loops.panel
  }

  /// Calls the body with the description of the values, and the number of the given row in it.
  private func withC(_ row: Int, _ body: (UnsafePointer<mercer_pairs>, Int) -> Void) {
    switch self {
    case .pairs(let pairs): pairs.withC { body($0, row) }
    case .stored(let tile):
      var pairs = mercer_pairs()
      pairs.sum = Int32(MERCER_SUM_STORED.rawValue)
      pairs.form = Int32(MERCER_MAP_IDENTITY.rawValue)
      pairs.x = UnsafeRawPointer(tile.base)
      pairs.ldx = tile.stride
      pairs.columns = tile.columnCount
      pairs.first_column = tile.columns.lowerBound
      withUnsafePointer(to: pairs) { body($0, row - tile.rows.lowerBound) }
    }
  }

  /// `maxima[i] ← max(maxima[i], the largest value of row i in the panels)`, and NaN if there is one.
  /// Nothing is held as −∞.
  public func accumulateMaxima(
    rows: Range<Int>, panels: Range<Int>, into maxima: UnsafeMutablePointer<Element>
  ) {
    withC(rows.lowerBound) { pairs, row in
      Element.loops.rowMaxima(pairs, row, rows.count, panels.lowerBound, panels.count, maxima)
    }
  }

  /// Adds Σⱼ wⱼ exp(value) over the panels to what is held as `sums[i] exp(maxima[i])`; nothing is
  /// held as 0 and −∞.
  ///
  /// - Parameters:
  ///   - rows: the rows of the pairs.
  ///   - panels: the panels of columns to sum over.
  ///   - logWeights: log wⱼ from the first column on, padded to whole panels with −∞, as for columns
  ///     that take no part, whatever their values; nil for weights of 1.
  ///   - maxima: the largest exponent of each row so far.
  ///   - sums: the sum of each row so far, relative to that.
  /// - Accuracy: sums run in the element type within a call, and in Double across calls.
  public func accumulateLogSums(
    rows: Range<Int>, panels: Range<Int>, logWeights: UnsafePointer<Element>?,
    maxima: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>
  ) {
    withC(rows.lowerBound) { pairs, row in
      Element.loops.rowLogSums(
        pairs, row, rows.count, panels.lowerBound, panels.count, logWeights, maxima, sums)
    }
  }

  /// Keeps the `count` smallest values of each row and their columns, among those held and those of the
  /// panels; of equal ones the first column wins. Nothing is held as +∞ and −1. Values of +∞ and NaN
  /// are passed over. What is held is in no useful order until `sortSmallest`.
  ///
  /// - Precondition: `count` is at least 1.
  /// - Complexity: beside the values, O(log count) for each one that is kept for a while: of m in
  ///   random order about count · (1 + log(m / count)).
  public func keepSmallest(
    _ count: Int, rows: Range<Int>, panels: Range<Int>, values: UnsafeMutablePointer<Element>,
    columns: UnsafeMutablePointer<Int>
  ) {
    precondition(count >= 1)
    withC(rows.lowerBound) { pairs, row in
      Element.loops.rowSmallest(
        pairs, row, rows.count, panels.lowerBound, panels.count, count, values, columns)
    }
  }

  /// Puts what `keepSmallest` holds in ascending order, equal values by column; nothing can be added
  /// afterwards.
  ///
  /// - Complexity: O(rows · count · log count).
  public static func sortSmallest(
    _ count: Int, rows: Int, values: UnsafeMutablePointer<Element>,
    columns: UnsafeMutablePointer<Int>
  ) {
    Element.loops.sortSmallest(rows, count, values, columns)
  }
}
