/// E uᵖ wᵖ = Σⱼ cⱼ kʲ (x z)^((p − j)/2) over j of the parity of p, by Isserlis 1918: j pairs of a u
/// and a w, all others among themselves, so that cⱼ = C(p, j)² j! ((p − j − 1)!!)².
struct PolynomialMoments: Sendable, Equatable {
  /// p.
  let degree: Int
  /// cⱼ for j = 0, 1, …, p; zero where j has not the parity of p.
  let coefficients: [Double]

  init(degree: Int) {
    self.degree = degree
    coefficients = (0...degree).map { j in
      guard (degree - j) % 2 == 0 else { return 0 }
      let ways = Self.binomial(degree, j) * Self.doubleFactorial(degree - j - 1)
      return ways * ways * Self.factorial(j)
    }
  }

  /// The sum, for k and x z.
  @inline(__always)
  func value<N: MomentNumber>(_ k: N, _ product: N) -> N {
    Self.homogeneous(coefficients, k, product)
  }

  /// Σⱼ cⱼ kʲ s^((n − j)/2) over every second j from n = the number of coefficients − 1 down.
  @inline(__always)
  static func homogeneous<N: MomentNumber>(_ coefficients: [Double], _ k: N, _ s: N) -> N {
    let n = coefficients.count - 1
    guard n >= 0 else { return N(0) }
    let square = k * k
    var total = N(0)
    var power = n % 2 == 1 ? k : N(1)
    for j in stride(from: n % 2, through: n, by: 2) {
      total = total + coefficients[j] * (power * N.power(s, (n - j) / 2))
      power = power * square
    }
    return total
  }

  static func factorial(_ n: Int) -> Double { (0..<max(n, 0)).reduce(1) { $0 * Double($1 + 1) } }

  static func binomial(_ n: Int, _ k: Int) -> Double {
    (0..<k).reduce(1) { ($0 * Double(n - $1) / Double($1 + 1)).rounded() }
  }

  /// n (n − 2) (n − 4) …, 1 for n ≤ 0.
  static func doubleFactorial(_ n: Int) -> Double {
    stride(from: n, to: 0, by: -2).reduce(1) { $0 * Double($1) }
  }
}
