public import MercerCore

extension IndexableGramOperator {
  /// The matrix of this operator, stored: the only way to one.
  ///
  /// Tiles are filled in parallel. Of a symmetric operator only the lower half is computed, and
  /// mirrored.
  /// - Complexity: n m entries of time (half of them when symmetric) and n m memory.
  /// - Throws: `.memoryLimit` when the matrix is larger than the context's limit, `.cancelled`.
  public func densified(
    context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    let (bytes, tooLarge) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    try context.checkMemory(
      overflow || tooLarge ? .max : bytes,
      for: "storing the \(rowCount) × \(columnCount) kernel matrix")
    try context.checkCancellation()
    let context = try context.fitting(scratchBytes: scratchBytes, beside: bytes)
    let isSymmetric = self is any SymmetricGramOperator && rowCount == columnCount
    return try Matrix(rowCount: rowCount, columnCount: columnCount) {
      (buffer) throws(MercerError) in
      guard let base = buffer.baseAddress, count > 0 else { return }
      let whole = Tile(
        rows: 0..<rowCount, columns: 0..<columnCount, stride: columnCount, base: base)
      try store(in: whole, mirrored: isSymmetric, context: context)
    }
  }

  /// Fills the whole matrix through tiles of scratch memory: a kernel passes over a tile several
  /// times, which is cheap in the cache and dear in a matrix whose rows lie far apart.
  private func store(
    in whole: Tile<Element>, mirrored: Bool, context: ExecutionContext
  ) throws(MercerError) {
    // Whole blocks and panels of the engine's loops, unless entries are dear.
    let size = min(240, max(1, Int(Double(entriesAtOnce).squareRoot())))
    let bands = whole.rows.chunks(of: size)
    let places = bands.flatMap { rows in
      whole.columns.chunks(of: size).compactMap { columns in
        mirrored && columns.lowerBound > rows.lowerBound ? nil : (rows: rows, columns: columns)
      }
    }
    let (height, width) = (min(size, whole.rowCount), min(size, whole.columnCount))
    try context.forEach(
      places.count,
      scratch: { Matrix<Element>(rowCount: height, columnCount: width) },
      { (index, scratch: inout Matrix<Element>) in
        let (rows, columns) = places[index]
        scratch.withTile { memory in
          let tile = Tile(
            rows: rows, columns: columns, stride: columns.count, base: memory.base)
          fill(tile)
          ElementLoops.copy(tile, to: whole.part(rows: rows, columns: columns))
          // On the diagonal this makes the upper triangle the mirror of the lower one, too: a
          // kernel's rounding may differ between (i, j) and (j, i).
          if mirrored {
            if rows == columns { ElementLoops.mirror(tile) }
            ElementLoops.copyTransposed(tile, to: whole.part(rows: columns, columns: rows))
          }
        }
      })
  }
}
