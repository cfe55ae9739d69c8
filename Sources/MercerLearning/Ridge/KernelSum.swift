import MercerCore
import MercerKernels
import MercerOperators

/// Sums Σⱼ αⱼ k(·, xⱼ) at few inputs or many.
enum KernelSum {
  /// Up to so many inputs are few: what is done once to each xⱼ then costs more than the kernel values.
  private static let fewInputs = 16
  /// Rows xⱼ that are taken at a time for few inputs, so that what is made of them stays in the cache
  /// and in memory that is used again.
  private static let partLength = 256

  /// K(X*, X) α, m × k.
  ///
  /// - Parameters:
  ///   - inputs: X*, m points.
  ///   - centres: X, n points.
  ///   - coefficients: α, n × k.
  /// - Complexity: n m d.
  /// - Throws: what the binding of the kernel throws; `.cancelled`.
  static func values(
    of kernel: any Kernel<Points<Double>, Double>, at inputs: Points<Double>,
    centres: Points<Double>, coefficients: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    // What a kernel takes from a reference costs as much for a part as for all.
    guard inputs.count <= fewInputs, centres.count > partLength,
      let expressible = kernel as? any PointKernel<Double>,
      !expressible.expression.dependsOnReference
    else {
      return try TiledCrossGram(kernel, rows: inputs, columns: centres)
        .applied(to: coefficients, context: context)
    }
    var sum = Matrix<Double>(rowCount: inputs.count, columnCount: coefficients.columnCount)
    for rows in (0..<centres.count).chunks(of: partLength) {
      let rows = Array(rows)
      sum.add(
        try TiledCrossGram(kernel, rows: inputs, columns: centres.subset(at: rows))
          .applied(to: coefficients.rows(at: rows), context: context))
    }
    return sum
  }
}
