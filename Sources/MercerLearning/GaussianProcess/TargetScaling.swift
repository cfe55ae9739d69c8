import MercerCore

/// What is done to the targets before a Gaussian process with prior mean zero sees them.
///
/// Predictions are in the units of the targets whatever the scaling; the log marginal likelihood is
/// that of the scaled targets.
public enum TargetScaling: String, Sendable, Codable, CaseIterable {
  /// Nothing: the prior mean is zero.
  case none
  /// The mean of each output is subtracted; rows count alike in it, whatever their weights.
  case centered
  /// Each output also is divided by its standard deviation (with n in the denominator); a constant
  /// output is centered only.
  case standardized
}

/// The offset and scale of each output.
struct OutputScale: Sendable {
  let offsets: [Double]
  let scales: [Double]

  init(_ targets: Matrix<Double>, _ scaling: TargetScaling) {
    let (n, k) = (Double(max(targets.rowCount, 1)), targets.columnCount)
    var (offsets, scales) = ([Double](repeating: 0, count: k), [Double](repeating: 1, count: k))
    if scaling != .none {
      for output in 0..<k {
        let column = targets.column(output)
        offsets[output] = column.reduce(0, +) / n
        guard scaling == .standardized else { continue }
        let deviation =
          (column.reduce(0) {
            $0 + ($1 - offsets[output]) * ($1 - offsets[output])
          } / n).squareRoot()
        // Rounding of the mean leaves a constant column a deviation of this order.
        if deviation > 8 * Double.ulpOfOne * abs(offsets[output]) { scales[output] = deviation }
      }
    }
    self.offsets = offsets
    self.scales = scales
  }

  /// (y − offset) / scale, column by column.
  func scaled(_ targets: Matrix<Double>) -> Matrix<Double> {
    mapped(targets) { ($0 - offsets[$1]) / scales[$1] }
  }

  /// f · scale + offset, column by column.
  func restored(_ values: Matrix<Double>) -> Matrix<Double> {
    mapped(values) { $0 * scales[$1] + offsets[$1] }
  }

  private func mapped(
    _ matrix: Matrix<Double>, _ body: (Double, Int) -> Double
  ) -> Matrix<Double> {
    let k = matrix.columnCount
    return Matrix(rowCount: matrix.rowCount, columnCount: k) { target in
      matrix.withUnsafeBufferPointer { source in
        for i in source.indices { target[i] = body(source[i], i % k) }
      }
    }
  }
}
