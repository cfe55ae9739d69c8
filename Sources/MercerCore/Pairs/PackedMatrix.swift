internal import CMercerTiles

/// A matrix v, m × k, packed as the right factor of products with tiles: in steps of some rows, each
/// in panels of columns, so that `T v` runs at the speed of the engine's inner products.
public struct PackedMatrix<Element: Scalar>: Sendable {
  /// steps × (panels · depth · panelSize); the last step may be shorter, the last panel is padded.
  private let steps: Matrix<Element>
  private let rowCount, depth: Int
  /// k.
  public let columnCount: Int

  /// Packs v.
  ///
  /// - Parameters:
  ///   - v: m × k.
  ///   - depth: the rows of a step: the columns of the tiles it will be multiplied by.
  /// - Complexity: O(m k) time and memory.
  public init(_ v: Matrix<Element>, depth: Int) {
    let (m, k, size) = (v.rowCount, v.columnCount, Element.loops.panel)
    (rowCount, columnCount, self.depth) = (m, k, depth)
    let panels = (k + size - 1) / size
    steps = Matrix(rowCount: (m + depth - 1) / depth, columnCount: panels * depth * size) {
      buffer in
      guard let target = buffer.baseAddress else { return }
      v.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for (step, rows) in (0..<m).chunks(of: depth).enumerated() {
          pack(
            source + rows.lowerBound * k, rows.count, k, size,
            into: target + step * panels * depth * size)
        }
      }
    }
  }

  /// y ← T v[rows of the step, :], overwriting y (rows of T × k, packed).
  ///
  /// - Precondition: the columns of the tile are the rows of one step.
  /// - Complexity: O(rows · columns · k).
  public func multiply(_ tile: Tile<Element>, into y: UnsafeMutablePointer<Element>) {
    precondition(
      tile.columns.lowerBound % depth == 0
        && tile.columnCount == min(depth, rowCount - tile.columns.lowerBound))
    steps.withUnsafeBufferPointer { packed in
      guard let base = packed.baseAddress, tile.rowCount > 0 else { return }
      var pairs = mercer_pairs()
      pairs.sum = PairSum.inner.code
      pairs.form = PairMap.identity.code
      pairs.d = tile.columnCount
      pairs.x = UnsafeRawPointer(tile.base)
      pairs.ldx = tile.stride
      pairs.z = UnsafeRawPointer(base + tile.columns.lowerBound / depth * steps.columnCount)
      pairs.columns = columnCount
      withUnsafePointer(to: pairs) {
        Element.loops.fill($0, 0, tile.rowCount, 0, columnCount, y, columnCount)
      }
    }
  }
}

@specialized(where Element == Double)
@specialized(where Element == Float)
private func pack<Element: Scalar>(
  _ v: UnsafePointer<Element>, _ m: Int, _ k: Int, _ size: Int,
  into target: UnsafeMutablePointer<Element>
) {
  for start in stride(from: 0, to: k, by: size) {
    let panel = target + start * m
    for i in 0..<m {
      for place in 0..<size {
        panel[i * size + place] = start + place < k ? v[i * k + start + place] : 0
      }
    }
  }
}
