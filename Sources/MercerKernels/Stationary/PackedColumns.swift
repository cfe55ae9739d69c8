import MercerCore

/// Column points as a fused product reads them: panels of points, each with its coordinates one
/// after the other, and what pairs are summed from.
struct PackedColumns<Element: Scalar>: Sendable {
  /// What is summed over the coordinates of a pair, by its number in `CMercerTiles`.
  enum Pairs: Int32 {
    case inner, squared, absolute
  }

  let pairs: Pairs
  let map: FusedMap<Element>
  /// One panel after the other, each d × panelSize.
  let panels: Matrix<Element>
  /// ‖z‖² for each point, and 0 for the padding.
  let norms: [Element]

  init(_ z: Matrix<Element>, pairs: Pairs, map: FusedMap<Element>, norms: [Element]) {
    let (m, d, size) = (z.rowCount, z.columnCount, Element.loops.panel)
    let count = (m + size - 1) / size
    self.pairs = pairs
    self.map = map
    self.norms = norms + [Element](repeating: 0, count: count * size - norms.count)
    panels = Matrix(rowCount: count, columnCount: d * size) { buffer in
      guard let target = buffer.baseAddress else { return }
      z.withBase { source in
        packPanels(source, m, d, size, into: target)
      }
    }
  }
}

@specialized(where Element == Double)
@specialized(where Element == Float)
private func packPanels<Element: Scalar>(
  _ z: UnsafePointer<Element>, _ m: Int, _ d: Int, _ size: Int,
  into target: UnsafeMutablePointer<Element>
) {
  for start in stride(from: 0, to: m, by: size) {
    let panel = target + start * d
    for place in 0..<size {
      for k in 0..<d {
        panel[k * size + place] = start + place < m ? z[(start + place) * d + k] : 0
      }
    }
  }
}
