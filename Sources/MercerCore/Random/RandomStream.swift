import RealModule

/// A stream of random numbers that is a function of a seed, a purpose and an index.
///
/// Every random choice of Mercer draws from a stream of its own, so a result depends neither on the
/// number of threads nor on the order of work. The generator is Philox 4×32 with ten rounds, which
/// turns a counter into four words without any state to carry.
/// - Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011).
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private let index: UInt64
  private var block: UInt64 = 0
  private var pending: UInt64?
  private var pendingNormal: Double?

  /// A stream.
  ///
  /// - Parameters:
  ///   - seed: the user's seed.
  ///   - purpose: what the numbers are for, such as `subsample`; streams of different purposes are
  ///     independent.
  ///   - index: which of several streams of one purpose.
  public init(seed: UInt64, purpose: String, index: UInt64 = 0) {
    // A finaliser, so that near seeds give far keys.
    var mixed = (FNV1a(purpose).value ^ seed) &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 29)) &+ seed &* 0xbf58_476d_1ce4_e5b9
    mixed ^= mixed >> 32
    key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
    self.index = index
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let value = pending {
      pending = nil
      return value
    }
    let words = Self.philox(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32)),
      key: key)
    block &+= 1
    pending = UInt64(words[2]) | UInt64(words[3]) << 32
    return UInt64(words[0]) | UInt64(words[1]) << 32
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal number (Box and Muller 1958).
  public mutating func normal() -> Double {
    if let value = pendingNormal {
      pendingNormal = nil
      return value
    }
    let radius = (-2 * Double.log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    pendingNormal = radius * Double.sin(angle)
    return radius * Double.cos(angle)
  }

  /// A whole number in 0..<bound, each equally likely.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0)
    let range = UInt64(bound)
    // Lemire's multiplication; the low word rejects the few products that would favour some values.
    let threshold = (0 &- range) % range
    while true {
      let (high, low) = next().multipliedFullWidth(by: range)
      if low >= threshold { return Int(high) }
    }
  }

  /// The numbers 0..<count in random order (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }

  /// `sampleCount` different numbers of 0..<count, ascending.
  ///
  /// - Precondition: `sampleCount` is at most `count`.
  public mutating func sample(_ sampleCount: Int, of count: Int) -> [Int] {
    precondition(sampleCount >= 0 && sampleCount <= count)
    return permutation(count).prefix(sampleCount).sorted()
  }

  /// Ten rounds of Philox 4×32.
  package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (x, k) = (counter, key)
    for _ in 0..<10 {
      let a = UInt32(0xD251_1F53).multipliedFullWidth(by: x[0])
      let b = UInt32(0xCD9E_8D57).multipliedFullWidth(by: x[2])
      x = SIMD4(b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low)
      k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
    }
    return x
  }
}
