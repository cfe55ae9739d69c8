import MercerCore

/// A shift-invariant kernel as the Fourier transform of a probability measure: what random features
/// draw frequencies from.
///
/// By Bochner's theorem k(x, z) = E cos⟨ω, x − z⟩ with ω of this measure; here x and z have gone
/// through the kernel's metric.
/// - Source: Rahimi and Recht, Random features for large-scale kernel machines (2007), theorem 1.
public enum SpectralMeasure: Sendable, Equatable {
  /// ω = g / ℓ with g standard normal: the Gaussian kernel.
  case normal(lengthScale: Double)
  /// ω = g √(ν′ / χ²) / ℓ with g standard normal and χ² of ν′ degrees of freedom, one for all
  /// coordinates (a multivariate Student distribution): the Matérn kernel of smoothness ν′ / 2, and
  /// with ν′ = 1 the Laplace kernel of the Euclidean distance.
  case student(degrees: Int, lengthScale: Double)
  /// Each coordinate of ω a Cauchy number of its own, over ℓ: the product Laplace kernel.
  case productCauchy(lengthScale: Double)

  /// Whether the measure is the same in all directions.
  public var isIsotropic: Bool {
    if case .productCauchy = self { false } else { true }
  }
}

/// A kernel whose spectral measure can be sampled.
public protocol SpectralKernel<Element>: RadialKernel {
  /// The measure, for inputs that have gone through the metric.
  var spectralMeasure: SpectralMeasure { get }
}

extension GaussianKernel: SpectralKernel {
  /// Normal.
  public var spectralMeasure: SpectralMeasure { .normal(lengthScale: lengthScale) }
}

extension LaplaceKernel: SpectralKernel {
  /// Student's with one degree of freedom.
  public var spectralMeasure: SpectralMeasure { .student(degrees: 1, lengthScale: lengthScale) }
}

extension MaternKernel: SpectralKernel {
  /// Student's with 2ν degrees of freedom.
  public var spectralMeasure: SpectralMeasure {
    .student(degrees: Int(2 * smoothness), lengthScale: lengthScale)
  }
}

extension ProductLaplaceKernel: SpectralKernel {
  /// A Cauchy distribution in each coordinate.
  public var spectralMeasure: SpectralMeasure { .productCauchy(lengthScale: lengthScale) }
}
