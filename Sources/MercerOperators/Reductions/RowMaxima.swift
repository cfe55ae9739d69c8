public import MercerCore

extension IndexableGramOperator {
  /// The largest entry of each row, maxⱼ k(xᵢ, zⱼ).
  ///
  /// Kernels that are a map of a sum over coordinates (`PairwiseBoundKernel`) keep their entries in
  /// registers; of others one tile at a time is filled.
  /// - Returns: n values: −∞ where there are no columns, NaN where an entry is NaN.
  /// - Complexity: that of a product with one vector; no memory beyond the result and a tile for each
  ///   thread.
  /// - Throws: `.cancelled`.
  public func rowMaxima(context: ExecutionContext = .default) throws(MercerError) -> [Element] {
    try sweep().reduce(Maxima<Element>(), context: context).flatMap { $0 }
  }
}

/// The largest value of each row.
private struct Maxima<Element: Scalar>: RowReduction {
  func start(rows: Int) -> [Element] { [Element](repeating: -.infinity, count: rows) }

  func add(
    _ values: RowValues<Element>, rows: Range<Int>, panels: Range<Int>, columns: Range<Int>,
    to partial: inout [Element]
  ) {
    partial.withUnsafeMutableBufferPointer { maxima in
      guard let maxima = maxima.baseAddress else { return }
      values.accumulateMaxima(rows: rows, panels: panels, into: maxima)
    }
  }

  func merge(_ later: [Element], into partial: inout [Element]) {
    ElementLoops.takeMaxima(of: later, into: &partial)
  }
}
