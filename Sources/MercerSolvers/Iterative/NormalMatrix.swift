import MercerCore

/// ΦᵀΦ (m × m) and ΦᵀY (m × k) of a tall matrix Φ whose rows come in tiles and are never stored.
///
/// Rows are taken in chunks: their tiles are filled in parallel and laid down transposed, then every
/// block of the lower triangle adds its own inner products over the chunk to its sums. Tiles are filled
/// in `Element`; products and sums run in `Sum`. Entries in Float are often good enough where sums in
/// Float are not: rounded entries still make a positive semi-definite ΦᵀΦ. For the same reason rows that
/// are to be whitened are whitened before they are multiplied: what the sums are off by would be made
/// large afterwards.
///
/// Chunks, blocks and the order of sums follow from m alone, so that the result does not depend on the
/// number of threads.
/// - Complexity: n m² + 2 n m k operations, and n m² for whitening; m² sums, and two m × `chunkRows`
///   blocks, or three.
struct NormalMatrix<Element: Scalar, Sum: Scalar> {
  /// m.
  let order: Int
  /// L, where Φ L⁻ᵀ is to be taken for Φ.
  private let corner: Cholesky<Sum>?
  /// The lower triangle of −ΦᵀΦ: the engine's updates subtract.
  private var products: Matrix<Sum>
  /// ΦᵀY.
  private(set) var moments: Matrix<Double>

  private static var bandRows: Int { 48 }
  /// Scratch memory is made once for so many workers, whatever the number of threads: made anew for
  /// every chunk, it would stay with an allocator that does not give back what lies between.
  private static var laneCount: Int { 16 }

  private struct Workspace {
    var chunk: Matrix<Sum>
    var tiles: Matrix<Element>
    /// Rows that are whitened, before they are laid down.
    var rows: Matrix<Sum>
    var packed: [ProductUpdate<Sum>] = []
  }
  private static var blockSize: Int { ProductUpdate<Sum>.width }

  /// Nothing added up yet.
  init(order: Int, targetCount: Int = 0, whitenedBy corner: Cholesky<Sum>? = nil) {
    self.order = order
    self.corner = corner
    products = Matrix(rowCount: order, columnCount: order)
    moments = Matrix(rowCount: order, columnCount: targetCount)
  }

  /// Rows of a chunk: 16 MB of Float, 32 MB of Double, but whole steps of the inner products, and enough
  /// of them that packing and adding a block to its sums cost little.
  static func chunkRows(order: Int) -> Int {
    min(max((4 << 20) / max(order, 1) / 512, 2), 16) * 512
  }

  /// The bytes of sums, chunk and scratch.
  static func byteCount(
    order m: Int, rowCount n: Int, targetCount k: Int, whitens: Bool, threadCount: Int
  ) -> Int {
    let (size, sumSize) = (MemoryLayout<Element>.stride, MemoryLayout<Sum>.stride)
    let chunk = min(chunkRows(order: m), n) + 16
    // A packed block of L beside the rows.
    let rows = whitens ? m * chunk + m * blockSize : 0
    return sumSize * (m * m + 2 * (m + min(blockSize, m)) * chunk + rows)
      + laneCount * size * bandRows * m + threadCount * sumSize * blockSize * k + 8 * m * k
  }

  /// Adds rows.
  ///
  /// - Parameters:
  ///   - count: the number of rows.
  ///   - targets: their rows of Y; nil for none.
  ///   - isLowerTriangular: whether row i of Φ has nothing right of its i-th entry.
  ///   - fill: writes a tile of Φ: some rows, the first so many columns.
  mutating func add(
    rowCount count: Int, targets: Matrix<Sum>? = nil, isLowerTriangular: Bool = false,
    context: ExecutionContext, fill: @Sendable (Tile<Element>) -> Void
  ) throws(MercerError) {
    let chunkRows = min(Self.chunkRows(order: order), count)
    // Rows of the transposed chunk must not all begin at the same place of the cache.
    var space = Workspace(
      chunk: Matrix(rowCount: order, columnCount: chunkRows + 16),
      tiles: Matrix(rowCount: Self.laneCount, columnCount: Self.bandRows * order),
      rows: Matrix(rowCount: corner == nil ? 0 : chunkRows, columnCount: order))
    for rows in (0..<count).chunks(of: chunkRows) {
      let width = isLowerTriangular ? min(rows.upperBound, order) : order
      try lay(rows, width: width, into: &space, context, fill)
      try addProducts(of: &space, rowCount: rows.count, width: width, context)
      if let targets { try addMoments(of: space.chunk, rows, targets, context) }
    }
  }

  /// chunk[j, i] ← Φ[rows[i], j], or (Φ L⁻ᵀ)[rows[i], j].
  private func lay(
    _ rows: Range<Int>, width: Int, into space: inout Workspace, _ context: ExecutionContext,
    _ fill: @Sendable (Tile<Element>) -> Void
  ) throws(MercerError) {
    let (bands, lanes, first) = (rows.chunks(of: Self.bandRows), Self.laneCount, rows.lowerBound)
    let corner = corner
    try space.chunk.withTile { (chunk) throws(MercerError) in
      try space.rows.withTile { (raw) throws(MercerError) in
        try space.tiles.withTile { (tiles) throws(MercerError) in
          try context.forEach(min(lanes, bands.count)) { (lane) throws(MercerError) in
            for index in stride(from: lane, to: bands.count, by: lanes) {
              try context.checkCancellation()
              let band = bands[index]
              let tile = Tile(
                rows: band, columns: 0..<width, stride: width,
                base: tiles.base + lane * tiles.stride)
              fill(tile)
              if corner != nil {
                copy(tile, to: raw.base + (band.lowerBound - first) * raw.stride, raw.stride)
              } else {
                layTransposed(tile, into: chunk.base + (band.lowerBound - first), chunk.stride)
              }
            }
          }
        }
        guard let corner else { return }
        try corner.solveFromRight(
          raw.part(rows: 0..<rows.count, columns: 0..<width), context: context)
        try context.forEach(bands.count) { (index) throws(MercerError) in
          let start = bands[index].lowerBound - first
          layTransposed(
            raw.part(rows: start..<start + bands[index].count, columns: 0..<width),
            into: chunk.base + start, chunk.stride)
        }
      }
    }
  }

  private mutating func addProducts(
    of space: inout Workspace, rowCount: Int, width: Int, _ context: ExecutionContext
  ) throws(MercerError) {
    let stride = space.chunk.columnCount
    let blocks = (0..<width).chunks(of: Self.blockSize)
    let pairs = blocks.indices.flatMap { i in (0...i).map { (i, $0) } }
    try pack(&space, blocks, rowCount: rowCount, context)
    let (right, chunk) = (space.packed, space.chunk)
    try products.withTile { (sums) throws(MercerError) in
      try context.forEach(pairs.count) { (index) throws(MercerError) in
        try context.checkCancellation()
        let (left, below) = (blocks[pairs[index].0], blocks[pairs[index].1])
        let part = sums.part(rows: left, columns: below)
        chunk.withUnsafeBufferPointer { chunk in
          guard let base = chunk.baseAddress else { return }
          right[pairs[index].1].subtract(
            base + left.lowerBound * stride, lda: stride, rows: left.count, from: part.base,
            ldc: part.stride)
        }
      }
    }
  }

  /// Packs each block of the chunk's rows as a right factor, in the memory of the chunk before.
  private func pack(
    _ space: inout Workspace, _ blocks: [Range<Int>], rowCount: Int, _ context: ExecutionContext
  ) throws(MercerError) {
    let (chunk, stride) = (space.chunk, space.chunk.columnCount)
    for (index, block) in blocks.enumerated() {
      try chunk.withUnsafeBufferPointer { (chunk) throws(MercerError) in
        guard let base = chunk.baseAddress else { return }
        let rows = base + block.lowerBound * stride
        // A triangle's last block grows with the chunks, and its memory with it.
        if index < space.packed.count, space.packed[index].count == block.count {
          try space.packed[index].repack(
            rows: rows, columns: rowCount, stride: stride, context: context)
          return
        }
        space.packed.removeSubrange(min(index, space.packed.count)...)
        space.packed.append(
          try ProductUpdate(
            rows: rows, count: block.count, columns: rowCount, stride: stride, context: context))
      }
    }
  }

  private mutating func addMoments(
    of chunk: Matrix<Sum>, _ rows: Range<Int>, _ targets: Matrix<Sum>,
    _ context: ExecutionContext
  ) throws(MercerError) {
    let (k, stride) = (targets.columnCount, chunk.columnCount)
    let blocks = (0..<order).chunks(of: Self.blockSize)
    try moments.withTile { (sums) throws(MercerError) in
      try context.forEach(
        blocks.count, scratch: { Matrix<Sum>(rowCount: Self.blockSize, columnCount: k) }
      ) { (index, scratch) throws(MercerError) in
        let block = blocks[index]
        for step in (0..<rows.count).chunks(of: 512) {
          scratch.withTile { memory in
            chunk.withUnsafeBufferPointer { a in
              targets.withUnsafeBufferPointer { y in
                guard let a = a.baseAddress, let y = y.baseAddress else { return }
                Sum.gemm(
                  transposeA: false, transposeB: false, m: block.count, n: k, k: step.count,
                  alpha: -1, a: a + block.lowerBound * stride + step.lowerBound, lda: stride,
                  b: y + (rows.lowerBound + step.lowerBound) * k, ldb: k, beta: 0, c: memory.base,
                  ldc: k)
              }
            }
            subtract(
              Tile(rows: block, columns: 0..<k, stride: k, base: memory.base),
              from: sums.part(rows: block, columns: 0..<k))
          }
        }
      }
    }
  }

  /// The whole of ΦᵀΦ, both triangles; nothing is left here.
  mutating func takeProducts() -> Matrix<Sum> {
    products.withTile { tile in
      for i in 0..<order { Sum.loops.affine(i + 1, tile.base + i * tile.stride, -1, 0) }
      mirrorLowerTriangle(tile)
    }
    let whole = products
    products = Matrix(rowCount: 0, columnCount: 0)
    return whole
  }
}

/// target[j · stride + i] ← tile[i, j].
@specialized(where Element == Double, Sum == Double)
@specialized(where Element == Float, Sum == Double)
@specialized(where Element == Float, Sum == Float)
private func layTransposed<Element: Scalar, Sum: Scalar>(
  _ tile: Tile<Element>, into target: UnsafeMutablePointer<Sum>, _ stride: Int
) {
  let (rows, columns, from) = (tile.rowCount, tile.columnCount, tile.stride)
  // Sixteen columns at a time: a cache line of each row is read once.
  for start in Swift.stride(from: 0, to: columns, by: 16) {
    for j in start..<min(start + 16, columns) {
      let place = target + j * stride
      for i in 0..<rows { place[i] = Sum(tile.base[i * from + j]) }
    }
  }
}

/// target[i · stride + j] ← tile[i, j].
@specialized(where Element == Double, Sum == Double)
@specialized(where Element == Float, Sum == Double)
@specialized(where Element == Float, Sum == Float)
private func copy<Element: Scalar, Sum: Scalar>(
  _ tile: Tile<Element>, to target: UnsafeMutablePointer<Sum>, _ stride: Int
) {
  for i in 0..<tile.rowCount {
    let (from, to) = (tile.base + i * tile.stride, target + i * stride)
    for j in 0..<tile.columnCount { to[j] = Sum(from[j]) }
  }
}

/// target ← target − tile.
@specialized(where Element == Double)
@specialized(where Element == Float)
private func subtract<Element: Scalar>(_ tile: Tile<Element>, from target: Tile<Double>) {
  for i in 0..<tile.rowCount {
    let (a, b) = (tile.base + i * tile.stride, target.base + i * target.stride)
    for j in 0..<tile.columnCount { b[j] -= Double(a[j]) }
  }
}

/// Copies the lower triangle of a square tile into the upper one.
@specialized(where Element == Double)
@specialized(where Element == Float)
func mirrorLowerTriangle<Element: Scalar>(_ tile: Tile<Element>) {
  for start in stride(from: 0, to: tile.rowCount, by: 32) {
    for left in stride(from: 0, through: start, by: 32) {
      for i in start..<min(start + 32, tile.rowCount) {
        for j in left..<min(left + 32, i) {
          tile.base[j * tile.stride + i] = tile.base[i * tile.stride + j]
        }
      }
    }
  }
}
