public import MercerCore

/// A kernel that sees some coordinates of its inputs only: `matern(smoothness: 2.5, on: [0, 2])`.
///
/// ```
/// k(x, z) = k₀((x_c)_{c ∈ C}, (z_c)_{c ∈ C})
/// ```
/// - Shapes: x is n × d with d above every selected column; the base kernel sees n × |C|.
/// - Units: those of the base kernel.
/// - Positive definite: as the base kernel, for points that differ in the selected columns.
/// - Complexity: that of the base kernel; binding copies the columns, O((n + m) |C|).
/// - Source: Aronszajn, 1950, Theory of reproducing kernels; DOI 10.2307/1990404.
public struct ColumnsKernel<Element: Scalar>: ExpressibleKernel {
  /// The kernel of the selected columns, k₀.
  public let base: any PointKernel<Element>
  /// The selected columns, from 0, in the order in which the base kernel sees them.
  public let columns: [Int]

  /// A kernel on selected columns.
  ///
  /// - Parameters:
  ///   - base: k₀, which sees the selected columns alone.
  ///   - columns: at least one; distinct, none below 0.
  /// - Throws: `.invalidParameter` for other columns.
  public init(_ base: any PointKernel<Element>, on columns: [Int]) throws(MercerError) {
    guard !columns.isEmpty, columns.allSatisfy({ $0 >= 0 }), Set(columns).count == columns.count
    else {
      throw MercerError(
        .invalidParameter,
        "'on' must list at least one column, each once and counted from 0, not \(columns)")
    }
    self.base = base
    self.columns = columns
  }

  /// `gaussian(lengthScale: 2, on: [0, 1])` where the base kernel is one call, and otherwise
  /// `select(linear + overlap, on: [0, 1])`.
  public var expression: KernelExpression {
    let on = KernelExpression.Argument("on", .list(columns.map(Double.init)))
    let inner = base.expression
    if case .call(let name, let arguments) = inner, !arguments.contains(where: { $0.label == "on" })
    {
      return .call(name, arguments + [on])
    }
    return .call("select", [.init(nil, .kernel(inner)), on])
  }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    guard rows.dimension == columns.dimension else {
      throw MercerError(
        .shapeMismatch,
        "the inputs have \(rows.dimension) and \(columns.dimension) features; a kernel needs as "
          + "many in both")
    }
    let selectedRows = try selected(rows)
    // Keeps one set one, so that the base kernel may see that its matrix is symmetric.
    let selectedColumns = rows.isIdentical(to: columns) ? selectedRows : try selected(columns)
    return BoundColumns(
      base: try base.bound(rows: selectedRows, columns: selectedColumns), columns: self.columns,
      dimension: rows.dimension)
  }

  /// k(x, x) for each input, from the diagonals of the parts.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try base.diagonal(of: try selected(inputs))
  }

  /// Those of the base kernel, under the same names.
  public var parameters: [KernelParameter] { base.parameters }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> ColumnsKernel {
    try ColumnsKernel(base.withParameters(values), on: columns)
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    // Most kernels take nothing from the reference, whose columns then need not be copied.
    guard base.expression.dependsOnReference else { return self }
    return try ColumnsKernel(base.anchored(to: selected(reference)), on: columns)
  }

  private func selected(_ points: Points<Element>) throws(MercerError) -> Points<Element> {
    for column in columns where column >= points.dimension {
      throw MercerError(
        .shapeMismatch,
        "the kernel selects column \(column), but the inputs have \(points.dimension) features "
          + "(counted from 0)")
    }
    return Points(points.coordinates.columns(at: columns))
  }
}

/// A kernel of some columns, on two sets of inputs with all of them.
struct BoundColumns<Element: Scalar>: PairwiseBoundKernel {
  let base: any BoundKernel<Element>
  let columns: [Int]
  let dimension: Int
  var hasGradients: Bool { base.hasGradients }
  var scratchBytes: Int { base.scratchBytes }
  var secondsPerEntry: Double { base.secondsPerEntry }

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }

  /// Values do not depend on how the coordinates are numbered.
  var pairs: PackedPairs<Element>? { (base as? any PairwiseBoundKernel<Element>)?.pairs }

  func fill(_ tile: Tile<Element>) { base.fill(tile) }

  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool {
    guard let pairwise = base as? any PairwiseBoundKernel<Element> else { return false }
    let (outputs, width) = (vectors.outputCount, columns.count)
    var selected = Matrix<Element>(rowCount: rows.count, columnCount: outputs * width)
    return selected.withTile { memory in
      let all = memory.moved(rows: rows, columns: 0..<outputs * width)
      guard
        pairwise.accumulateInputGradient(rows: rows, panels: panels, of: vectors, into: all)
      else { return false }
      for o in 0..<outputs {
        let first = gradient.columns.lowerBound + o * dimension
        Element.scatter(
          all.part(rows: rows, columns: o * width..<(o + 1) * width), to: columns,
          of: gradient.part(rows: rows, columns: first..<first + dimension))
      }
      return true
    }
  }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    var selected = Matrix<Element>(rowCount: weights.rowCount, columnCount: columns.count)
    selected.withTile { tile in
      let tile = tile.moved(rows: weights.rows, columns: 0..<columns.count)
      base.accumulateInputGradient(weights: weights, into: tile)
      Element.scatter(tile, to: columns, of: gradient)
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    base.accumulateParameterGradient(weights: weights, into: &gradient)
  }
}

extension Scalar {
  /// `target[i, columns[c]] += source[i, c]`.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func scatter(_ source: Tile<Self>, to columns: [Int], of target: Tile<Self>) {
    for i in 0..<source.rowCount {
      for c in columns.indices { target[i, columns[c]] += source[i, c] }
    }
  }
}
