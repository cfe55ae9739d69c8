public import MercerCore

// The combinators written as on paper. Sums of sums and products of products are flattened.

extension ExpressibleKernel where Inputs == Points<Element> {
  /// The sum of two kernels.
  public static func + (
    a: Self, b: some ExpressibleKernel<Points<Element>, Element>
  ) -> SumKernel<Element> {
    SumKernel(flattening: a, b)
  }

  /// The product of two kernels.
  public static func * (
    a: Self, b: some ExpressibleKernel<Points<Element>, Element>
  ) -> ProductKernel<Element> {
    ProductKernel(flattening: a, b)
  }

  /// A number times a kernel.
  ///
  /// - Throws: `.invalidParameter` when the factor is not finite or not above 0.
  public static func * (factor: Double, kernel: Self) throws(MercerError) -> ScaledKernel<Element> {
    try ScaledKernel(factor, kernel)
  }

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
