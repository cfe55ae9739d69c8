import MercerPlatform

/// How values become lengths along an axis.
public struct Scale: Sendable, Equatable {
  /// The kinds of scale.
  public enum Kind: Sendable {
    /// Equal differences are equal lengths.
    case linear
    /// Equal ratios are equal lengths; for positive values.
    case logarithmic
  }

  /// The kind.
  public let kind: Kind
  /// The values at both ends, which differ.
  public let domain: ClosedRange<Double>

  /// A scale of a range of values; one that cannot be shown (empty, too narrow for Double, of
  /// negative values on a logarithmic scale) is widened until it can.
  public init(_ kind: Kind = .linear, _ domain: ClosedRange<Double>) {
    self.kind = kind
    let limit = 1e300
    var low = min(max(domain.lowerBound, -limit), limit)
    var high = min(max(domain.upperBound, -limit), limit)
    switch kind {
    case .linear:
      // Below this width neighbouring ticks would have the same text.
      let largest = max(abs(low), abs(high))
      let smallest = 1 / limit
      if high - low <= max(largest * 1e-9, smallest) {
        let margin = largest <= smallest ? 1 : largest * 0.05
        (low, high) = (low - margin, high + margin)
      }
    case .logarithmic:
      if high <= 0 { high = 1 }
      if low <= 0 { low = high * 1e-3 }
      low = max(low, 1e-300)
      high = max(high, 1e-300)
      if high / low < 1.0001 { (low, high) = (low / 1.5, high * 1.5) }
    }
    self.domain = low...high
  }

  /// A scale that shows all values that it can, with some room at its ends.
  ///
  /// - Parameters:
  ///   - kind: linear or logarithmic.
  ///   - values: what it should show.
  ///   - zero: whether 0 is shown too, and has no room behind it (for bars).
  ///   - room: how much is added at each end, as a share of the whole.
  public init(
    _ kind: Kind = .linear, covering values: some Sequence<Double>, zero: Bool = false,
    room: Double = 0.04
  ) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where Scale.canShow(value, kind) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else {
      self.init(kind, kind == .linear ? 0...1 : 0.1...1)
      return
    }
    let narrow = Scale(kind, zero && kind == .linear ? min(low, 0)...max(high, 0) : low...high)
    (low, high) = (narrow.domain.lowerBound, narrow.domain.upperBound)
    switch kind {
    case .linear:
      let margin = (high - low) * room
      self.init(
        kind, (zero && low == 0 ? 0 : low - margin)...(zero && high == 0 ? 0 : high + margin))
    case .logarithmic:
      let factor = pow(high / low, room)
      self.init(kind, (low / factor)...(high * factor))
    }
  }

  /// Whether a value has a place on a scale of some kind: finite, and positive if logarithmic.
  public static func canShow(_ value: Double, _ kind: Kind) -> Bool {
    value.isFinite && (kind == .linear || value > 0)
  }

  /// 0 at the lower end, 1 at the upper one, beyond them outside; nil for what has no place.
  public func fraction(of value: Double) -> Double? {
    guard Scale.canShow(value, kind) else { return nil }
    let (low, high) = (domain.lowerBound, domain.upperBound)
    // Halves, as the difference of two ends may be larger than any Double.
    return kind == .linear
      ? (value / 2 - low / 2) / (high / 2 - low / 2)
      : (log10(value) - log10(low)) / (log10(high) - log10(low))
  }

  /// The value at a share of the length.
  public func value(at fraction: Double) -> Double {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    return kind == .linear
      ? low + (high - low) * fraction
      : pow(10, log10(low) + (log10(high) - log10(low)) * fraction)
  }
}
