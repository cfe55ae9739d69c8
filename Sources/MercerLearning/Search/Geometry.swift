import MercerCore
import MercerKernels

/// The kernels that the search for a blend tries: mostly those with a kink at distance 0, as what
/// wins on tables bends sharply.
package enum Geometry: String, Sendable, CaseIterable {
  case productLaplace, laplace, matern, gaussian
  /// exp(−(‖x − z‖₁ / ℓ)^0.7): sharper near a point and with longer tails than product Laplace.
  case sharp
  /// The mean of two product Laplace kernels, one eight times as wide as the other.
  case twoScales
  /// A linear function, and what bends about it: goes on where the rows end.
  case linearAndLaplace, linearAndProductLaplace
  /// Interactions of every order, the higher ones counting less; and of pairs alone.
  case anova, pairwise
  /// The tangent kernel of an infinitely wide network with two hidden rectified layers; the length
  /// scale sets the variance of its biases.
  case network

  /// The exponent of the distance that the kernel is a function of.
  var exponent: Double {
    switch self {
    case .productLaplace, .sharp, .twoScales, .linearAndProductLaplace, .anova, .pairwise: 1
    case .laplace, .matern, .gaussian, .network, .linearAndLaplace: 2
    }
  }

  /// The kernel of this kind on points of some dimension.
  func kernel<Element: Scalar>(
    lengthScale: Double, metric: Metric, dimension: Int, of type: Element.Type
  ) throws(MercerError) -> any PointKernel<Element> {
    switch self {
    case .productLaplace:
      return try ProductLaplaceKernel<Element>(lengthScale: lengthScale, metric: metric)
    case .laplace: return try LaplaceKernel<Element>(lengthScale: lengthScale, metric: metric)
    case .matern:
      return try MaternKernel<Element>(smoothness: 2.5, lengthScale: lengthScale, metric: metric)
    case .gaussian: return try GaussianKernel<Element>(lengthScale: lengthScale, metric: metric)
    case .sharp:
      return try PowerExponentialKernel<Element>(
        q: 1, p: 0.7, lengthScale: lengthScale, metric: metric)
    case .twoScales:
      let near = try ProductLaplaceKernel<Element>(lengthScale: lengthScale / 2, metric: metric)
      let far = try ProductLaplaceKernel<Element>(lengthScale: lengthScale * 4, metric: metric)
      return try SumKernel([ScaledKernel(0.5, near), ScaledKernel(0.5, far)])
    case .anova, .pairwise:
      // One coordinate's share of a distance that is a sum over coordinates.
      let share = 2 * lengthScale / Double(Swift.max(dimension, 1))
      return self == .anova
        ? try AnovaLaplaceKernel<Element>(lengthScale: share, metric: metric)
        : try AdditiveLaplaceKernel<Element>(
          order: Swift.min(2, dimension), lengthScale: share, metric: metric)
    case .linearAndLaplace:
      let bends = try LaplaceKernel<Element>(lengthScale: lengthScale, metric: metric)
      // The squared length of a point is about half a squared distance.
      let trend = try LinearKernel<Element>(metric: metric)
      return try SumKernel([bends, ScaledKernel(2 / (lengthScale * lengthScale), trend)])
    case .linearAndProductLaplace:
      let bends = try ProductLaplaceKernel<Element>(lengthScale: lengthScale, metric: metric)
      let trend = try LinearKernel<Element>(metric: metric)
      // A sum of d differences is about √d times their Euclidean length.
      let size = lengthScale * lengthScale / Double(Swift.max(dimension, 1))
      return try SumKernel([bends, ScaledKernel(2 / size, trend)])
    case .network:
      // Inner products are divided by the dimension, so squared lengths are too.
      let size = lengthScale * lengthScale / Double(2 * Swift.max(dimension, 1))
      let hidden: [any NetworkLayer] = [
        try DenseLayer(weightVariance: 2, biasVariance: size / 10), RectifierLayer.relu,
      ]
      let network = try Network(hidden + hidden + [DenseLayer()])
      let kernel = try NetworkKernel<Element>(.ntk, network, metric: metric)
      // To values of about 1, where ridges mean what they mean for the other kernels.
      return try ScaledKernel(1 / (3 * size), kernel)
    }
  }
}
