public import MercerCore

/// What a node of a network's graph does.
public enum NetworkOperation: Sendable {
  /// The input.
  case input
  /// Maps the units of each position by themselves: a dense layer, an activation.
  case elementwise(any ElementwiseOperation)
  /// Joins the units of several nodes at each position: a sum, a product.
  case combination(any CombinationOperation)
  /// Mixes positions: a convolution, a pooling, attention.
  case spatial(any SpatialOperation)
}

/// A layer that maps the units of each position by themselves.
///
/// It never sees a single pair: `forward` and `backward` take many, whatever positions and points
/// they are of, and end in vectorised loops; so both engines, of vectors and of images, share it.
public protocol ElementwiseOperation: Sendable {
  /// The operation as the fused loops know it, so that pairs pass it in registers; nil, the default,
  /// where they do not and `forward` is called.
  var packedLayer: PackedLayer? { get }

  /// Whether k(x, x) after the layer is more than the covariance of two equal inputs, as each draws
  /// noise of its own (dropout); false by default.
  var addsNoise: Bool { get }

  /// About how many nanoseconds a pair takes a core in Double; 10 by default.
  var nanosecondsPerPair: Double { get }

  /// The moments of a unit after the layer, from those before it; in Double, once an input and
  /// position.
  func moments(after moments: UnitMoments) -> UnitMoments

  /// Takes pairs from before the layer to after it, in place. `pairs.scales` are those before it.
  func forward<Element: Scalar>(_ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>)

  /// Takes the adjoints from after the layer to before it, in place, and adds the derivatives by the
  /// layer's parameters to `gradient`, which has one place for each, or none when they are not asked
  /// for. `pairs` is the state before the layer, with theta.
  func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>)
}

extension ElementwiseOperation {
  /// None.
  public var packedLayer: PackedLayer? { nil }
  /// No.
  public var addsNoise: Bool { false }
  /// 10, and 1 for what the fused loops know.
  public var nanosecondsPerPair: Double { packedLayer == nil ? 10 : 1 }
}

/// A layer that joins the units of two or more nodes at each position.
public protocol CombinationOperation: Sendable {
  /// The moments of a unit after the layer, from those of its inputs.
  func moments(of inputs: [UnitMoments]) -> UnitMoments

  /// Writes the state after the layer to `result`, from those of the inputs.
  func forward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], into result: NetworkPairs<Element>)

  /// Adds to the adjoints of each input what follows from those of the result.
  func backward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], adjoints: NetworkAdjoints<Element>,
    into inputAdjoints: [NetworkAdjoints<Element>])
}

/// A layer that mixes positions, for the spatial engine alone.
public protocol SpatialOperation: Sendable {}
