public import MercerCore
public import MercerKernels
import RealModule

/// A kernel of which only the length scale is still open, for the search to try.
public struct KernelFamily: Sendable {
  /// The name on the leaderboard.
  public let name: String
  /// Whether its distance is ℓ₁ (else Euclidean), for the scale that the search starts from.
  public let usesAbsoluteDistance: Bool
  /// The kernel of a length scale.
  public let make: @Sendable (Double) throws(MercerError) -> any PointKernel<Double>

  /// A family.
  public init(
    _ name: String, usesAbsoluteDistance: Bool = false,
    make: @escaping @Sendable (Double) throws(MercerError) -> any PointKernel<Double>
  ) {
    self.name = name
    self.usesAbsoluteDistance = usesAbsoluteDistance
    self.make = make
  }

  /// What the plain search tries: kernels of four different smoothnesses and two geometries.
  public static let plain: [KernelFamily] = [
    KernelFamily("productLaplace", usesAbsoluteDistance: true) {
      (length) throws(MercerError) in try ProductLaplaceKernel<Double>(lengthScale: length)
    },
    KernelFamily("laplace") { (length) throws(MercerError) in
      try LaplaceKernel<Double>(lengthScale: length)
    },
    KernelFamily("matern(smoothness: 2.5)") { (length) throws(MercerError) in
      try MaternKernel<Double>(smoothness: 2.5, lengthScale: length)
    },
    KernelFamily("gaussian") { (length) throws(MercerError) in
      try GaussianKernel<Double>(lengthScale: length)
    },
  ]

  /// The median distance between different points, the scale on which the data live.
  ///
  /// - Returns: the median over all pairs that are not at distance 0; 1 when there is none.
  /// - Complexity: O(n² d).
  func medianDistance(of points: Points<Double>) throws(MercerError) -> Double {
    // −log of the Laplace kernels with length scale 1 is the distance itself.
    let kernel: any Kernel<Points<Double>, Double> =
      usesAbsoluteDistance
      ? try ProductLaplaceKernel<Double>(lengthScale: 1) : try LaplaceKernel<Double>(lengthScale: 1)
    let scaled = try spread(of: points)
    let gram = try kernel.matrix(rows: scaled.points, columns: scaled.points)
    var distances: [Double] = []
    for i in 0..<gram.rowCount {
      for (j, value) in gram.row(i).enumerated() where j < i && value < 1 {
        distances.append(-Double.log(max(value, .leastNormalMagnitude)))
      }
    }
    guard !distances.isEmpty else { return 1 }
    distances.sort()
    return distances[distances.count / 2] * scaled.factor
  }

  /// The points brought to distances of order one, so that no kernel value under- or overflows.
  private func spread(
    of points: Points<Double>
  ) throws(MercerError) -> (points: Points<Double>, factor: Double) {
    let largest = points.coordinates.withUnsafeBufferPointer { Double.largestMagnitude($0) }
    let factor = max(largest * Double(max(points.dimension, 1)), .leastNormalMagnitude) / 50
    var coordinates = points.coordinates
    coordinates.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Double.loops.affine(buffer.count, base, 1 / factor, 0)
    }
    return (Points(coordinates), factor)
  }
}
