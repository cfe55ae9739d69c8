import Foundation
import MercerCore

/// Arguments that a Double function is tested with.
enum DoubleArguments {
  #if DEBUG
    private static let count = 2_000
  #else
    private static let count = 1_000_000
  #endif

  /// Random numbers of every size, random numbers of usual sizes, and hard ones.
  static func all(of function: ElementaryFunction) -> [Double] {
    var stream = RandomStream(seed: 4, purpose: function.name)
    let isPeriodic = function.symmetry != .none && function.name.hasSuffix("sine")
    let everySize = (0..<count).map { index in
      // Sines beyond 2³⁰ are those of the C library: fewer of them.
      let high = isPeriodic && index % 64 != 0 ? 30.0 : 1024
      return signed(exp2(-1075 + (1075 + high) * stream.uniform()), &stream)
    }
    let width = function.name == "exponential" ? 750.0 : 1.0
    let usual = (0..<count).map { index in
      signed(width * stream.uniform() * (index % 2 == 0 ? 1 : 7), &stream)
    }
    var hard = points.flatMap { neighbours(of: $0, reach: 8) }
    if isPeriodic { hard += rightAngles(&stream) }
    return everySize + usual + hard
  }

  private static func signed(_ size: Double, _ stream: inout RandomStream) -> Double {
    stream.uniform() < 0.5 ? -size : size
  }

  /// Where functions change their ways, or their computation does.
  private static let points: [Double] = {
    let positive: [Double] = [
      0, 1, 0.5, 0.625, 0.5.squareRoot(), 2.0.squareRoot(), 2, 6, 19.06, .pi, .pi / 2, .pi / 4,
      log(2.0), log(2.0) / 2, 708.3964185322641, 709.782712893384, 744.4400719213812,
      745.1332191019411, 746, 710, 0x1p30, 0x1p-27, 0x1p-53, .leastNormalMagnitude,
      .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity,
    ]
    return positive.flatMap { [$0, -$0] } + [.nan, -.nan, Double(nan: 123, signaling: false)]
  }()

  private static func neighbours(of x: Double, reach: Int) -> [Double] {
    guard x.isFinite else { return [x] }
    var (below, above) = (x, x)
    var found = [x]
    for _ in 0..<reach {
      below = below.nextDown
      above = above.nextUp
      found += [below, above]
    }
    return found
  }

  /// Numbers next to multiples of π/2 up to the 2³⁰ of the vectorised reduction, where nearly all
  /// digits cancel; and one of those that cancel most.
  private static func rightAngles(_ stream: inout RandomStream) -> [Double] {
    [0x1.c741ec4921e37p+27]
      + (0..<count).flatMap { index -> [Double] in
        let multiple = index < 1000 ? Double(index) : exp2(29 * stream.uniform()).rounded()
        let angle = Double(Reference(multiple) * (Reference.pi / 2))
        return index % 2 == 0 ? [angle, angle.nextUp] : [-angle, angle.nextDown]
      }
  }
}
