public import MercerCore

// The combinators written as on paper. Sums of sums and products of products are flattened.

extension ExpressibleKernel where Inputs == Points<Element> {
  /// The kernel to a whole power from 1 to 1000.
  ///
  /// - Throws: `.invalidParameter` for another exponent.
  public func power(_ exponent: Int) throws(MercerError) -> PowerKernel<Element> {
    try PowerKernel(self, exponent: exponent)
  }

  /// The kernel on some columns of the inputs, counted from 0.
  ///
  /// - Throws: `.invalidParameter` when there is none, one is negative, or one is there twice.
  public func on(_ columns: [Int]) throws(MercerError) -> ColumnsKernel<Element> {
    try ColumnsKernel(self, on: columns)
  }

  /// The kernel scaled to a diagonal of ones.
  public func normalised() -> NormalisedKernel<Element> { NormalisedKernel(self) }

  /// The kernel centred in feature space: against `reference`, or without one against the column
  /// inputs that it is bound to. See `CentredKernel` for when that matters.
  public func centred(on reference: Points<Element>? = nil) -> CentredKernel<Element> {
    CentredKernel(self, reference: reference)
  }
}

/// The sum of two kernels.
public func + <Element: Scalar>(
  a: any PointKernel<Element>, b: any PointKernel<Element>
) -> SumKernel<Element> {
  SumKernel(flattening: a, b)
}

/// The product of two kernels.
public func * <Element: Scalar>(
  a: any PointKernel<Element>, b: any PointKernel<Element>
) -> ProductKernel<Element> {
  ProductKernel(flattening: a, b)
}

/// A number times a kernel.
///
/// - Throws: `.invalidParameter` when the factor is not finite or not above 0.
public func * <Element: Scalar>(
  factor: Double, kernel: any PointKernel<Element>
) throws(MercerError) -> ScaledKernel<Element> {
  try ScaledKernel(factor, kernel)
}
