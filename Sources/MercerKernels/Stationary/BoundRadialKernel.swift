public import MercerCore

/// A radial kernel on two point sets, which it holds mapped by the metric.
public struct BoundRadialKernel<K: RadialKernel>: BoundKernel {
  /// The type of the values.
  public typealias Element = K.Element

  private let kernel: K
  /// M (x − c) for the row and the column points.
  private let x, z: Matrix<Element>
  /// z transposed, where distances come from coordinates.
  private let panel: Matrix<Element>?
  /// ‖x‖² and ‖z‖², where distances come from inner products.
  private let normsX, normsZ: [Element]
  private let usesGEMM: Bool
  /// The column points for products that store no entry; nil where the kernel has no such map.
  private let packed: PackedColumns<Element>?
  /// The number of coordinates of an input, before the metric.
  public let dimension: Int

  /// From this many mapped coordinates on, distances are made by GEMM: below, the loop over
  /// coordinates takes no longer and loses nothing to cancellation.
  private static var leastGEMMDimension: Int { 17 }

  init(_ kernel: K, rows: Points<Element>, columns: Points<Element>) {
    self.kernel = kernel
    dimension = rows.dimension
    let metric = kernel.metric
    let mappedDimension: Int
    if case .transform(let matrix) = metric {
      mappedDimension = matrix.rowCount
    } else {
      mappedDimension = dimension
    }
    let direct = kernel.exponent != 2 || mappedDimension < Self.leastGEMMDimension
    // Only differences count, and a center near the points keeps the most digits of them where
    // coordinates are scaled or squared. Plain differences need none.
    let center =
      direct && metric == .identity ? nil : columns.coordinates.columnMeans()
    z = metric.mapped(columns.coordinates, center: center)
    x = rows.isIdentical(to: columns) ? z : metric.mapped(rows.coordinates, center: center)
    panel = direct || metric.hasParameters ? z.transposed() : nil
    usesGEMM = !direct
    normsX = direct ? [] : x.squaredRowNorms()
    normsZ = direct ? [] : z.squaredRowNorms()
    packed = Self.packedColumns(z, of: kernel, direct: direct, norms: normsZ)
  }

  private static func packedColumns(
    _ z: Matrix<Element>, of kernel: K, direct: Bool, norms: [Element]
  ) -> PackedColumns<Element>? {
    guard let map = kernel.fusedMap else { return nil }
    switch (kernel.exponent, map.form) {
    case (2, _):
      return PackedColumns(z, pairs: direct ? .squared : .inner, map: map, norms: norms)
    case (1, .expLinear): return PackedColumns(z, pairs: .absolute, map: map, norms: norms)
    default: return nil
    }
  }

  private var mappedDimension: Int { z.columnCount }
  /// The number of row inputs, n.
  public var rowCount: Int { x.rowCount }
  /// The number of column inputs, m.
  public var columnCount: Int { z.rowCount }

  /// Writes the entries of the tile.
  public func fill(_ tile: Tile<Element>) {
    fillDistances(tile)
    if tile.stride == tile.columnCount {
      kernel.map(tile.rowCount * tile.columnCount, tile.base)
    } else {
      for i in 0..<tile.rowCount { kernel.map(tile.columnCount, tile.base + i * tile.stride) }
    }
  }

  /// Adds Σⱼ wᵢⱼ ∂k(xᵢ, zⱼ)/∂xᵢ over the tile, for each row i.
  public func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    var slopes = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    slopes.withTile { memory in
      let slopes = memory.moved(rows: weights.rows, columns: weights.columns)
      fillDistances(slopes)
      weigh(slopes, by: weights)
      kernel.metric.pullBack(mappedDimension: mappedDimension, into: gradient) { target in
        accumulateDifferences(slopes, into: target)
      }
    }
  }

  /// Adds Σᵢⱼ wᵢⱼ ∂k/∂θ over the tile, for each parameter θ.
  public func accumulateParameterGradient(
    weights: Tile<Element>, into gradient: inout [Double]
  ) {
    let shape = kernel.shapeParameters
    var distances = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    distances.withTile { fillDistances($0.moved(rows: weights.rows, columns: weights.columns)) }
    for index in shape.indices.dropFirst() {
      var slopes = distances
      slopes.withTile { slopes in
        for i in 0..<slopes.rowCount {
          kernel.mapShapeSlope(index, slopes.columnCount, slopes.base + i * slopes.stride)
          gradient[index] += Element.dot(
            UnsafeBufferPointer(weights.row(i)), UnsafeBufferPointer(slopes.row(i)))
        }
      }
    }
    var slopes = distances
    slopes.withTile { memory in
      let slopes = memory.moved(rows: weights.rows, columns: weights.columns)
      weigh(slopes, by: weights)
      // φ depends on s / ℓ^q, and φ′ here carries the factor q already: ∂φ/∂ℓ = −q s φ′ / ℓ.
      var total = 0.0
      distances.withUnsafeBufferPointer { distances in
        total = Element.dot(
          distances, UnsafeBufferPointer(start: slopes.base, count: distances.count))
      }
      gradient[0] -= total / kernel.lengthScale
      if kernel.metric.hasParameters {
        kernel.metric.accumulateScaleGradient(
          moments: moments(slopes), into: &gradient[shape.count...])
      }
    }
  }

  // MARK: - Distances

  private func fillDistances(_ tile: Tile<Element>) {
    let d = mappedDimension
    let q = Element(kernel.exponent)
    let loops = Element.loops
    x.withBase { x in
      let x = x + tile.rows.lowerBound * d
      if usesGEMM {
        z.withBase { z in
          let z = z + tile.columns.lowerBound * d
          Element.gemm(
            transposeA: false, transposeB: true, m: tile.rowCount, n: tile.columnCount, k: d,
            alpha: 1, a: x, lda: d, b: z, ldb: d, beta: 0, c: tile.base, ldc: tile.stride)
          normsX.withUnsafeBufferPointer { normsX in
            normsZ.withUnsafeBufferPointer { normsZ in
              guard let normsX = normsX.baseAddress, let normsZ = normsZ.baseAddress else { return }
              loops.squaredFromInner(
                tile.rowCount, tile.columnCount, d, x, d, z, d, normsX + tile.rows.lowerBound,
                normsZ + tile.columns.lowerBound, tile.base, tile.stride)
            }
          }
        }
      } else {
        let pairs =
          q == 2 ? loops.pairsSquared : q == 1 ? loops.pairsAbsolute : loops.pairsPower
        panel?.withBase { panel in
          pairs(
            tile.rowCount, tile.columnCount, d, q, x, d, panel + tile.columns.lowerBound,
            columnCount, tile.base, tile.stride)
        }
      }
    }
  }

  /// Turns distances into q w φ′(s).
  private func weigh(_ distances: Tile<Element>, by weights: Tile<Element>) {
    let (loops, q) = (Element.loops, Element(kernel.exponent))
    for i in 0..<distances.rowCount {
      let row = distances.base + i * distances.stride
      kernel.mapSlope(distances.columnCount, row)
      loops.multiply(distances.columnCount, row, weights.base + i * weights.stride)
      loops.affine(distances.columnCount, row, q, 0)
    }
  }

  /// `target[i, k] += Σⱼ v[i, j] sign(Δ) |Δ|^(q−1)`, with `Δ = x[i, k] − z[j, k]`.
  private func accumulateDifferences(_ v: Tile<Element>, into target: Tile<Element>) {
    let d = mappedDimension
    x.withBase { x in
      let x = x + v.rows.lowerBound * d
      if usesGEMM {
        for i in 0..<v.rowCount {
          let total = Element(Element.sum(UnsafeBufferPointer(v.row(i))))
          Element.axpy(
            count: d, alpha: total, x: x + i * d, y: target.base + i * target.stride)
        }
        z.withBase { z in
          Element.gemm(
            transposeA: false, transposeB: false, m: v.rowCount, n: d, k: v.columnCount,
            alpha: -1, a: v.base, lda: v.stride, b: z + v.columns.lowerBound * d, ldb: d, beta: 1,
            c: target.base, ldc: target.stride)
        }
      } else {
        panel?.withBase { panel in
          Element.loops.pairsPowerGradient(
            v.rowCount, v.columnCount, d, Element(kernel.exponent), x, d,
            panel + v.columns.lowerBound, columnCount, v.base, v.stride, target.base,
            target.stride)
        }
      }
    }
  }

  /// `Σᵢⱼ v[i, j] |x[i, k] − z[j, k]|^q` for each k.
  private func moments(_ v: Tile<Element>) -> [Double] {
    let d = mappedDimension
    var moments = [Double](repeating: 0, count: d)
    x.withBase { x in
      panel?.withBase { panel in
        moments.withUnsafeMutableBufferPointer { moments in
          guard let moments = moments.baseAddress else { return }
          Element.loops.pairsPowerMoment(
            v.rowCount, v.columnCount, d, Element(kernel.exponent), x + v.rows.lowerBound * d, d,
            panel + v.columns.lowerBound, columnCount, v.base, v.stride, moments)
        }
      }
    }
    return moments
  }
}

extension BoundRadialKernel: FusedBoundKernel {
  /// The points of a panel, or 0 when the kernel has no fused product.
  public var panelSize: Int { packed == nil ? 0 : Element.loops.panel }

  /// y ← K[rows, panels] v, entry by entry in registers.
  public func multiply(
    rows: Range<Int>, panels: Range<Int>, by vectors: FusedVectors<Element>,
    into y: UnsafeMutablePointer<Element>
  ) {
    guard let packed else { return }
    let (d, size) = (mappedDimension, panelSize)
    let first = panels.lowerBound
    x.withBase { x in
      packed.panels.withBase { z in
        vectors.values.withBase { v in
          normsX.withUnsafeBufferPointer { normsX in
            packed.norms.withUnsafeBufferPointer { norms in
              guard let norms = norms.baseAddress else { return }
              // The norms of x are read only where pairs are summed from inner products.
              let normsX = normsX.baseAddress.map { $0 + rows.lowerBound } ?? norms
              Element.loops.product(
                packed.pairs.rawValue, packed.map.form.rawValue, packed.map.a, packed.map.c,
                rows.count, panels.count, d, x + rows.lowerBound * d, d, normsX,
                z + first * d * size, norms + first * size, vectors.outputCount,
                v + first * size, vectors.values.columnCount, y, vectors.outputCount)
            }
          }
        }
      }
    }
  }
}
