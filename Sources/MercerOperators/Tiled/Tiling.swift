/// How a kernel matrix is cut into tiles for a product.
///
/// A tile should stay in the second-level cache from the moment it is filled until it has been
/// multiplied. The shape fixes the order of the sums, so that a result depends on it (within
/// rounding), and never on the number of threads.
public struct Tiling: Sendable, Equatable {
  /// The most rows of a tile, at least 1.
  public let rowCount: Int
  /// The most columns of a tile, at least 1.
  public let columnCount: Int

  /// Tiles of this size.
  ///
  /// - Precondition: both are at least 1.
  public init(rowCount: Int, columnCount: Int) {
    precondition(rowCount >= 1 && columnCount >= 1, "a tile has at least one row and one column")
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  /// 128 × 480: 240 kB in Float and 480 kB in Double, half of a common second-level cache or less,
  /// and whole numbers of blocks and panels of the engine's loops.
  public static let standard = Tiling(rowCount: 128, columnCount: 480)
}
