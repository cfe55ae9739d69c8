import MercerCore

extension TiledProduct {
  /// The parts that the work is cut into, whatever the number of threads; each has sums of its own.
  private static let partLimit = 32
  /// The most sums of all parts, 8 MB in Double; and the width above which multiplying, which is
  /// not halved, outweighs filling.
  private static let sumLimit = 1_000_000
  private static let symmetricWidthLimit = 64

  /// Whether `applySymmetric` suits this product. It looks at sizes only.
  func suitsSymmetric(width: Int) -> Bool {
    rowCount > tiling.rowCount && width <= Self.symmetricWidthLimit
      && rowCount * width <= Self.sumLimit / Self.partLimit
  }

  /// y ← K v for a symmetric K, each tile below the diagonal filled once and used twice: for its own
  /// rows and, transposed, for those of its mirror image. Half the filling of `apply`.
  ///
  /// Bands of rows are dealt to a fixed number of parts, long with short ones; each part adds up
  /// its own sums of all of y, in Double, and the parts are added in order.
  /// - Precondition: the operator is square, and the sizes of v and y have been checked.
  func applySymmetric<Element: Scalar>(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext,
    show: @Sendable (Tile<Element>) -> Tile<Element>
  ) throws(MercerError) {
    try context.checkCancellation()
    let width = v.columnCount
    guard width > 0, rowCount > 0 else { return }
    let bands = (0..<rowCount).chunks(of: tiling.rowCount)
    let partCount = min(Self.partLimit, bands.count)
    let bandsOfPart = bands.dealt(to: partCount)
    let tiling = tiling
    let longest = max(tiling.rowCount, tiling.columnCount)
    var sums = Matrix<Double>(rowCount: partCount, columnCount: rowCount * width)
    try sums.withTile { (sums) throws(MercerError) in
      let makeScratch = { @Sendable in
        Scratch(
          tile: Matrix<Element>(rowCount: tiling.rowCount, columnCount: longest),
          partial: Matrix<Element>(rowCount: longest, columnCount: width), sums: [])
      }
      try context.forEach(partCount, scratch: makeScratch) {
        (part, scratch: inout Scratch<Element>) throws(MercerError) in
        let total = sums.base + part * sums.stride
        for rows in bandsOfPart[part] {
          try context.checkCancellation()
          let left = (0..<rows.lowerBound).chunks(of: tiling.columnCount)
          for columns in left + [rows] {
            let tile = scratch.tile.withTile { memory in
              show(
                Tile(rows: rows, columns: columns, stride: columns.count, base: memory.base))
            }
            let directions = columns == rows ? [false] : [false, true]
            for transposed in directions {
              let (output, input) = transposed ? (columns, rows) : (rows, columns)
              Self.multiply(
                tile, transposed: transposed, by: v, rows: input, columns: 0..<width,
                partial: &scratch.partial)
              scratch.partial.withUnsafeBufferPointer { partial in
                guard let base = partial.baseAddress else { return }
                ElementLoops.accumulate(
                  output.count * width, base, into: total + output.lowerBound * width)
              }
            }
          }
        }
      }
      try y.withTile { (output) throws(MercerError) in
        let chunks = (0..<rowCount).chunks(of: 4096)
        try context.forEach(chunks.count) { (index) throws(MercerError) in
          let rows = chunks[index]
          let total = sums.base + rows.lowerBound * width
          for part in 1..<max(partCount, 1) {
            Double.loops.add(rows.count * width, total, total + part * sums.stride)
          }
          ElementLoops.round(total, into: output.part(rows: rows, columns: 0..<width))
        }
      }
    }
  }
}
