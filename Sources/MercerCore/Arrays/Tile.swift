/// A rectangular part of a Gram matrix, and the memory that holds it.
///
/// A tile does not own its memory: it is a view that lives no longer than the closure or the call
/// it was handed to. Element (0, 0) of the memory belongs to the first of `rows` and `columns`.
/// Several threads may hold tiles over one block as long as those do not overlap.
public struct Tile<Element: Scalar>: @unchecked Sendable {
  /// The rows of the whole matrix that the tile covers.
  public let rows: Range<Int>
  /// The columns of the whole matrix that the tile covers.
  public let columns: Range<Int>
  /// The distance in memory between two rows, at least `columns.count`.
  public let stride: Int
  /// The first element.
  public let base: UnsafeMutablePointer<Element>

  /// A view of memory that the caller keeps alive.
  @inlinable
  public init(
    rows: Range<Int>, columns: Range<Int>, stride: Int, base: UnsafeMutablePointer<Element>
  ) {
    precondition(stride >= columns.count)
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.base = base
  }

  /// The number of rows of the tile.
  @inlinable public var rowCount: Int { rows.count }
  /// The number of columns of the tile.
  @inlinable public var columnCount: Int { columns.count }

  /// One row of the tile's memory, by its place in the tile (from 0).
  @inlinable
  public func row(_ index: Int) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base + index * stride, count: columns.count)
  }

  /// One element by its place in the tile (from 0), for tests and for edges.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// The part that covers these rows and columns of the whole matrix.
  public func part(rows: Range<Int>, columns: Range<Int>) -> Tile {
    precondition(self.rows.contains(rows) && self.columns.contains(columns))
    let offset =
      (rows.lowerBound - self.rows.lowerBound) * stride + columns.lowerBound
      - self.columns.lowerBound
    return Tile(rows: rows, columns: columns, stride: stride, base: base + offset)
  }

  /// The same memory seen as another place of the matrix.
  public func moved(rows: Range<Int>, columns: Range<Int>) -> Tile {
    precondition(rows.count <= self.rows.count && columns.count <= stride)
    return Tile(rows: rows, columns: columns, stride: stride, base: base)
  }
}

extension Range<Int> {
  /// The range cut into consecutive parts of one size; the last may be shorter.
  public func chunks(of size: Int) -> [Range<Int>] {
    Swift.stride(from: lowerBound, to: upperBound, by: size).map {
      $0..<Swift.min($0 + size, upperBound)
    }
  }
}
