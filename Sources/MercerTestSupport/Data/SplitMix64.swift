/// A small random generator for tests, with the same values on every machine.
///
/// - Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA,
///   figure 18 (the 64-bit mix with the constants of Stafford's variant 13).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that starts from a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from −1 (included) to 1 (excluded).
  public mutating func symmetricUnit() -> Double {
    Double(next() >> 11) / Double(1 << 52) - 1
  }
}
