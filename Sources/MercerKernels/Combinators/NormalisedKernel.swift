public import MercerCore

/// A kernel scaled to a diagonal of ones: the cosine of the angle in feature space.
///
/// ```
/// k(x, z) = k₀(x, z) / √(k₀(x, x) k₀(z, z)),  and 0 where k₀(x, x) or k₀(z, z) is 0
/// ```
/// - Shapes: as those of the base kernel.
/// - Units: none; values in [−1, 1] up to rounding.
/// - Positive definite: as the base kernel, on points with k₀(x, x) > 0.
/// - Complexity: that of the base kernel and two multiplications an entry; binding asks the base
///   kernel for its diagonal. A gradient evaluates k₀(xᵢ, xᵢ) for each row (and, for parameters, each
///   column) of the tile besides.
/// - Source: Schölkopf & Smola, 2002, *Learning with Kernels*, section 13.1; the gradients follow
///   from the quotient rule with ∂k₀(x, x)/∂x = 2 ∂₁k₀(x, x), by symmetry.
public struct NormalisedKernel<Element: Scalar>: ExpressibleKernel {
  /// The kernel that is normalised, k₀.
  public let base: any PointKernel<Element>

  /// A normalised kernel.
  public init(_ base: any PointKernel<Element>) { self.base = base }

  /// The text form as a tree.
  public var expression: KernelExpression {
    .call("normalised", [.init(nil, .kernel(base.expression))])
  }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    let whole = try base.bound(rows: rows, columns: columns)
    let isSymmetric = rows.isIdentical(to: columns)
    let rowScales = Element.inverseSquareRoots(try base.diagonal(of: rows))
    return BoundNormalised(
      base: whole,
      rowBase: isSymmetric ? whole : try base.bound(rows: rows, columns: rows),
      columnBase: isSymmetric ? whole : try base.bound(rows: columns, columns: columns),
      rowScales: rowScales,
      columnScales: isSymmetric
        ? rowScales : Element.inverseSquareRoots(try base.diagonal(of: columns)),
      isSymmetric: isSymmetric, parameterCount: base.parameters.count)
  }

  /// 1, or 0 where k₀(x, x) is 0.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try base.diagonal(of: inputs).map { $0 > 0 ? 1 : 0 }
  }

  /// Those of the base kernel, under the same names.
  public var parameters: [KernelParameter] { base.parameters }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> NormalisedKernel {
    NormalisedKernel(try base.withParameters(values))
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    NormalisedKernel(try base.anchored(to: reference))
  }
}

private struct BoundNormalised<Element: Scalar>: BoundKernel {
  let base: any BoundKernel<Element>
  /// The base kernel of the rows, and of the columns, with themselves.
  let rowBase: any BoundKernel<Element>
  let columnBase: any BoundKernel<Element>
  /// 1 / √k₀(x, x), and 0 where that is 0.
  let rowScales: [Element]
  let columnScales: [Element]
  let isSymmetric: Bool
  let parameterCount: Int

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var dimension: Int { base.dimension }
  var hasGradients: Bool { base.hasGradients }
  var scratchBytes: Int { base.scratchBytes }
  var secondsPerEntry: Double { base.secondsPerEntry }

  func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    scale(tile)
  }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    guard !isOnePoint(weights) else { return }
    weights.withScratch { scratch in
      fill(scratch[0])
      // ∂k = ∂₁k₀ / √(ab) − ½ k ∂a/a, and ∂a = 2 ∂₁k₀(x, x).
      for i in 0..<weights.rowCount {
        let row = weights.rows.lowerBound + i
        let sum = Element.dot(
          UnsafeBufferPointer(weights.row(i)), UnsafeBufferPointer(scratch[0].row(i)))
        var weight = -Element(sum) * rowScales[row] * rowScales[row]
        withPair(row, &weight) { pair in
          rowBase.accumulateInputGradient(
            weights: pair, into: gradient.part(rows: row..<row + 1, columns: gradient.columns))
        }
      }
      scratch[0].copy(weights)
      scale(scratch[0])
      base.accumulateInputGradient(weights: scratch[0], into: gradient)
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    guard parameterCount > 0, !isOnePoint(weights) else { return }
    weights.withScratch { scratch in
      let weighted = scratch[0]
      fill(weighted)
      weighted.multiply(weights)
      // ∂k = ∂k₀ / √(ab) − ½ k (∂a/a + ∂b/b).
      for (i, sum) in weighted.rowSums.enumerated() {
        let row = weights.rows.lowerBound + i
        var weight = -Element(sum / 2) * rowScales[row] * rowScales[row]
        withPair(row, &weight) {
          rowBase.accumulateParameterGradient(weights: $0, into: &gradient)
        }
      }
      for (j, sum) in weighted.columnSums.enumerated() {
        let column = weights.columns.lowerBound + j
        var weight = -sum / 2 * columnScales[column] * columnScales[column]
        withPair(column, &weight) {
          columnBase.accumulateParameterGradient(weights: $0, into: &gradient)
        }
      }
      weighted.copy(weights)
      scale(weighted)
      base.accumulateParameterGradient(weights: weighted, into: &gradient)
    }
  }

  /// Whether the tile is one point with itself, where the kernel is constant. Without this, kernels
  /// normalised many times over would take time exponential in their depth.
  private func isOnePoint(_ tile: Tile<Element>) -> Bool {
    isSymmetric && tile.rowCount == 1 && tile.rows == tile.columns
  }

  /// Multiplies every entry by the scales of its row and column.
  private func scale(_ tile: Tile<Element>) {
    let loops = Element.loops
    columnScales.withUnsafeBufferPointer { scales in
      guard let base = scales.baseAddress else { return }
      for i in 0..<tile.rowCount {
        let row = tile.base + i * tile.stride
        loops.multiply(tile.columnCount, row, base + tile.columns.lowerBound)
        loops.affine(tile.columnCount, row, rowScales[tile.rows.lowerBound + i], 0)
      }
    }
  }

  /// A tile of one pair, the point with itself.
  private func withPair(_ index: Int, _ weight: inout Element, _ body: (Tile<Element>) -> Void) {
    guard weight != 0 else { return }
    withUnsafeMutablePointer(to: &weight) {
      body(Tile(rows: index..<index + 1, columns: index..<index + 1, stride: 1, base: $0))
    }
  }
}

extension Scalar {
  /// 1 / √a, and 0 where a is not above 0.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func inverseSquareRoots(_ values: [Self]) -> [Self] {
    var result = values
    for i in result.indices { result[i] = values[i] > 0 ? 1 / values[i].squareRoot() : 0 }
    return result
  }
}
