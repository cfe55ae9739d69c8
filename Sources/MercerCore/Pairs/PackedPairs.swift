internal import CMercerTiles

/// A kernel on two fixed point sets, as the engine's loops take it: points packed, what is summed
/// over their coordinates, and what is made of the sum. All that is done with kernel values without
/// storing them starts here; `PackedPairs+Products.swift` and `PackedPairs+Reductions.swift` have it.
///
/// Rows and columns are worked on by parts: any range of rows, and columns by whole panels of
/// `panelSize`. Values do not depend on how the parts are chosen.
public struct PackedPairs<Element: Scalar>: Sendable {
  /// What is summed over the coordinates.
  public let sum: PairSum
  /// What is made of the sum.
  public let map: PairMap

  /// The points, n × d and m × d, or their factors (`DecayFactors`).
  let x, z: Matrix<Element>
  private let isFactored: Bool
  /// ‖x‖², and ‖z‖² padded to whole panels; empty where the sum does not need them.
  private let normsX, normsZ: Matrix<Element>
  private let packed: PackedPoints<Element>
  private let network: PackedNetwork<Element>?

  /// The number of rows, n.
  public var rowCount: Int { x.rowCount }
  /// The number of columns, m.
  public var columnCount: Int { z.rowCount }
  /// The number of coordinates, d.
  public let dimension: Int
  /// The number of columns in a panel.
  public var panelSize: Int { Element.loops.panel }
  /// The number of panels; the last may be padded.
  public var panelCount: Int { packed.panels.rowCount }
  /// The size of a panel.
  public var panelByteCount: Int { panelSize * z.columnCount * MemoryLayout<Element>.stride }
  /// Whether rows and columns are one set of points in memory.
  public var isSymmetric: Bool { x.sharesStorage(with: z) && x.rowCount == z.rowCount }

  /// Packs the points.
  ///
  /// - Complexity: O((n + m) d) time, O(m d) memory.
  /// - Precondition: both sets have the same number of coordinates.
  public init(
    rows x: Matrix<Element>, columns z: Matrix<Element>, sum: PairSum, map: PairMap = .identity
  ) {
    precondition(x.columnCount == z.columnCount)
    self.sum = sum
    self.map = map
    dimension = z.columnCount
    let factors = sum.decayRate.flatMap { DecayFactors(rows: x, columns: z, rate: $0) }
    isFactored = factors != nil
    self.x = factors?.rows ?? x
    self.z = factors?.columns ?? z
    packed = PackedPoints(self.z)
    let needsNorms = sum == .euclidean
    normsX = needsNorms ? Self.norms(x, count: x.rowCount) : Matrix(rowCount: 0, columnCount: 0)
    normsZ =
      needsNorms
      ? Self.norms(z, count: packed.panels.rowCount * Element.loops.panel)
      : Matrix(rowCount: 0, columnCount: 0)
    network = nil
  }

  private init(
    _ other: PackedPairs, sum: PairSum, map: PairMap, network: PackedNetwork<Element>?
  ) {
    (x, z, normsX, normsZ, packed) =
      (other.x, other.z, other.normsX, other.normsZ, other.packed)
    (dimension, isFactored) = (other.dimension, other.isFactored)
    self.sum = sum
    self.map = map
    self.network = network
  }

  /// The same pairs with another map; nothing is copied.
  ///
  /// - Parameters:
  ///   - map: what becomes of a pair's sum.
  ///   - network: what the maps of angles need.
  public func with(_ map: PairMap, network: PackedNetwork<Element>? = nil) -> PackedPairs {
    precondition(network != nil || (map.form != .arcCosine && map.form != .network))
    return PackedPairs(self, sum: sum, map: map, network: network ?? self.network)
  }

  /// The same pairs with another sum of their decays; nothing is copied.
  ///
  /// - Precondition: both are sums of decays, of the same rate.
  public func with(sum: PairSum, map: PairMap = .identity) -> PackedPairs {
    precondition(sum.decayRate != nil && sum.decayRate == self.sum.decayRate)
    return PackedPairs(self, sum: sum, map: map, network: nil)
  }

  private static func norms(_ points: Matrix<Element>, count: Int) -> Matrix<Element> {
    var norms = Matrix<Element>(rowCount: 1, columnCount: count)
    let d = points.columnCount
    norms.withUnsafeMutableBufferPointer { norms in
      points.withUnsafeBufferPointer { points in
        guard let base = points.baseAddress, let norms = norms.baseAddress else { return }
        for i in 0..<(d == 0 ? 0 : points.count / d) {
          let row = UnsafeBufferPointer(start: base + i * d, count: d)
          norms[i] = Element(Element.dot(row, row))
        }
      }
    }
    return norms
  }

  /// Calls the body with the description that the loops take.
  func withC<R>(_ body: (UnsafePointer<mercer_pairs>) -> R) -> R {
    x.withUnsafeBufferPointer { x in
      z.withUnsafeBufferPointer { _ in
        normsX.withUnsafeBufferPointer { normsX in
          normsZ.withUnsafeBufferPointer { normsZ in
            packed.panels.withUnsafeBufferPointer { panels in
              var pairs = mercer_pairs()
              pairs.sum = sum.code
              pairs.form = map.code
              (pairs.q, pairs.a, pairs.c, pairs.p) = (sum.parameter, map.a, map.c, map.p)
              pairs.rate = sum.decayRate ?? 0
              pairs.factored = isFactored ? 1 : 0
              pairs.d = dimension
              pairs.x = UnsafeRawPointer(x.baseAddress)
              pairs.ldx = self.x.columnCount
              pairs.norms_x = UnsafeRawPointer(normsX.baseAddress)
              pairs.z = UnsafeRawPointer(panels.baseAddress)
              pairs.norms_z = UnsafeRawPointer(normsZ.baseAddress)
              pairs.columns = columnCount
              guard let network else { return withUnsafePointer(to: pairs, body) }
              return network.withC { network in
                pairs.network = network
                return withUnsafePointer(to: pairs, body)
              }
            }
          }
        }
      }
    }
  }
}
