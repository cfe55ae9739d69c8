public import MercerCore

/// The overlap kernel of categories: the share of coordinates that are equal.
///
/// ```
/// k(x, z) = |{k : xₖ = zₖ}| / d,  1 when d = 0
/// ```
/// Coordinates are codes: finite numbers that mean nothing but themselves. A missing cell is a
/// level of its own and needs a code; NaN equals nothing.
///
/// - Units: values in [0, 1].
/// - Positive definite: yes, as a mean of kernels of one-hot codes.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: C. Stanfill & D. Waltz 1986, *Toward memory-based reasoning*, CACM 29(12), sec. on the
///   overlap metric.
public struct OverlapKernel<Element: Scalar>: ExpressibleKernel, Equatable {
  /// The inputs: one column of codes a categorical column.
  public typealias Inputs = Points<Element>

  /// An overlap kernel, which has no parameters.
  public init() {}

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    guard rows.dimension == columns.dimension else {
      throw MercerError(
        .shapeMismatch,
        "the points of the rows have \(rows.dimension) coordinates, those of the columns "
          + "\(columns.dimension)")
    }
    return BoundOverlapKernel(rows: rows.coordinates, columns: columns.coordinates)
  }

  /// k(x, x) for each input.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    [Element](repeating: 1, count: inputs.count)
  }

  /// The continuous parameters, in the order of the gradients.
  public var parameters: [KernelParameter] { [] }

  /// The kernel with other values of its `parameters`, in their order.
  public func withParameters(_ values: [Double]) throws(MercerError) -> Self {
    guard values.isEmpty else {
      throw MercerError(
        .invalidParameter, "overlap has no parameters, but \(values.count) values were given")
    }
    return self
  }

  /// The kernel as a call that parses back to an equal kernel.
  public var expression: KernelExpression { .call("overlap") }

  /// The text form.
  public var description: String { String(describing: expression) }

  /// How the kernel is written and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax("overlap", summary: "the share of equal coordinates", parameters: []) { _ in
      OverlapKernel()
    }
  }
}

/// An overlap kernel on two sets of codes.
struct BoundOverlapKernel<Element: Scalar>: PairwiseBoundKernel {
  let pairs: PackedPairs<Element>?

  init(rows: Matrix<Element>, columns: Matrix<Element>) {
    pairs = PackedPairs(
      rows: rows, columns: columns, sum: .differing,
      map: PairMap(.share, c: Double(columns.columnCount)))
  }

  var rowCount: Int { pairs?.rowCount ?? 0 }
  var columnCount: Int { pairs?.columnCount ?? 0 }
  var dimension: Int { pairs?.dimension ?? 0 }

  func fill(_ tile: Tile<Element>) { pairs?.fill(tile) }

  /// Adds nothing: the kernel is constant but for jumps.
  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {}

  /// Adds nothing: the kernel is constant but for jumps.
  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool { true }

  /// Adds nothing: there are no parameters.
  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {}
}
