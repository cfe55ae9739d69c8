import MercerPlatform

/// Choosing a few of many.
enum Thinning {
  /// Indices from first to last, evenly spread; all when they are no more than the most.
  static func spread(_ count: Int, most: Int) -> [Int] {
    guard count > most, most > 1 else { return Array(0..<max(count, 0)) }
    return (0..<most).map { $0 * (count - 1) / (most - 1) }
  }

  /// Indices spread evenly on a logarithmic axis of places counted from 1; first and last included.
  static func logarithmicSpread(_ count: Int, most: Int) -> [Int] {
    guard count > most, most > 1 else { return Array(0..<max(count, 0)) }
    var result: [Int] = []
    var place = 1.0
    while result.count < most, Int(place) <= count {
      result.append(Int(place) - 1)
      let left = Double(most - result.count)
      let ratio = left > 0 ? Self.root(Double(count) / place, left) : 2
      place = max(place + 1, place * ratio)
    }
    if result.last != count - 1 { result.append(count - 1) }
    return result
  }

  private static func root(_ value: Double, _ degree: Double) -> Double {
    value <= 1 ? 1 : pow(value, 1 / degree)
  }
}
