/// An activation as a function of one number, with its derivative: what a network of finite width needs
/// of it, and one of infinite width does not.
public protocol PointwiseActivation: NetworkLayer {
  /// φ(u).
  func value(at u: Double) -> Double
  /// φ′(u); at a kink or jump any number between those on both sides.
  func slope(at u: Double) -> Double
}
