import MercerCore
import MercerOperators

/// Products with K_nmᵀ W K_nm, where every tile of K_nm is filled once and used for both factors.
///
/// Rows are cut into parts that follow from the sizes alone; each part adds up its own sums, in
/// Double, and the parts are added in order. Within a tile sums run in the element type.
/// - Complexity: n m (d + 2 k) operations a product; at most 32 MB of sums, and a tile a thread.
struct NormalProducts<Element: Scalar>: Sendable {
  /// K_nm.
  let cross: any IndexableGramOperator<Element>
  /// The diagonal of W; nil for ones.
  let weights: [Double]?

  /// Columns of a step, over which a row of K_nm v is summed in the element type.
  private static var stepColumns: Int { 960 }
  /// Rows over which K_nmᵀ u is summed in the element type.
  private static var flushRows: Int { 128 }
  /// From this many right-hand sides on they are multiplied together.
  private static var blockWidth: Int { 5 }

  private struct Scratch {
    var tile: Matrix<Element>
    /// k × m.
    var partial: Matrix<Element>
    /// k × rows of a group.
    var values: Matrix<Element>
    var step: Matrix<Element>
  }

  /// Rows of a tile: half a megabyte, and whole blocks of the engine's loops.
  private var groupRows: Int {
    let bytes = MemoryLayout<Element>.stride * max(cross.columnCount, 1)
    return min(max((512 << 10) / bytes / 8 * 8, 8), 64)
  }

  private func partCount(_ k: Int) -> Int {
    let bySums = (4 << 20) / max(cross.columnCount * k, 1)
    return max(1, min(32, max(bySums, 4), cross.rowCount / 256))
  }

  /// The bytes of a product with k right-hand sides.
  func byteCount(_ k: Int, threadCount: Int) -> Int {
    let (m, size) = (cross.columnCount, MemoryLayout<Element>.stride)
    return 8 * m * k * partCount(k) + threadCount * size * m * (groupRows + k) + size * m * k
  }

  /// K_nmᵀ W K_nm v, for v m × k.
  func product(
    _ v: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let transposed = Matrix<Element>(converting: v.transposed())
    return try sum(v.columnCount, context) { rows, tile, scratch in
      multiply(tile, by: transposed, into: &scratch)
      weigh(rows, &scratch.values)
    }
  }

  /// K_nmᵀ W y, for y n × k.
  func moments(
    of y: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let k = y.columnCount
    return try sum(k, context) { rows, tile, scratch in
      y.withUnsafeBufferPointer { y in
        scratch.values.withUnsafeMutableBufferPointer { values in
          guard let y = y.baseAddress, let values = values.baseAddress else { return }
          layTransposed(y + rows.lowerBound * k, rows: rows.count, columns: k, into: values)
        }
      }
      weigh(rows, &scratch.values)
    }
  }

  /// Σ over groups of rows of tileᵀ u, where the body writes u (k × rows, packed) to the scratch.
  private func sum(
    _ k: Int, _ context: ExecutionContext,
    _ body: @Sendable (Range<Int>, Tile<Element>, inout Scratch) -> Void
  ) throws(MercerError) -> Matrix<Double> {
    let (n, m, height) = (cross.rowCount, cross.columnCount, groupRows)
    let context = try context.fitting(scratchBytes: cross.scratchBytes)
    let count = partCount(k)
    let parts = (0..<count).map { $0 * n / count..<($0 + 1) * n / count }
    var sums = Matrix<Double>(rowCount: count, columnCount: k * m)
    try sums.withTile { (sums) throws(MercerError) in
      try context.forEach(
        count,
        scratch: {
          Scratch(
            tile: Matrix(rowCount: height, columnCount: m),
            partial: Matrix(rowCount: k, columnCount: m),
            values: Matrix(rowCount: k, columnCount: height),
            step: Matrix(rowCount: k, columnCount: height))
        }
      ) { (index, scratch) throws(MercerError) in
        for flushed in parts[index].chunks(of: Self.flushRows) {
          try context.checkCancellation()
          for (group, rows) in flushed.chunks(of: height).enumerated() {
            let tile = scratch.tile.withTile { memory in
              Tile(rows: rows, columns: 0..<m, stride: m, base: memory.base)
            }
            cross.fill(tile)
            body(rows, tile, &scratch)
            addTransposed(tile, isFirst: group == 0, &scratch)
          }
          scratch.partial.withTile { addToSums($0, sums.base + index * sums.stride) }
        }
      }
      for index in 1..<max(count, 1) {
        Double.loops.add(k * m, sums.base, sums.base + index * sums.stride)
      }
    }
    return sums.rows(0..<1).reshaped(rowCount: k, columnCount: m).transposed()
  }

  /// values ← (tile v)ᵀ, summed over steps of columns; v is given transposed.
  private func multiply(
    _ tile: Tile<Element>, by v: Matrix<Element>, into scratch: inout Scratch
  ) {
    let (k, m, rows) = (v.rowCount, v.columnCount, tile.rowCount)
    v.withUnsafeBufferPointer { v in
      scratch.values.withTile { values in
        scratch.step.withTile { step in
          guard let v = v.baseAddress else { return }
          for (index, columns) in (0..<m).chunks(of: Self.stepColumns).enumerated() {
            let (a, target) = (tile.base + columns.lowerBound, index == 0 ? values : step)
            if k < Self.blockWidth {
              for o in 0..<k {
                Element.gemv(
                  transposed: false, m: rows, n: columns.count, alpha: 1, a: a, lda: tile.stride,
                  x: v + o * m + columns.lowerBound, beta: 0, y: target.base + o * rows)
              }
            } else {
              Element.gemm(
                transposeA: false, transposeB: true, m: k, n: rows, k: columns.count, alpha: 1,
                a: v + columns.lowerBound, lda: m, b: a, ldb: tile.stride, beta: 0, c: target.base,
                ldc: rows)
            }
            if index > 0 { Element.loops.add(k * rows, values.base, step.base) }
          }
        }
      }
    }
  }

  /// partial (+)= values tile, k × m.
  private func addTransposed(_ tile: Tile<Element>, isFirst: Bool, _ scratch: inout Scratch) {
    let (m, rows, beta) = (tile.columnCount, tile.rowCount, isFirst ? Element(0) : 1)
    scratch.values.withUnsafeBufferPointer { values in
      scratch.partial.withTile { partial in
        guard let values = values.baseAddress else { return }
        let k = partial.rowCount
        if k < Self.blockWidth {
          for o in 0..<k {
            Element.gemv(
              transposed: true, m: rows, n: m, alpha: 1, a: tile.base, lda: tile.stride,
              x: values + o * rows, beta: beta, y: partial.base + o * m)
          }
        } else {
          Element.gemm(
            transposeA: false, transposeB: false, m: k, n: m, k: rows, alpha: 1, a: values,
            lda: rows,
            b: tile.base, ldb: tile.stride, beta: beta, c: partial.base, ldc: m)
        }
      }
    }
  }

  /// values[o, i] ← wᵢ values[o, i].
  private func weigh(_ rows: Range<Int>, _ values: inout Matrix<Element>) {
    guard let weights else { return }
    let k = values.rowCount
    values.withUnsafeMutableBufferPointer { values in
      guard let values = values.baseAddress else { return }
      weights.withUnsafeBufferPointer { weights in
        for o in 0..<k { scale(values + o * rows.count, by: weights[rows]) }
      }
    }
  }
}

/// target[o, i] ← source[i, o], both packed.
@specialized(where Element == Double)
@specialized(where Element == Float)
private func layTransposed<Element: Scalar>(
  _ source: UnsafePointer<Double>, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Element>
) {
  for o in 0..<columns {
    for i in 0..<rows { target[o * rows + i] = Element(source[i * columns + o]) }
  }
}

/// values[i] ← wᵢ values[i].
@specialized(where Element == Double)
@specialized(where Element == Float)
private func scale<Element: Scalar>(
  _ values: UnsafeMutablePointer<Element>, by weights: Slice<UnsafeBufferPointer<Double>>
) {
  for (i, weight) in weights.enumerated() { values[i] *= Element(weight) }
}

/// L⁻¹ (K_nmᵀ W K_nm) L⁻ᵀ + λ I, with L Lᵀ = K_mm: the normal equations in coordinates in which the
/// penalty is the squared length. The products run in `Element`, all else in Double.
struct WhitenedNormalOperator<Element: Scalar>: SymmetricGramOperator, MarkedOperator {
  let products: NormalProducts<Element>
  /// L.
  let corner: Cholesky<Double>
  /// λ.
  let ridge: Double

  var rowCount: Int { corner.order }
  var columnCount: Int { corner.order }

  func apply(
    _ v: Matrix<Double>, into y: inout Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    let coefficients = try corner.solveTransposedFactor(v, context: context)
    y = try corner.solveFactor(
      try products.product(coefficients, context: context), context: context)
    combineColumns(
      &y, adding: v, times: [Double](repeating: ridge, count: v.columnCount))
  }

  /// λ and the diagonal of L; rows and targets tell themselves by the right-hand side.
  var marks: [Double] { [ridge] + corner.factor.diagonal }

  /// As costly as forming the matrix.
  func diagonal() throws(MercerError) -> [Double] {
    try applied(to: .identity(rowCount)).diagonal
  }
}
