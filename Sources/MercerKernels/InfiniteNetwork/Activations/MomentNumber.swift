import RealModule

/// What the formulas of activations compute with: `Float`, `Double`, and `Jet` of them, whose
/// derivatives follow by themselves.
public protocol MomentNumber: Sendable {
  /// A constant.
  init(_ value: Double)
  /// The value as a `Double`, for choices between formulas.
  var approximate: Double { get }
  /// The sum.
  static func + (a: Self, b: Self) -> Self
  /// The difference.
  static func - (a: Self, b: Self) -> Self
  /// The product.
  static func * (a: Self, b: Self) -> Self
  /// The quotient.
  static func / (a: Self, b: Self) -> Self
  /// The negative.
  static prefix func - (a: Self) -> Self
  /// √x.
  static func sqrt(_ x: Self) -> Self
  /// √x, whose derivative at 0 counts as 0: for what goes on smoothly there.
  static func root(_ x: Self) -> Self
  /// eˣ.
  static func exp(_ x: Self) -> Self
  /// eˣ − 1, without cancellation.
  static func expMinusOne(_ x: Self) -> Self
  /// The angle of the vector (x, y).
  static func atan2(y: Self, x: Self) -> Self
}

extension MomentNumber {
  /// A number times a constant.
  @inline(__always)
  public static func * (a: Double, b: Self) -> Self { Self(a) * b }
  /// A number plus a constant.
  @inline(__always)
  public static func + (a: Self, b: Double) -> Self { a + Self(b) }
  /// A constant minus a number.
  @inline(__always)
  public static func - (a: Double, b: Self) -> Self { Self(a) - b }

  /// xⁿ for a whole n ≥ 0.
  @inline(__always)
  public static func power(_ x: Self, _ n: Int) -> Self {
    var (result, base, rest) = (Self(1), x, n)
    while rest > 0 {
      if rest & 1 == 1 { result = result * base }
      rest >>= 1
      if rest > 0 { base = base * base }
    }
    return result
  }
}

extension Double: MomentNumber {
  /// √x.
  @inline(__always)
  public static func root(_ x: Double) -> Double { x.squareRoot() }
  /// The value.
  public var approximate: Double { self }
}

extension Float: MomentNumber {
  /// √x.
  @inline(__always)
  public static func root(_ x: Float) -> Float { x.squareRoot() }
  /// The value.
  public var approximate: Double { Double(self) }
}

/// A number and its derivatives by three others: the variances of two normal variables and their
/// covariance.
public struct Jet<Base: MomentNumber>: MomentNumber {
  /// The number.
  public var value: Base
  /// Its derivatives by Var u, Var w and Cov (u, w).
  public var x: Base, z: Base, k: Base

  /// A number with its derivatives.
  @inline(__always)
  public init(_ value: Base, x: Base, z: Base, k: Base) {
    self.value = value
    self.x = x
    self.z = z
    self.k = k
  }

  /// A constant.
  @inline(__always)
  public init(_ value: Double) {
    self.init(Base(value), x: Base(0), z: Base(0), k: Base(0))
  }

  /// The value as a `Double`.
  public var approximate: Double { value.approximate }

  /// f(a) where f(a.value) and f′(a.value) are these.
  @inline(__always)
  private func mapped(_ value: Base, slope: Base) -> Jet {
    Jet(value, x: slope * x, z: slope * z, k: slope * k)
  }

  /// f(a, b) where the value and the derivatives by a and b are these.
  @inline(__always)
  private static func combined(
    _ a: Jet, _ b: Jet, _ value: Base, byA: Base, byB: Base
  ) -> Jet {
    Jet(
      value, x: byA * a.x + byB * b.x, z: byA * a.z + byB * b.z, k: byA * a.k + byB * b.k)
  }

  /// The sum.
  @inline(__always)
  public static func + (a: Jet, b: Jet) -> Jet {
    Jet(a.value + b.value, x: a.x + b.x, z: a.z + b.z, k: a.k + b.k)
  }

  /// The difference.
  @inline(__always)
  public static func - (a: Jet, b: Jet) -> Jet {
    Jet(a.value - b.value, x: a.x - b.x, z: a.z - b.z, k: a.k - b.k)
  }

  /// The product.
  @inline(__always)
  public static func * (a: Jet, b: Jet) -> Jet {
    combined(a, b, a.value * b.value, byA: b.value, byB: a.value)
  }

  /// The quotient.
  @inline(__always)
  public static func / (a: Jet, b: Jet) -> Jet {
    let quotient = a.value / b.value
    return combined(a, b, quotient, byA: Base(1) / b.value, byB: -quotient / b.value)
  }

  /// The negative.
  @inline(__always)
  public static prefix func - (a: Jet) -> Jet { Jet(-a.value, x: -a.x, z: -a.z, k: -a.k) }

  /// √a.
  @inline(__always)
  public static func sqrt(_ a: Jet) -> Jet {
    let root = Base.sqrt(a.value)
    return a.mapped(root, slope: Base(0.5) / root)
  }

  /// √a, of derivative 0 at 0.
  @inline(__always)
  public static func root(_ a: Jet) -> Jet {
    let root = Base.sqrt(a.value)
    return a.mapped(root, slope: root.approximate > 0 ? Base(0.5) / root : Base(0))
  }

  /// eᵃ.
  @inline(__always)
  public static func exp(_ a: Jet) -> Jet {
    let value = Base.exp(a.value)
    return a.mapped(value, slope: value)
  }

  /// eᵃ − 1.
  @inline(__always)
  public static func expMinusOne(_ a: Jet) -> Jet {
    let value = Base.expMinusOne(a.value)
    return a.mapped(value, slope: value + Base(1))
  }

  /// The angle of the vector (x, y).
  @inline(__always)
  public static func atan2(y: Jet, x: Jet) -> Jet {
    let square = x.value * x.value + y.value * y.value
    return combined(
      y, x, Base.atan2(y: y.value, x: x.value), byA: x.value / square, byB: -y.value / square)
  }
}
