/// Points as the loops read them: panels of `panelSize` points, each panel d × panelSize, so that
/// the coordinates of neighbouring points are neighbours in memory. The last panel is padded with
/// zeros.
struct PackedPoints<Element: Scalar>: Sendable {
  /// One panel after the other, each d × panelSize.
  let panels: Matrix<Element>

  /// - Complexity: O(m d) time and memory.
  init(_ points: Matrix<Element>) {
    let (m, d, size) = (points.rowCount, points.columnCount, Element.loops.panel)
    panels = Matrix(rowCount: (m + size - 1) / size, columnCount: d * size) { buffer in
      guard let target = buffer.baseAddress else { return }
      points.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        Element.loops.pack(m, d, source, d, target)
      }
    }
  }
}

/// Right-hand sides as the loops read them: one row an output, padded to whole panels with zeros.
public struct PackedVectors<Element: Scalar>: Sendable {
  /// The most right-hand sides that one product in registers takes. With more, writing a tile and
  /// multiplying it takes less time (measured with AVX-512 at d = 3 and 32: level at 24 to 32).
  public static var limit: Int { 24 }

  /// outputs × (panels · panelSize).
  public let values: Matrix<Element>
  /// The number of right-hand sides.
  public var outputCount: Int { values.rowCount }

  /// Packs the columns of v (m × k).
  ///
  /// - Complexity: O(m k) time and memory.
  public init(_ v: Matrix<Element>) {
    let (m, k, size) = (v.rowCount, v.columnCount, Element.loops.panel)
    let padded = (m + size - 1) / size * size
    values = Matrix(rowCount: k, columnCount: padded) { buffer in
      guard let target = buffer.baseAddress else { return }
      v.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        Element.packTransposed(source, rowCount: m, columnCount: k, stride: padded, into: target)
      }
    }
  }
}
