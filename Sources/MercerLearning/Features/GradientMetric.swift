import MercerCore
import MercerKernels
import MercerOperators
import RealModule

/// The next metric of a recursive feature machine: the average gradient outer product of a predictor,
/// so that directions along which it changes count more and others less.
///
/// With M = mean over points and outputs of ∇f ∇fᵀ, distances become √((x − z)ᵀ M (x − z)).
/// - Source: Radhakrishnan, Beaglehole, Pandit and Belkin, Mechanism for feature learning in neural
///   networks and backpropagation-free machine learning models (2024, arXiv 2212.13881), alg. 1;
///   for tables and ℓ₁ kernels Beaglehole, Holzmüller, Radhakrishnan and Belkin, xRFM (2025).
enum GradientMetric {
  /// The most points at which gradients are taken: their mean needs no more.
  private static let pointLimit = 1500

  /// The rows at which gradients are taken, of so many: all, or evenly spaced ones.
  private static func rows(of count: Int) -> [Int] {
    let step = max(1, (count + pointLimit - 1) / pointLimit)
    return Array(stride(from: 0, to: count, by: step))
  }

  /// The gradients of a regression, those of each row times √wᵢ, so that sums of their products are
  /// weighted ones; nil where a gradient is not finite or the kernel has none.
  static func weightedGradients(
    of model: KernelRidgeModel, weights: [Double]?, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double>? {
    guard let kernel = model.kernel as? any PointKernel<Double> else { return nil }
    var gradients = try gradients(
      of: kernel, inputs: model.inputs, coefficients: model.coefficients, context: context)
    if let weights {
      gradients.scaleRows(by: rows(of: model.inputs.count).map { weights[$0].squareRoot() })
    }
    return gradients.isFinite ? gradients : nil
  }

  /// The gradients of Σⱼ αⱼ k(·, xⱼ) at the inputs, or at evenly spaced ones of many.
  ///
  /// - Returns: points × (outputs · d).
  /// - Complexity: O(n p d (1 + k)) for p points, n inputs and k outputs.
  static func gradients<Element: Scalar>(
    of kernel: any PointKernel<Element>, inputs: Points<Element>, coefficients: Matrix<Element>,
    context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let rows = rows(of: inputs.count)
    let points = rows.count == inputs.count ? inputs : inputs.subset(at: rows)
    let gradients = try TiledCrossGram(kernel, rows: points, columns: inputs)
      .inputGradient(of: coefficients, context: context)
    return Matrix<Double>(converting: gradients)
  }

  /// √ of the diagonal of M, largest 1: a scale for each coordinate.
  ///
  /// - Parameter blocks: coordinates that belong together (the levels of one category), which get
  ///   one scale.
  static func scales(_ gradients: Matrix<Double>, dimension d: Int, blocks: [[Int]]) -> Metric {
    var squares = [Double](repeating: 0, count: d)
    let outputs = d == 0 ? 0 : gradients.columnCount / d
    gradients.withUnsafeBufferPointer { g in
      for start in stride(from: 0, to: g.count, by: max(outputs * d, 1)) {
        for o in 0..<outputs {
          for c in 0..<d {
            let value = g[start + o * d + c]
            squares[c] += value * value
          }
        }
      }
    }
    for block in blocks where !block.isEmpty {
      let mean = block.reduce(0) { $0 + squares[$1] } / Double(block.count)
      for c in block { squares[c] = mean }
    }
    guard let largest = squares.max(), largest > 0, largest.isFinite else { return .identity }
    return .scales(squares.map { ($0 / largest).squareRoot() })
  }

  /// M^½ in its eigenbasis, the largest eigenvalue 1: directions of less than 10⁻⁶ of it are left
  /// out.
  static func transform(
    _ gradients: Matrix<Double>, dimension d: Int, context: ExecutionContext
  ) throws(MercerError) -> Metric {
    let outputs = d == 0 ? 0 : gradients.columnCount / d
    let flat = gradients.reshaped(rowCount: gradients.rowCount * outputs, columnCount: d)
    let product = try flat.transposed().multiplied(by: flat, context: context)
    let eigen = try SymmetricEigen(product)
    guard let largest = eigen.values.last, largest > 0, largest.isFinite else { return .identity }
    // Ascending; rows of `vectors` are the eigenvectors.
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > 1e-6 * largest }
    var rows = eigen.vectors.rows(at: kept)
    rows.scaleRows(by: kept.map { (eigen.values[$0] / largest).squareRoot() })
    return .transform(rows)
  }
}
