public import MercerCore
import Synchronization

/// K(X, Z) for more rows than a kernel should be bound to at once: what binding makes of the rows
/// (a mapped and packed copy of them) is made for one block of rows at a time, when it is needed, and only
/// for a few blocks kept.
///
/// - Complexity: entries as of `TiledCrossGram`; a pass over the rows binds each block once, which costs
///   the columns again for each: O((n + m n / `blockRows`) d), little beside the n m d of the entries.
///   Memory is that of the raw rows, and of a few bound blocks.
/// - Accuracy: entries are those of `TiledCrossGram`, but for kernels that centre on both point sets.
public struct BlockwiseCrossGram<K: Kernel, Source: Scalar>: IndexableGramOperator
where K.Inputs == Points<K.Element> {
  /// The type of the entries.
  public typealias Element = K.Element

  /// Rows of a block: a quarter of a million coordinates, but 1,024 to 8,192 rows.
  public static func blockRows(dimension d: Int) -> Int {
    min(max((1 << 18) / max(d, 1), 1 << 10), 1 << 13)
  }

  private let kernel: K
  private let rows: Points<Source>
  private let columns: Points<Element>
  private let product: TiledProduct
  private let bound: BoundBlocks<Element>
  private let blockRows: Int

  /// What a thread needs to fill a tile of this operator, in bytes, beside the tile.
  public let scratchBytes: Int
  /// The number of rows, n.
  public var rowCount: Int { rows.count }
  /// The number of columns, m.
  public var columnCount: Int { columns.count }

  /// The operator of a kernel on two sets of points.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - rows: n of them, which may be kept in another precision than entries are computed in.
  ///   - columns: m of them.
  ///   - threadCount: how many blocks may be in use at once.
  /// - Throws: `.shapeMismatch` when the points do not suit the kernel or each other; what else binding
  ///   throws, for any block.
  public init(
    _ kernel: K, rows: Points<Source>, columns: Points<Element>, threadCount: Int
  ) throws(MercerError) {
    self.kernel = kernel
    self.rows = rows
    self.columns = columns
    product = TiledProduct(
      rowCount: rows.count, columnCount: columns.count, tiling: .standard, fillsScratch: true)
    bound = BoundBlocks(capacity: 2 * threadCount + 1)
    blockRows = Self.blockRows(dimension: rows.dimension)
    // All that can be wrong is wrong with each block alone; found here, it need not be where tiles are
    // filled, which cannot throw.
    var (first, scratch) = (0, 0)
    repeat {
      let block = try kernel.bound(
        rows: Self.block(of: rows, from: first, blockRows), columns: columns)
      bound.insert(block, for: first)
      scratch = max(scratch, block.scratchBytes)
      first += blockRows
    } while first < rows.count
    scratchBytes = scratch
  }

  /// The bytes beside the raw rows: bound blocks, each with its columns; and what a column adds.
  public static func byteCount(
    dimension d: Int, threadCount: Int
  ) -> (rows: Int, column: Int) {
    // A copy that is mapped and packed, and what it was made of.
    let column = (2 * threadCount + 1) * 3 * d * MemoryLayout<Element>.stride
    return (blockRows(dimension: d) * column, column)
  }

  private static func block(
    of rows: Points<Source>, from start: Int, _ count: Int
  ) -> Points<Element> {
    Points(Matrix(converting: rows.coordinates.rows(start..<min(start + count, rows.count))))
  }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    var row = tile.rows.lowerBound
    while row < tile.rows.upperBound {
      let start = row / blockRows * blockRows
      let end = min(tile.rows.upperBound, start + blockRows)
      let part = Tile(
        rows: row - start..<end - start, columns: tile.columns, stride: tile.stride,
        base: tile.base + (row - tile.rows.lowerBound) * tile.stride)
      let block = bound.block(start) {
        guard
          let block = try? kernel.bound(
            rows: Self.block(of: rows, from: start, blockRows), columns: columns)
        else {
          preconditionFailure("a block that was bound before cannot be bound again")
        }
        return block
      }
      block.fill(part)
      row = end
    }
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try product.apply(self, to: v, into: &y, transposed: false, context: context)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try product.apply(self, to: v, into: &y, transposed: true, context: context)
  }
}

/// The blocks that were bound last, shared by all threads.
private final class BoundBlocks<Element: Scalar>: Sendable {
  private struct Entry {
    let start: Int
    let block: any BoundKernel<Element>
  }

  private let capacity: Int
  /// The last used at the end.
  private let entries = Mutex<[Entry]>([])

  init(capacity: Int) { self.capacity = capacity }

  /// The block, bound where it is not kept. Two threads may both bind it; the results are the same.
  func block(
    _ start: Int, bind: () -> any BoundKernel<Element>
  ) -> any BoundKernel<Element> {
    let kept = entries.withLock { entries -> (any BoundKernel<Element>)? in
      guard let place = entries.lastIndex(where: { $0.start == start }) else { return nil }
      let entry = entries.remove(at: place)
      entries.append(entry)
      return entry.block
    }
    if let kept { return kept }
    let block = bind()
    insert(block, for: start)
    return block
  }

  func insert(_ block: any BoundKernel<Element>, for start: Int) {
    entries.withLock { entries in
      entries.append(Entry(start: start, block: block))
      if entries.count > capacity { entries.removeFirst() }
    }
  }
}
