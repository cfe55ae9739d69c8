import MercerKernels

/// SplitMix64 (Steele, Lea & Flood 2014): the same expressions on every run and machine.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Random trees over all constructs of the grammar.
struct RandomExpressions {
  var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(seed) }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

  private mutating func some<T>(_ count: Int, _ make: (inout Self) -> T) -> [T] {
    (0..<count).map { _ in make(&self) }
  }

  mutating func number(positive: Bool = false) -> Double {
    let value: Double
    switch below(5) {
    case 0: value = Double(1 + below(20))
    case 1: value = Double(1 + below(1000)) / 100
    case 2: value = Double.random(in: 0.001..<1, using: &generator)
    case 3: value = Double.random(in: 1..<2, using: &generator) * 1e-200
    default: value = Double.random(in: 1..<2, using: &generator) * 1e30
    }
    return positive || below(3) > 0 ? value : -value
  }

  mutating func kernel(depth: Int) -> KernelExpression {
    switch depth == 0 ? below(2) : below(8) {
    case 0: .call(["linear", "gaussian", "overlap", "a_1"][below(4)])
    case 1: .call("matern", arguments(depth: 0))
    case 2: .scaled(number(positive: true), kernel(depth: depth - 1))
    case 3: .sum(some(2 + below(2)) { $0.kernel(depth: depth - 1) })
    case 4: .product(some(2 + below(2)) { $0.kernel(depth: depth - 1) })
    case 5: .power(kernel(depth: depth - 1), 1 + below(9))
    case 6:
      .call(
        ["ntk", "nngp"][below(2)],
        [.init(below(4) == 0 ? "net" : nil, .network(network(depth: depth - 1)))])
    default: .call("normalised", arguments(depth: depth - 1))
    }
  }

  private mutating func arguments(depth: Int) -> [KernelExpression.Argument] {
    (0..<below(4)).map { index in
      let label: String? = below(4) == 0 ? nil : "label\(index)"
      switch below(5) {
      case 0: return .init(label, .number(number()))
      case 1: return .init(label, .list(some(below(4)) { $0.number() }))
      case 2:
        let width = 1 + below(3)
        return .init(label, .matrix(some(1 + below(3)) { $0.some(width) { $0.number() } }))
      case 3: return .init("word\(index)", .word("same"))
      default: return .init(label, .kernel(kernel(depth: depth)))
      }
    }
  }

  mutating func network(depth: Int) -> NetworkExpression {
    switch depth <= 0 ? below(2) : below(5) {
    case 0: .layer(["dense", "relu", "flatten"][below(3)])
    case 1: .layer("conv", layerArguments(depth: 0))
    case 2: .chain(some(2 + below(2)) { $0.network(depth: depth - 1) })
    case 3: .repeated(network(depth: depth - 1), 1 + below(4))
    default: .layer("residual", layerArguments(depth: depth - 1))
    }
  }

  private mutating func layerArguments(depth: Int) -> [NetworkExpression.Argument] {
    (0..<below(3)).map { index in
      let label: String? = below(2) == 0 ? nil : "label\(index)"
      switch below(3) {
      case 0: return .init(label, .number(number()))
      case 1: return .init("padding\(index)", .word("same"))
      default: return .init(label, .network(network(depth: depth)))
      }
    }
  }
}
