import MercerCore
import RealModule

/// Draws numbers with probabilities proportional to weights, by a binary search in their running sum.
struct WeightedSampler {
  private let cumulative: [Double]

  /// The sum of the weights.
  var total: Double { cumulative.last ?? 0 }

  /// - Precondition: the weights are finite and at least 0.
  init(_ weights: [Double]) {
    var sum = 0.0
    cumulative = weights.map {
      sum += $0
      return sum
    }
  }

  /// - Precondition: some weight is above 0.
  func draw(_ stream: inout RandomStream) -> Int {
    let place = stream.uniform() * total
    var (low, high) = (0, cumulative.count - 1)
    // The first number whose running sum is above the place; so none of weight 0.
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > place { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// `count` different numbers, each drawn in turn in proportion to the weights of those that are
  /// left; fewer where fewer have a weight above 0.
  ///
  /// - Source: Efraimidis and Spirakis, Weighted random sampling with a reservoir (2006).
  static func withoutReplacement(
    _ count: Int, weights: [Double], stream: inout RandomStream
  ) -> [Int] {
    // The first `count` of exponential clocks, each as fast as its weight.
    let clocks = weights.map { -Double.log(1 - stream.uniform()) / $0 }
    return weights.indices.filter { weights[$0] > 0 }
      .sorted { (clocks[$0], $0) < (clocks[$1], $1) }.prefix(count).map { $0 }
  }
}
