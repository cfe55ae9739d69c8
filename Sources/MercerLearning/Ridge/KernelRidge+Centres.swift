import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers

extension KernelRidge {
  /// Rows to be centres, ascending: uniformly sampled, which costs nothing and is what Falkon's bounds
  /// are about.
  static func centres(
    _ count: Int, of rowCount: Int, seed: UInt64, context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "uniform centres")
    return stream.sample(count, of: rowCount).sorted()
  }

  /// The coefficients of a sum over centres, m × k; with tiles in Float where the kernel can be
  /// rewritten for it.
  func solve(
    _ kernel: any Kernel<Points<Double>, Double>, _ data: LabelledData<Points<Double>>,
    targets: Matrix<Double>, on centres: Points<Double>, method: CentreRidge.Method,
    context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    let solver = CentreRidge(ridge: ridge, method: method, onNonConvergence: .returnBest)
    let core = try TiledGram(kernel, inputs: centres)
    let cross = try TiledCrossGram(kernel, rows: data.inputs, columns: centres)
    guard let expressible = kernel as? any PointKernel<Double> else {
      return try solver.solve(
        cross, core: core, targets: targets, weights: data.weights, context: context)
    }
    let points = Points<Float>(Matrix(converting: data.inputs.coordinates))
    let narrow = try expressible.expression.makeKernel(of: Float.self).anchored(to: points)
    return try solver.solve(
      try TiledCrossGram(
        narrow, rows: points, columns: Points<Float>(Matrix(converting: centres.coordinates))),
      exact: cross, core: core, targets: targets, weights: data.weights, context: context)
  }
}
