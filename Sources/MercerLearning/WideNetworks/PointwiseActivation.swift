public import MercerKernels
import RealModule

/// An activation as a function of one number, with its derivative: what a network of finite width needs
/// of it, and one of infinite width does not.
public protocol PointwiseActivation: NetworkLayer {
  /// φ(u).
  func value(at u: Double) -> Double
  /// φ′(u); at a kink or jump any number between those on both sides.
  func slope(at u: Double) -> Double
}

extension RectifierLayer: PointwiseActivation {
  public func value(at u: Double) -> Double { (u > 0 ? slopeAbove : slopeBelow) * u }
  public func slope(at u: Double) -> Double { u > 0 ? slopeAbove : slopeBelow }
}

extension ErfActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { a * Double.erf(b * u) + c }
  public func slope(at u: Double) -> Double {
    2 * a * b / Double.pi.squareRoot() * Double.exp(-b * b * u * u)
  }
}

extension GeluActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { u * normalDistribution(u) }
  public func slope(at u: Double) -> Double {
    normalDistribution(u) + u * Double.exp(-u * u / 2) / (2 * Double.pi).squareRoot()
  }
}

/// Φ(u), which keeps its digits for very negative u.
private func normalDistribution(_ u: Double) -> Double { Double.erfc(-u / Double.sqrt(2)) / 2 }

extension SineActivation: PointwiseActivation {
  public func value(at u: Double) -> Double {
    a * (isCosine ? Double.cos(b * u + c) : Double.sin(b * u + c))
  }
  public func slope(at u: Double) -> Double {
    a * b * (isCosine ? -Double.sin(b * u + c) : Double.cos(b * u + c))
  }
}

extension RBFActivation: PointwiseActivation {
  private var frequency: Double { (2 * gamma).squareRoot() }
  public func value(at u: Double) -> Double {
    Double.sqrt(2) * Double.sin(frequency * u + .pi / 4)
  }
  public func slope(at u: Double) -> Double {
    Double.sqrt(2) * frequency * Double.cos(frequency * u + .pi / 4)
  }
}

extension ExponentialActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { a * Double.exp(b * u) }
  public func slope(at u: Double) -> Double { a * b * Double.exp(b * u) }
}

extension GaussianActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { a * Double.exp(b * u * u) }
  public func slope(at u: Double) -> Double { 2 * a * b * u * Double.exp(b * u * u) }
}

extension MonomialActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { Double.pow(u, degree) }
  public func slope(at u: Double) -> Double { Double(degree) * Double.pow(u, degree - 1) }
}

extension RectifiedMonomialActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { u > 0 ? Double.pow(u, degree) : 0 }
  public func slope(at u: Double) -> Double {
    u > 0 ? Double(degree) * Double.pow(u, degree - 1) : 0
  }
}

extension HermiteActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { Self.orthonormal(degree, u) }
  public func slope(at u: Double) -> Double {
    Double(degree).squareRoot() * Self.orthonormal(degree - 1, u)
  }

  /// Heₙ(u)/√n!, by the recursion √(n + 1) hₙ₊₁ = u hₙ − √n hₙ₋₁.
  private static func orthonormal(_ degree: Int, _ u: Double) -> Double {
    var (last, value) = (0.0, 1.0)
    for n in 0..<degree {
      let next =
        (u * value - Double(n).squareRoot() * last) / Double(n + 1).squareRoot()
      (last, value) = (value, next)
    }
    return value
  }
}

extension StepActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { u > 0 ? 1 : isSign ? -1 : 0 }
  public func slope(at u: Double) -> Double { 0 }
}

extension FunctionActivation: PointwiseActivation {
  public func value(at u: Double) -> Double { function(u) }

  /// By central differences: about 1e-10 relative to the function for one that is smooth.
  public func slope(at u: Double) -> Double {
    let step = 1e-5 * max(1, u.magnitude)
    return (function(u + step) - function(u - step)) / (2 * step)
  }
}
