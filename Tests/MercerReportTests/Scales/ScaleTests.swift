import MercerReport
import Testing

@Suite struct ScaleTests {
  /// Ends of axes that occur and that should not: all have a scale, ticks within it, in order, each
  /// label once.
  static let domains: [(Scale.Kind, ClosedRange<Double>)] = [
    (.linear, 0...1), (.linear, -3...7), (.linear, 0.1...0.3), (.linear, 1e-7...3e-7),
    (.linear, -1.7e308...1.7e308), (.linear, 5...5), (.linear, 0...0), (.linear, 1e9...1.000001e9),
    (.linear, 2.5e9...1.2e10), (.linear, 123_456...987_654), (.linear, 0...5e-324),
    (.logarithmic, 1...1e6), (.logarithmic, 0.3...40), (.logarithmic, 120...180),
    (.logarithmic, 1e-300...1e300), (.logarithmic, -5...10), (.logarithmic, 3...3),
  ]

  @Test(arguments: domains.indices) func ticks(index: Int) {
    let (kind, range) = Self.domains[index]
    let scale = Scale(kind, range)
    #expect(scale.domain.lowerBound < scale.domain.upperBound)
    for count in 1...10 {
      let ticks = scale.ticks(atMost: count)
      #expect(ticks.count <= count)
      #expect(count < 5 || ticks.count >= 2, "\(scale.domain): \(ticks)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ticks)")
      for tick in ticks {
        let share = scale.fraction(of: tick.value)
        #expect(share.map { $0 > -1e-6 && $0 < 1 + 1e-6 } == true, "\(tick) on \(scale.domain)")
      }
    }
  }

  @Test func labels() {
    func labels(_ kind: Scale.Kind, _ range: ClosedRange<Double>, _ count: Int = 6) -> [String] {
      Scale(kind, range).ticks(atMost: count).map(\.label)
    }
    #expect(labels(.linear, 0...1) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(.linear, -1000...1000, 5) == ["−1000", "−500", "0", "500", "1000"])
    #expect(labels(.linear, 0...40_000, 5) == ["0", "10,000", "20,000", "30,000", "40,000"])
    #expect(labels(.linear, 0...400_000, 5) == ["0", "100k", "200k", "300k", "400k"])
    #expect(labels(.linear, 0...2_000_000, 5) == ["0", "0.5M", "1.0M", "1.5M", "2.0M"])
    #expect(labels(.linear, 3e9...1e10, 4) == ["4×10⁹", "6×10⁹", "8×10⁹", "10×10⁹"])
    #expect(labels(.linear, -2e-7...2e-7, 5) == ["−2×10⁻⁷", "−1×10⁻⁷", "0", "1×10⁻⁷", "2×10⁻⁷"])
    #expect(labels(.logarithmic, 1...10_000) == ["1", "10", "100", "1000", "10,000"])
    #expect(labels(.logarithmic, 100...200_000, 4) == ["100", "1000", "10k", "100k"])
    #expect(labels(.logarithmic, 0.02...0.5, 8) == ["0.02", "0.05", "0.1", "0.2", "0.5"])
    #expect(labels(.logarithmic, 1e-12...1, 5) == ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"])
  }

  @Test func placesAndBack() {
    // Rounding of a logarithm and a power: a few units in the last place.
    for scale in [Scale(.linear, -3...7), Scale(.logarithmic, 0.01...1000)] {
      for share in [0, 0.25, 0.5, 1] {
        let back = scale.fraction(of: scale.value(at: share)) ?? -1
        #expect(abs(back - share) < 1e-14)
      }
    }
    #expect(Scale(.logarithmic, 1...10).fraction(of: 0) == nil)
    #expect(Scale(.linear, 0...1).fraction(of: .nan) == nil)
  }

  @Test func coversWhatItCan() {
    let linear = Scale(.linear, covering: [.nan, 2, .infinity, 4], room: 0.1)
    #expect(
      abs(linear.domain.lowerBound - 1.8) < 1e-12 && abs(linear.domain.upperBound - 4.2) < 1e-12)
    #expect(Scale(.linear, covering: [2, 4], zero: true).domain.lowerBound == 0)
    #expect(Scale(.logarithmic, covering: [-1, 0, 10, 1000]).domain.lowerBound > 1)
    #expect(Scale(.linear, covering: []).domain == 0...1)
  }
}
