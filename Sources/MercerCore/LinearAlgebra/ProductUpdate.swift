internal import CMercerTiles

/// The right factor of updates C ← C − A Bᵀ, packed for the engine's inner products in steps of some
/// columns of A and B. Blocked factorisations and triangular solves are made of such updates; they
/// run at the speed of kernel products, above that of the system's BLAS on processors it does not
/// know.
package struct ProductUpdate<Element: Scalar>: Sendable {
  /// Rows of B, and of the bands of A that go with it: whole panels of every instruction set.
  package static var width: Int { 240 }
  /// Columns of A and B in a step: with `width` rows of B half a megabyte.
  private static var depth: Int { 2048 / MemoryLayout<Element>.stride }

  /// The rows of B.
  package let count: Int
  private var panels: Matrix<Element>
  private var steps: [Range<Int>]

  /// Packs B: `count` rows of k elements, `stride` apart.
  ///
  /// - Complexity: O(count · k).
  package init(
    rows b: UnsafePointer<Element>, count: Int, columns k: Int, stride: Int,
    context: ExecutionContext
  ) throws(MercerError) {
    self.init(count: count, steps: (0..<k).chunks(of: Self.depth).count, depth: Self.depth)
    try repack(rows: b, columns: k, stride: stride, context: context)
  }

  /// Packs another B of as many rows, and at most as many columns, in the same memory.
  package mutating func repack(
    rows b: UnsafePointer<Element>, columns k: Int, stride: Int, context: ExecutionContext
  ) throws(MercerError) {
    let chunks = (0..<k).chunks(of: Self.depth)
    precondition(chunks.count <= panels.rowCount)
    steps = chunks
    let source = Tile(
      rows: 0..<count, columns: 0..<k, stride: stride, base: UnsafeMutablePointer(mutating: b))
    try panels.withTile { (target) throws(MercerError) in
      try context.forEach(chunks.count) { index in
        Element.loops.pack(
          source.rowCount, chunks[index].count, source.base + chunks[index].lowerBound,
          source.stride, target.base + index * target.stride)
      }
    }
  }

  /// Room for a B of so many rows and up to so many columns, which `repack` fills.
  init(count: Int, columns k: Int) {
    self.init(count: count, steps: (0..<k).chunks(of: Self.depth).count, depth: Self.depth)
  }

  /// Room for B, which `append` fills.
  init(count: Int, steps capacity: Int, depth: Int) {
    let size = Element.loops.panel
    self.count = count
    steps = []
    panels = Matrix(rowCount: capacity, columnCount: (count + size - 1) / size * size * depth)
  }

  /// Goes on with the next columns of B, given as rows of Bᵀ: `rows` × count, packed.
  mutating func append(transposed x: UnsafePointer<Element>, rows: Int) {
    let (size, first, index) = (Element.loops.panel, steps.last?.upperBound ?? 0, steps.count)
    steps.append(first..<first + rows)
    let count = count
    panels.withTile { target in
      let base = target.base + index * target.stride
      for start in Swift.stride(from: 0, to: count, by: size) {
        let width = min(size, count - start)
        for k in 0..<rows {
          let place = base + start * rows + k * size
          place.update(from: x + k * count + start, count: width)
          (place + width).update(repeating: 0, count: size - width)
        }
      }
    }
  }

  /// C ← C − A Bᵀ, with A m × k and C m × count, row-major; of row i only the first `limit` + i
  /// columns, where a limit is given.
  package func subtract(
    _ a: UnsafePointer<Element>, lda: Int, rows m: Int, from c: UnsafeMutablePointer<Element>,
    ldc: Int, limit: Int? = nil
  ) {
    guard m > 0 else { return }
    panels.withUnsafeBufferPointer { packed in
      guard let packed = packed.baseAddress else { return }
      for (index, step) in steps.enumerated() {
        var pairs = mercer_pairs()
        pairs.sum = PairSum.inner.code
        pairs.form = PairMap.identity.code
        pairs.d = step.count
        pairs.x = UnsafeRawPointer(a + step.lowerBound)
        pairs.ldx = lda
        pairs.z = UnsafeRawPointer(packed + index * panels.columnCount)
        pairs.columns = count
        withUnsafePointer(to: pairs) { Element.loops.subtract($0, m, limit ?? count, c, ldc) }
      }
    }
  }
}
