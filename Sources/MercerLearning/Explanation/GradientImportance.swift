import MercerCore
import MercerOperators

/// How fast predictions change with each coordinate: the diagonal of the average gradient outer
/// product.
struct GradientImportance {
  /// √ of the mean square gradient of each column, its coordinates and all outputs summed, each
  /// coordinate in units of its standard deviation over the training rows.
  let columns: [Double]

  /// - Complexity: about 2 (1 + k) predictions of the points, k the outputs.
  init(
    of explainer: TableExplainer, at points: Points<Double>, context: ExecutionContext
  ) throws(MercerError) {
    let regression = explainer.model.regression
    let rows = explainer.sample(
      min(explainer.extent.gradientRows, max(50, explainer.evaluationLimit / 4)), of: points.count,
      purpose: "gradient rows")
    let chosen = rows.count == points.count ? points : points.subset(at: rows)
    let d = points.dimension
    var total = Matrix<Double>(
      rowCount: rows.count, columnCount: regression.members[0].coefficients.columnCount * d)
    for (member, weight) in zip(regression.members, regression.weights) {
      let gradient = try Self.gradient(
        of: member.kernel, at: chosen, inputs: member.inputs, member.coefficients, context)
      total.withUnsafeMutableBufferPointer { sum in
        gradient.withUnsafeBufferPointer { terms in
          for index in sum.indices { sum[index] += weight * terms[index] }
        }
      }
    }
    var squares = [Double](repeating: 0, count: d)
    total.withUnsafeBufferPointer { gradient in
      for (index, value) in gradient.enumerated() { squares[index % d] += value * value }
    }
    let scale = Double(max(rows.count, 1)).squareRoot()
    let deviations = Self.deviations(of: regression.inputs)
    columns = explainer.blocks.map { block in
      block.reduce(0) { $0 + squares[$1] * deviations[$1] * deviations[$1] }.squareRoot() / scale
    }
  }

  private static func gradient(
    of kernel: some Kernel<Points<Double>, Double>, at points: Points<Double>,
    inputs: Points<Double>, _ coefficients: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    try TiledCrossGram(kernel, rows: points, columns: inputs)
      .inputGradient(of: coefficients, context: context)
  }

  /// The population standard deviation of each coordinate.
  private static func deviations(of points: Points<Double>) -> [Double] {
    let (n, d) = (points.count, points.dimension)
    var (means, squares) = (
      [Double](repeating: 0, count: d), [Double](repeating: 0, count: d)
    )
    points.coordinates.withUnsafeBufferPointer { x in
      for (index, value) in x.enumerated() { means[index % d] += value / Double(n) }
      for (index, value) in x.enumerated() {
        let difference = value - means[index % d]
        squares[index % d] += difference * difference / Double(n)
      }
    }
    return squares.map { $0.squareRoot() }
  }
}
