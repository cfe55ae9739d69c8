import MercerCore

extension FusedProduct {
  /// The parts that the work is cut into, whatever the number of threads, each with sums of its own:
  /// at most this many, at least so many that several threads have work, and 8 MB in Double.
  private static var partCounts: ClosedRange<Int> { 8...32 }
  private static var sumLimit: Int { 1_000_000 }

  private func partCount(outputs: Int) -> Int {
    min(Self.partCounts.upperBound, Self.sumLimit / max(pairs.rowCount * outputs, 1))
  }

  /// Whether `applySymmetric` suits this product. It looks at sizes only.
  func suitsSymmetric(outputs: Int) -> Bool {
    pairs.isSymmetric && suitsRows && partCount(outputs: outputs) >= Self.partCounts.lowerBound
  }

  /// y ← K v for a kernel on one set of points, each pair evaluated once and used twice: for its own
  /// row and, mirrored, for that of its column.
  ///
  /// Bands of rows are dealt to a fixed number of parts, long with short ones; each part adds up its
  /// own sums of all of y, in Double, and the parts are added in order.
  func applySymmetric(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    let (n, outputs, size) = (pairs.rowCount, v.columnCount, pairs.panelSize)
    let vectors = PackedVectors(v)
    let bands = bands
    let parts = bands.dealt(to: min(partCount(outputs: outputs), bands.count))
    let (height, width) = (bands.first?.count ?? 0, stepPanels * size)
    let stepPanels = stepPanels
    var sums = Matrix<Double>(rowCount: parts.count, columnCount: outputs * n)
    try sums.withTile { (sums) throws(MercerError) in
      let makeScratch = { @Sendable in
        (
          own: Matrix<Element>(rowCount: height, columnCount: outputs),
          mirrored: Matrix<Element>(rowCount: outputs, columnCount: width)
        )
      }
      try context.forEach(parts.count, scratch: makeScratch) {
        (index, scratch) throws(MercerError) in
        let total = sums.base + index * sums.stride
        try scratch.own.withTile { (own) throws(MercerError) in
          try scratch.mirrored.withTile { (mirrored) throws(MercerError) in
            for band in parts[index] {
              // A band begins with a panel; what is left of it is mirrored, its own square is not.
              let left = (0..<band.lowerBound / size).chunks(of: stepPanels)
              let square = band.lowerBound / size..<(band.upperBound + size - 1) / size
              for step in left + square.chunks(of: stepPanels) {
                try context.checkCancellation()
                if step.lowerBound >= square.lowerBound {
                  pairs.multiply(rows: band, panels: step, by: vectors, into: own.base)
                } else {
                  mirrored.base.update(repeating: 0, count: outputs * width)
                  pairs.multiplySymmetric(
                    rows: band, panels: step, by: vectors, into: own.base,
                    addingTo: mirrored.base, stride: width)
                  for o in 0..<outputs {
                    ElementLoops.accumulate(
                      step.count * size, mirrored.base + o * width,
                      into: total + (o * n + step.lowerBound * size))
                  }
                }
                ElementLoops.accumulateTransposed(
                  own.base, rows: band.count, columns: outputs, into: total + band.lowerBound,
                  stride: n)
              }
            }
          }
        }
      }
      for part in 1..<max(parts.count, 1) {
        Double.loops.add(sums.columnCount, sums.base, sums.base + part * sums.stride)
      }
      y.withTile { ElementLoops.roundTransposed(sums.base, stride: n, into: $0) }
    }
  }
}

extension Array {
  /// The elements dealt to so many hands, back and forth, so that ascending loads come out even.
  func dealt(to count: Int) -> [[Element]] {
    var hands = [[Element]](repeating: [], count: count)
    for (index, element) in enumerated() {
      let turn = index % (2 * count)
      hands[turn < count ? turn : 2 * count - 1 - turn].append(element)
    }
    return hands
  }
}
