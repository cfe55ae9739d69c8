import MercerCore
import MercerOperators

/// The projection of a function onto the span of centres: K(Z, Z) θ = h(Z), solved inexactly by
/// conjugate gradients with a Nyström preconditioner. Memory is linear in the number of centres.
struct CentreProjection<K: Kernel>: Sendable {
  typealias Element = K.Element

  private let gram: TiledGram<Element>
  private let preconditioner: LowRankPreconditioner<Element>
  private let iterations: Int
  private let tolerance: Double

  init(
    _ kernel: K, _ centres: K.Inputs, rank: Int, iterations: Int, tolerance: Double, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let p = centres.count
    let r = min(rank, p)
    try context.checkMemory(
      4 * p * r * MemoryLayout<Element>.stride + 16 * r * r,
      for: "the preconditioner of \(p) centres")
    gram = try TiledGram(kernel, inputs: centres)
    var stream = RandomStream(seed: seed, purpose: "projection columns")
    let chosen = stream.sample(r, of: p)
    let columns = try TiledCrossGram(
      kernel, rows: centres, columns: centres.subset(at: chosen)
    ).densified(context: context)
    let mean = gram.diagonal().reduce(0.0) { $0 + Double($1) } / Double(p)
    preconditioner = try LowRankPreconditioner(
      columns: columns, centres: chosen, ridge: 1e-6 * mean, context: context)
    self.iterations = iterations
    self.tolerance = tolerance
  }

  /// θ for the values h at the centres (p × k), and how many products with K(Z, Z) it took.
  func coefficients(
    of values: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> (theta: Matrix<Element>, products: Int) {
    var x = Matrix<Double>(rowCount: values.rowCount, columnCount: values.columnCount)
    var residual = Matrix<Double>(converting: values)
    let norms = columnDots(residual, residual)
    var z = try preconditioner.solve(values, context: context)
    var direction = z
    var rz = columnDots(residual, z)
    var product = Matrix<Element>(rowCount: z.rowCount, columnCount: z.columnCount)
    for iteration in 0..<iterations {
      let squares = columnDots(residual, residual)
      let active = squares.indices.map {
        rz[$0] > 0 && squares[$0] > tolerance * tolerance * norms[$0]
      }
      guard active.contains(true) else {
        return (Matrix<Element>(converting: x), iteration)
      }
      try gram.apply(direction, into: &product, context: context)
      let curvature = columnDots(direction, product)
      let step = curvature.indices.map {
        active[$0] && curvature[$0] > 0 ? rz[$0] / curvature[$0] : 0
      }
      combineColumns(&x, adding: direction, times: step)
      combineColumns(&residual, adding: product, times: step.map { -$0 })
      z = try preconditioner.solve(Matrix<Element>(converting: residual), context: context)
      let next = columnDots(residual, z)
      let momentum = next.indices.map { step[$0] > 0 && rz[$0] > 0 ? next[$0] / rz[$0] : 0 }
      // A column whose curvature rounding has eaten is done.
      rz = next.indices.map { active[$0] && step[$0] == 0 ? 0 : next[$0] }
      combineColumns(&direction, scaledBy: momentum, adding: z)
    }
    return (Matrix<Element>(converting: x), iterations)
  }
}
