internal import CMercerTiles

/// A layer of an infinitely wide network that the loops know.
public enum PackedLayer: Sendable, Equatable {
  /// k ← weightVariance k + biasVariance.
  case dense(weightVariance: Double, biasVariance: Double)
  /// The activation a min(u, 0) + b max(u, 0): gain = (a² + b²)/2, excess = (a − b)²/(a² + b²).
  case rectifier(gain: Double, excess: Double)
}

/// What kernels of angles know of single points, and the layers of a network, as the loops read them.
public struct PackedNetwork<Element: Scalar>: Sendable {
  let scale: Double
  let isTangent: Bool
  let layers: [mercer_layer]
  let rowRoots, rowInverses, columnRoots, columnInverses: Matrix<Element>

  /// - Parameters:
  ///   - scale: what inner products are multiplied by.
  ///   - layers: the layers; none for an arc-cosine kernel.
  ///   - isTangent: whether the tangent kernel is wanted, rather than the covariance.
  ///   - rowRoots: √k(x, x) at each place, before the first layer and after each: places × n.
  ///   - rowInverses: their inverses, 0 of 0.
  ///   - columnRoots: the same for the columns, padded by a panel: places × at least m + panelSize.
  ///   - columnInverses: their inverses, 0 of 0 and in the padding.
  public init(
    scale: Double, layers: [PackedLayer], isTangent: Bool, rowRoots: Matrix<Element>,
    rowInverses: Matrix<Element>, columnRoots: Matrix<Element>, columnInverses: Matrix<Element>
  ) {
    self.scale = scale
    self.isTangent = isTangent
    self.layers = layers.map { layer in
      switch layer {
      case .dense(let weight, let bias):
        mercer_layer(kind: Int32(MERCER_LAYER_DENSE.rawValue), first: weight, second: bias)
      case .rectifier(let gain, let excess):
        mercer_layer(kind: Int32(MERCER_LAYER_RECTIFIER.rawValue), first: gain, second: excess)
      }
    }
    self.rowRoots = rowRoots
    self.rowInverses = rowInverses
    self.columnRoots = columnRoots
    self.columnInverses = columnInverses
  }

  func withC<R>(_ body: (UnsafePointer<mercer_network>) -> R) -> R {
    layers.withUnsafeBufferPointer { layers in
      rowRoots.withUnsafeBufferPointer { rowRoots in
        rowInverses.withUnsafeBufferPointer { rowInverses in
          columnRoots.withUnsafeBufferPointer { columnRoots in
            columnInverses.withUnsafeBufferPointer { columnInverses in
              let network = mercer_network(
                scale: scale, tangent: isTangent ? 1 : 0, layers: layers.count,
                layer: layers.baseAddress, root_x: rowRoots.baseAddress,
                inverse_x: rowInverses.baseAddress, rows: self.rowRoots.columnCount,
                root_z: columnRoots.baseAddress, inverse_z: columnInverses.baseAddress,
                columns: self.columnRoots.columnCount)
              return withUnsafePointer(to: network, body)
            }
          }
        }
      }
    }
  }
}
