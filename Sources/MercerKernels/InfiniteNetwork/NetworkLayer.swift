public import MercerCore

/// One layer of an infinitely wide network: how the covariance of two inputs, and with it the
/// tangent kernel, changes from before the layer to after it.
///
/// A new layer is one file: a type that conforms to this, and its `syntax` in `NetworkSyntax.all`.
/// It never sees a single pair: `forward` and `backward` take one point against many others, and
/// end in the vectorised loops of `CMercerTiles`.
public protocol NetworkLayer: Sendable {
  /// The layer in text form; it parses back to an equal layer.
  var expression: NetworkExpression { get }

  /// The continuous parameters, without the layer's name.
  var parameters: [KernelParameter] { get }

  /// The same layer with other values of its parameters, in the order of `parameters`.
  ///
  /// - Throws: `.invalidParameter` when a value is outside its range.
  func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer

  /// The layer as the engine's loops know it, so that pairs pass it in registers; nil, the default,
  /// where they do not and `forward` is called.
  var packedLayer: PackedLayer? { get }

  /// k(x, x) after the layer, from that before it.
  func variance(after variance: Double) -> Double

  /// Θ(x, x) after the layer, from that and k(x, x) before it.
  func tangent(after tangent: Double, variance: Double) -> Double

  /// Takes pairs from before the layer to after it, in place.
  func forward<Element: Scalar>(_ pairs: NetworkPairs<Element>)

  /// Takes the adjoints in `adjoints` from after the layer to before it, in place, and adds the
  /// derivatives by the layer's parameters to `gradient`, which has one place for each.
  func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, adjoints: NetworkAdjoints<Element>,
    gradient: UnsafeMutableBufferPointer<Double>)
}

extension NetworkLayer {
  /// None.
  public var packedLayer: PackedLayer? { nil }
}

/// One point x against `count` points z at one place of a network.
///
/// The pointers reach a whole number of 64-byte lines; what lies beyond `count` is scratch.
public struct NetworkPairs<Element: Scalar> {
  /// The number of pairs.
  public let count: Int
  /// √k(x, x) before the layer, its inverse (0 where it has none), and the inverse after the layer.
  public let rootX: Element, inverseX: Element, nextInverseX: Element
  /// The same for each z.
  public let rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>,
    nextInverseZ: UnsafePointer<Element>
  /// k(x, z) / √(k(x, x) k(z, z)).
  public let cosine: UnsafeMutablePointer<Element>
  /// 1 − cosine², which keeps its digits where the cosine is near ±1.
  public let sine2: UnsafeMutablePointer<Element>
  /// The tangent kernel Θ(x, z); absent when only k is asked for.
  public let theta: UnsafeMutablePointer<Element>?
}

/// Derivatives of a result by what pairs hold at one place of a network.
public struct NetworkAdjoints<Element: Scalar> {
  /// By k(x, z), by Θ(x, z), by k(x, x) and by k(z, z), one for each pair.
  public let covariance: UnsafeMutablePointer<Element>, theta: UnsafeMutablePointer<Element>,
    varianceX: UnsafeMutablePointer<Element>, varianceZ: UnsafeMutablePointer<Element>
}
