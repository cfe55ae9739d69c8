public import RealModule

/// The two element types of Mercer: `Float` and `Double`.
///
/// A generic algorithm over `Scalar` costs one witness call a tile or a matrix, never one an
/// element: whatever loops over elements is a requirement here, and ends in OpenBLAS, LAPACK or
/// the vectorised loops of `CMercerTiles`.
public protocol Scalar: Real, BinaryFloatingPoint, Sendable, Codable, LinearAlgebraElement,
  TileElement
{
  /// `float` or `double`, as on the command line.
  static var scalarName: String { get }

  /// Whether all elements are finite.
  static func allFinite(_ x: UnsafeBufferPointer<Self>) -> Bool

  /// Copies elements of either precision, each rounded to nearest.
  static func convert<Other: Scalar>(
    from source: UnsafeBufferPointer<Other>, to target: UnsafeMutableBufferPointer<Self>)

  /// The inner product, summed in Double whatever the elements are.
  static func dot(_ x: UnsafeBufferPointer<Self>, _ y: UnsafeBufferPointer<Self>) -> Double

  /// The sum, in Double whatever the elements are.
  static func sum(_ x: UnsafeBufferPointer<Self>) -> Double
}

extension Double: Scalar {
  public static var scalarName: String { "double" }
}

extension Float: Scalar {
  public static var scalarName: String { "float" }
}

// The loops below are marked for both element types so that none runs unspecialised.
extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  public static func allFinite(_ x: UnsafeBufferPointer<Self>) -> Bool {
    // A product with zero is NaN for infinities and NaN alone, and needs no branch.
    var probe: Self = 0
    for value in x { probe += value * 0 }
    return probe == 0
  }

  @specialized(where Self == Double, Other == Float)
  @specialized(where Self == Float, Other == Double)
  @specialized(where Self == Double, Other == Double)
  @specialized(where Self == Float, Other == Float)
  public static func convert<Other: Scalar>(
    from source: UnsafeBufferPointer<Other>, to target: UnsafeMutableBufferPointer<Self>
  ) {
    precondition(source.count == target.count)
    for i in 0..<source.count { target[i] = Self(source[i]) }
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  public static func dot(_ x: UnsafeBufferPointer<Self>, _ y: UnsafeBufferPointer<Self>) -> Double {
    precondition(x.count == y.count)
    var total = 0.0
    for i in 0..<x.count {
      total = Relaxed.multiplyAdd(Double(x[i]), Double(y[i]), total)
    }
    return total
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  public static func sum(_ x: UnsafeBufferPointer<Self>) -> Double {
    var total = 0.0
    for value in x { total = Relaxed.sum(total, Double(value)) }
    return total
  }
}
