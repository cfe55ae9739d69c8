public import MercerCore

extension TiledCrossGram {
  /// The gradients of f_o(x) = Σⱼ k(x, zⱼ) v[j, o] with respect to x at the row inputs: what feature
  /// learning is made of, all outputs at once.
  ///
  /// - Parameters:
  ///   - v: the coefficients, m × k.
  ///   - context: threads and cancellation.
  /// - Returns: n × (k d), the gradient of output o in columns o d ..< (o + 1) d.
  /// - Complexity: O(n m d (1 + k)) time, about twice a product for one output; memory for the result
  ///   and, for each thread, a band of sums.
  /// - Accuracy: sums over columns as in `apply`.
  /// - Throws: `.shapeMismatch` when v does not have m rows, `.invalidParameter` when the kernel has no
  ///   gradients, `.cancelled`.
  public func inputGradient(
    of v: Matrix<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    guard v.rowCount == columnCount else {
      throw MercerError(
        .shapeMismatch,
        "coefficients of \(v.rowCount) inputs do not suit a kernel matrix of \(columnCount) columns"
      )
    }
    guard bound.hasGradients else {
      throw MercerError(
        .invalidParameter,
        "the kernel has no gradients by its inputs, as networks on images and sequences have none")
    }
    let d = bound.dimension
    var gradient = Matrix<Element>(rowCount: rowCount, columnCount: v.columnCount * d)
    guard gradient.count > 0 else { return gradient }
    let vectors = PackedVectors(v)
    let panel = Element.loops.panel
    let width = gradient.columnCount
    // Few rows in a band, as its sums have many columns; about 480 table columns in a step.
    let bands = (0..<rowCount).chunks(of: 48)
    let steps = (0..<(columnCount + panel - 1) / panel).chunks(of: max(1, 480 / panel))
    try gradient.withTile { (output) throws(MercerError) in
      try context.forEach(bands.count, scratch: { StepSums(capacity: 48 * width) }) {
        (index, sums: inout StepSums<Element>) throws(MercerError) in
        let band = bands[index]
        try sums.sum(band.count * width, over: steps, context: context) { step, part in
          accumulate(
            rows: band, panels: step, of: vectors,
            into: Tile(rows: band, columns: 0..<width, stride: width, base: part))
        } finish: { sums in
          ElementLoops.round(sums, into: output.part(rows: band, columns: 0..<width))
        }
      }
    }
    return gradient
  }

  /// Adds the gradients over some panels, by the kernel's own loop or, one output after the other,
  /// by tiles of weights.
  private func accumulate(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) {
    if let pairwise = bound as? any PairwiseBoundKernel<Element>,
      pairwise.accumulateInputGradient(rows: rows, panels: panels, of: vectors, into: gradient)
    {
      return
    }
    let (panel, d) = (Element.loops.panel, bound.dimension)
    let columns = panels.lowerBound * panel..<min(panels.upperBound * panel, columnCount)
    var weights = Matrix<Element>(rowCount: rows.count, columnCount: columns.count)
    vectors.values.withUnsafeBufferPointer { v in
      guard let v = v.baseAddress else { return }
      for o in 0..<vectors.outputCount {
        weights.withTile { memory in
          let tile = memory.moved(rows: rows, columns: columns)
          for i in 0..<tile.rowCount {
            (tile.base + i * tile.stride).update(
              from: v + (o * vectors.values.columnCount + columns.lowerBound),
              count: columns.count)
          }
          bound.accumulateInputGradient(
            weights: tile, into: gradient.part(rows: rows, columns: o * d..<(o + 1) * d))
        }
      }
    }
  }
}
