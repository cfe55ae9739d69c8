import MercerPlatform

extension Scale {
  /// Round values within the domain, named; at most so many, and at least two where the domain has
  /// two round values.
  ///
  /// Steps of a linear scale are 1, 2 or 5 times a power of ten. A logarithmic scale has powers of
  /// ten, some left out when they are many; between few of them also 2 and 5 times these; a domain
  /// within one decade has the ticks of a linear scale.
  public func ticks(atMost count: Int) -> [Tick] {
    let count = max(count, 1)
    guard kind == .logarithmic else { return linearTicks(count) }
    let decades = log10(domain.upperBound) - log10(domain.lowerBound)
    if decades < 0.8 { return linearTicks(count) }
    let first = Int(log10(domain.lowerBound).rounded(.down))
    let last = Int(log10(domain.upperBound).rounded(.up))
    for mantissas in [[1.0, 2, 5], [1, 3]] {
      let values = (first...last).flatMap { exponent in
        mantissas.map { TickText.product($0, exponent) }
      }.filter(isWithin)
      if values.count <= count { return TickText.logarithmic(values) }
    }
    for stride in [1, 2, 3, 5, 10, 20, 50, 100, 200] {
      // Exponents that are multiples of the stride, so that 1 is among them when it is shown.
      let values = (first...last).filter { $0 % stride == 0 }
        .map { TickText.product(1, $0) }.filter(isWithin)
      if values.count <= count {
        return values.count >= 2 || stride == 1 ? TickText.logarithmic(values) : linearTicks(count)
      }
    }
    return []
  }

  private func linearTicks(_ count: Int) -> [Tick] {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    var exponent = Int(log10((high / 2 - low / 2) / Double(count) * 2).rounded(.down)) - 1
    for _ in 0..<4 {
      for mantissa in [1.0, 2, 5] {
        let step = TickText.product(mantissa, exponent)
        let (from, to) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
        guard step > 0, to - from < Double(count), abs(from) < 1e15, abs(to) < 1e15 else {
          continue
        }
        if from > to { return [] }
        let values = (Int(from)...Int(to)).map {
          // Made of whole numbers, so that 0.3 is 3 / 10 and not 3 × 0.1.
          TickText.product(Double($0) * mantissa, exponent)
        }
        return TickText.linear(values, exponent: exponent)
      }
      exponent += 1
    }
    return []
  }

  private func isWithin(_ value: Double) -> Bool {
    value >= domain.lowerBound * (1 - 1e-12) && value <= domain.upperBound * (1 + 1e-12)
  }
}
