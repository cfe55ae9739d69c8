import MercerCore

extension Metric {
  /// Throws `.shapeMismatch` unless both sets have one dimension, and the metric takes it.
  func checkShapes<Element: Scalar>(
    _ rows: Points<Element>, _ columns: Points<Element>
  ) throws(MercerError) {
    guard rows.dimension == columns.dimension else {
      throw MercerError(
        .shapeMismatch,
        "the points of the rows have \(rows.dimension) coordinates, those of the columns "
          + "\(columns.dimension)")
    }
    try checkDimension(rows.dimension)
  }

  /// M (x − center) for each row x; without a center, M x. O(n d), or O(n p d) with a transform.
  func mapped<Element: Scalar>(
    _ points: Matrix<Element>, center: [Element]? = nil
  ) -> Matrix<Element> {
    switch self {
    case .identity:
      guard let center else { return points }
      return points.shiftedAndScaled(center: center, scales: nil)
    case .scales(let scales):
      return points.shiftedAndScaled(center: center, scales: scales.map { Element($0) })
    case .transform(let matrix):
      let source = center.map { points.shiftedAndScaled(center: $0, scales: nil) } ?? points
      let d = matrix.columnCount
      var result = Matrix<Element>(rowCount: points.rowCount, columnCount: matrix.rowCount)
      guard d > 0 else { return result }
      let map = PackedMatrix(Matrix<Element>(converting: matrix.transposed()), depth: d)
      source.withBase { x in
        let tile = Tile(
          rows: 0..<source.rowCount, columns: 0..<d, stride: d,
          base: UnsafeMutablePointer(mutating: x))
        result.withTile { map.multiply(tile, into: $0.base) }
      }
      return result
    }
  }

  /// The number of coordinates of M x.
  func mappedDimension(of dimension: Int) -> Int {
    if case .transform(let matrix) = self { matrix.rowCount } else { dimension }
  }

  /// Adds to `gradient` (rows × d) the gradient that `body` adds to a block of mapped coordinates
  /// (rows × p), by the transpose of the metric.
  func pullBack<Element: Scalar>(
    mappedDimension: Int, into gradient: Tile<Element>, _ body: (Tile<Element>) -> Void
  ) {
    if case .identity = self {
      body(gradient)
      return
    }
    var mapped = Matrix<Element>(rowCount: gradient.rowCount, columnCount: mappedDimension)
    mapped.withTile(body)
    switch self {
    case .identity: break
    case .scales(let scales):
      let scaled = mapped.shiftedAndScaled(center: nil, scales: scales.map { Element($0) })
      scaled.withBase { source in
        for i in 0..<gradient.rowCount {
          Element.loops.add(
            mappedDimension, gradient.base + i * gradient.stride, source + i * mappedDimension)
        }
      }
    case .transform(let matrix):
      let a = Matrix<Element>(converting: matrix)
      mapped.withBase { g in
        a.withBase { a in
          Element.gemm(
            transposeA: false, transposeB: false, m: gradient.rowCount, n: matrix.columnCount,
            k: mappedDimension, alpha: 1, a: g, lda: mappedDimension, b: a,
            ldb: matrix.columnCount, beta: 1, c: gradient.base, ldc: gradient.stride)
        }
      }
    }
  }

  /// `pullBack` for several outputs side by side: `gradient` is rows × (outputs · d), and the body
  /// adds to rows × (outputs · p).
  func pullBackAll<Element: Scalar>(
    mappedDimension p: Int, dimension d: Int, outputs: Int, into gradient: Tile<Element>,
    _ body: (Tile<Element>) -> Void
  ) {
    if case .identity = self { return body(gradient) }
    var mapped = Matrix<Element>(rowCount: gradient.rowCount, columnCount: outputs * p)
    mapped.withTile(body)
    mapped.withBase { mapped in
      for o in 0..<outputs {
        let first = gradient.columns.lowerBound + o * d
        let part = gradient.part(rows: gradient.rows, columns: first..<first + d)
        pullBack(mappedDimension: p, into: part) { target in
          for i in 0..<target.rowCount {
            Element.loops.add(
              p, target.base + i * target.stride, mapped + (i * outputs + o) * p)
          }
        }
      }
    }
  }

  /// Adds to `gradient` the derivatives with respect to the scales above zero, from
  /// `moments[k]` = sₖ · (the derivative with respect to sₖ).
  func accumulateScaleGradient(moments: [Double], into gradient: inout ArraySlice<Double>) {
    guard case .scales(let scales) = self else { return }
    var index = gradient.startIndex
    for (scale, moment) in zip(scales, moments) where scale > 0 {
      gradient[index] += moment / scale
      index += 1
    }
  }

  /// Whether some parameters are the metric's.
  var hasParameters: Bool {
    if case .scales = self { true } else { false }
  }
}
