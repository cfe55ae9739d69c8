public import MercerCore

/// A kernel centred in feature space: features minus their mean over reference inputs r₁ … r_q.
///
/// ```
/// k(x, z) = k₀(x, z) − m(x) − m(z) + M,  m(x) = (1/q) Σᵣ k₀(x, r),  M = (1/q) Σᵣ m(r)
/// ```
/// With the training inputs as reference K(X, X) is H K₀ H, H = I − 11ᵀ/n, and K(X*, X) is the usual
/// centring of test inputs.
///
/// **Without a reference**, which is all that the text form `centred(K)` can say, the column inputs
/// of each binding are the reference, and for the diagonal the inputs themselves. So K(X, X) and
/// K(X*, X) are right, as long as the training inputs X are the columns; K(X, X*), K(X*, X*) and the
/// diagonal of X* are then centred on something else. Whoever needs those (a predictive variance)
/// must fix the reference first, with `anchored(to: X)`. The text form drops the reference.
///
/// - Shapes: as those of the base kernel; the reference has the same features.
/// - Units: those of the base kernel's values.
/// - Positive definite: semi-definite only: on the reference the constant vector has eigenvalue 0.
/// - Complexity: binding evaluates the base kernel between all inputs and the reference, O((n + m +
///   q) q) kernel values on one thread, O(n + m + q) memory; a tile then costs what the base kernel
///   does and two additions an entry. The first gradient evaluates that of the base kernel on the
///   same pairs, and keeps it.
/// - Accuracy: means are summed in Double; the subtraction loses the digits that k₀ and its mean
///   share.
/// - Source: Schölkopf, Smola & Müller, 1998, Nonlinear component analysis as a kernel eigenvalue
///   problem, appendix A; DOI 10.1162/089976698300017467.
public struct CentredKernel<Element: Scalar>: ExpressibleKernel {
  /// The kernel that is centred, k₀.
  public let base: any PointKernel<Element>
  /// The inputs over which the mean is taken; without them, the columns of each binding.
  public let reference: Points<Element>?

  /// A centred kernel.
  public init(_ base: any PointKernel<Element>, reference: Points<Element>? = nil) {
    self.base = base
    self.reference = reference
  }

  /// `centred(K)`; the reference has no text form.
  public var expression: KernelExpression {
    .call("centred", [.init(nil, .kernel(base.expression))])
  }

  /// - Throws: `.invalidData` when there is no reference input to take the mean over, besides what
  ///   the base kernel throws.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    let whole = try base.bound(rows: rows, columns: columns)
    guard let reference, !reference.isIdentical(to: columns) else {
      return try bound(rows: rows, columns: columns, whole: whole)
    }
    let center = FeatureMean(
      try base.bound(rows: reference, columns: reference), parameters: base.parameters.count)
    try center.checkNotEmpty(unless: rows.count == 0 && columns.count == 0)
    return BoundCentred(
      base: whole,
      rows: FeatureMean(
        try base.bound(rows: rows, columns: reference), parameters: base.parameters.count),
      columns: FeatureMean(
        try base.bound(rows: columns, columns: reference), parameters: base.parameters.count),
      reference: center)
  }

  /// Binds with the columns as reference.
  private func bound(
    rows: Points<Element>, columns: Points<Element>, whole: any BoundKernel<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    let rowMean = FeatureMean(whole, parameters: base.parameters.count)
    let columnMean =
      rows.isIdentical(to: columns)
      ? rowMean
      : FeatureMean(
        try base.bound(rows: columns, columns: columns), parameters: base.parameters.count)
    try rowMean.checkNotEmpty(unless: rows.count == 0 || columns.count == 0)
    return BoundCentred(base: whole, rows: rowMean, columns: columnMean, reference: columnMean)
  }

  /// k(x, x), with the inputs themselves as reference when there is no other.
  ///
  /// - Complexity: O((n + q) q) kernel values.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    var result = try base.diagonal(of: inputs)
    guard !result.isEmpty else { return result }
    let reference = reference ?? inputs
    let mean = FeatureMean(try base.bound(rows: inputs, columns: reference), parameters: 0)
    try mean.checkNotEmpty(unless: false)
    let center =
      inputs.isIdentical(to: reference)
      ? mean : FeatureMean(try base.bound(rows: reference, columns: reference), parameters: 0)
    for i in result.indices {
      result[i] = Element(Double(result[i]) - 2 * mean.values[i] + center.total)
    }
    return result
  }

  /// Those of the base kernel, under the same names.
  public var parameters: [KernelParameter] { base.parameters }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> CentredKernel {
    CentredKernel(try base.withParameters(values), reference: reference)
  }

  /// The same kernel with this reference, unless it has one.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    CentredKernel(try base.anchored(to: reference), reference: self.reference ?? reference)
  }
}

private struct BoundCentred<Element: Scalar>: BoundKernel {
  let base: any BoundKernel<Element>
  /// m of the row inputs, of the column inputs, and of the reference inputs themselves.
  let rows: FeatureMean<Element>
  let columns: FeatureMean<Element>
  let reference: FeatureMean<Element>
  private let negatedColumnMeans: [Element]

  init(
    base: any BoundKernel<Element>, rows: FeatureMean<Element>, columns: FeatureMean<Element>,
    reference: FeatureMean<Element>
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.reference = reference
    negatedColumnMeans = columns.values.map { -Element($0) }
  }

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var dimension: Int { base.dimension }
  var hasGradients: Bool { base.hasGradients }
  var scratchBytes: Int { base.scratchBytes }
  var secondsPerEntry: Double { base.secondsPerEntry }

  func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    let loops = Element.loops
    negatedColumnMeans.withUnsafeBufferPointer { means in
      guard let start = means.baseAddress else { return }
      for i in 0..<tile.rowCount {
        let row = tile.base + i * tile.stride
        loops.add(tile.columnCount, row, start + tile.columns.lowerBound)
        let shift = reference.total - rows.values[tile.rows.lowerBound + i]
        loops.affine(tile.columnCount, row, 1, Element(shift))
      }
    }
  }

  /// The gradient with respect to the row input alone: the reference stays where it is.
  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    base.accumulateInputGradient(weights: weights, into: gradient)
    let means = rows.inputGradient
    means.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for (i, sum) in weights.rowSums.enumerated() {
        let row = weights.rows.lowerBound + i
        Element.axpy(
          count: dimension, alpha: -Element(sum), x: start + row * dimension,
          y: gradient.base + i * gradient.stride)
      }
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    base.accumulateParameterGradient(weights: weights, into: &gradient)
    let rowSums = weights.rowSums
    rows.subtractParameterGradients(rowSums, from: weights.rows.lowerBound, of: &gradient)
    columns.subtractParameterGradients(
      weights.columnSums.map(Double.init), from: weights.columns.lowerBound, of: &gradient)
    reference.addTotalParameterGradient(rowSums.reduce(0, +), to: &gradient)
  }
}
