/// A bound kernel that multiplies by vectors without writing its entries anywhere.
public protocol FusedBoundKernel<Element>: BoundKernel {
  /// The columns in one unit of work; calls cover whole units, but for the last one.
  var panelSize: Int { get }

  /// y ← K[rows, panels] v, overwriting y.
  ///
  /// - Parameters:
  ///   - rows: some of the n rows.
  ///   - panels: some of the ⌈m / panelSize⌉ units of columns.
  ///   - vectors: the right-hand sides, at most `FusedVectors.limit`.
  ///   - y: rows × outputs, packed.
  func multiply(
    rows: Range<Int>, panels: Range<Int>, by vectors: FusedVectors<Element>,
    into y: UnsafeMutablePointer<Element>)
}

/// Right-hand sides as a fused product reads them: one row an output, padded to whole panels with
/// zeros.
public struct FusedVectors<Element: Scalar>: Sendable {
  /// The most right-hand sides that one product takes.
  public static var limit: Int { 16 }

  /// outputs × (panels · panelSize).
  public let values: Matrix<Element>
  /// The number of right-hand sides.
  public var outputCount: Int { values.rowCount }

  /// Packs the columns of v (m × k, k at most `limit`).
  public init(_ v: Matrix<Element>, panelSize: Int) {
    precondition(v.columnCount <= Self.limit)
    let (m, k) = (v.rowCount, v.columnCount)
    let padded = (m + panelSize - 1) / panelSize * panelSize
    values = Matrix(rowCount: k, columnCount: padded) { buffer in
      guard let target = buffer.baseAddress else { return }
      v.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        Element.packTransposed(source, rowCount: m, columnCount: k, stride: padded, into: target)
      }
    }
  }
}

/// What a fused product computes of each pair: a sum over the coordinates, and a map of it.
public struct FusedMap<Element: Scalar>: Sendable {
  /// The maps, by their number in `CMercerTiles`.
  public enum Form: Int32, Sendable {
    /// a exp(c s).
    case expLinear
    /// a exp(−c √s).
    case expRoot
    /// a (1 + r) exp(−r), r = c √s.
    case expRootFirst
    /// a (1 + r + r²/3) exp(−r), r = c √s.
    case expRootSecond
  }

  /// The map.
  public let form: Form
  /// Its factor.
  public let a: Element
  /// Its rate.
  public let c: Element

  /// A map with its parameters.
  public init(_ form: Form, a: Element = 1, c: Element) {
    self.form = form
    self.a = a
    self.c = c
  }
}
