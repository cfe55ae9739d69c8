import MercerCore
import MercerOperators
import MercerSolvers

/// B = λ I + Rᵀ K R for K, n × n, and c outputs: an operator on n c values, row by row.
///
/// - Complexity: a product with K of c columns, and O(n c).
struct CurvatureGram: SymmetricGramOperator {
  let base: any SymmetricGramOperator<Double>
  let curvature: RowCurvature
  let ridge: Double

  var rowCount: Int { curvature.roots.count }
  var columnCount: Int { rowCount }

  func apply(
    _ v: Matrix<Double>, into y: inout Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    let (n, c) = (curvature.roots.rowCount, curvature.roots.columnCount)
    for column in 0..<v.columnCount {
      let u = Matrix(rowCount: n, columnCount: c, elements: v.column(column))
      let product = try base.applied(to: curvature.root(u), context: context)
      let result = curvature.rootTransposed(product)
      let width = v.columnCount
      y.withUnsafeMutableBufferPointer { y in
        u.withUnsafeBufferPointer { u in
          result.withUnsafeBufferPointer { result in
            for i in u.indices { y[i * width + column] = ridge * u[i] + result[i] }
          }
        }
      }
    }
  }

  func diagonal() throws(MercerError) -> [Double] {
    let entries = try base.diagonal()
    let width = curvature.roots.columnCount
    return curvature.gramDiagonal.elements.enumerated().map {
      ridge + $0.element * entries[$0.offset / width]
    }
  }

  /// B⁻¹ U for U, n × c, and how many products that took.
  func solve(
    _ u: Matrix<Double>, preconditioner: any Preconditioner<Double>, tolerance: Double,
    context: ExecutionContext
  ) throws(MercerError) -> (solution: Matrix<Double>, products: Int) {
    let solver = ConjugateGradients(
      tolerance: tolerance, iterationLimit: 300, onNonConvergence: .returnBest)
    let solution = try solver.solve(
      self, u.reshaped(rowCount: u.count, columnCount: 1), preconditioner: preconditioner,
      context: context)
    return (
      solution.values.reshaped(rowCount: u.rowCount, columnCount: u.columnCount),
      solution.report.iterations
    )
  }
}

/// B without the coupling of its outputs: one inverse an output, between projections onto what R sees.
struct CurvaturePreconditioner<Part: InverseOfOneOutput>: Preconditioner {
  let curvature: RowCurvature
  /// The inverses of λ I + D K D, D² the diagonal of W for one output.
  let parts: [Part]

  func solve(
    _ r: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let (n, c) = (curvature.roots.rowCount, curvature.roots.columnCount)
    precondition(r.columnCount == 1 && r.rowCount == n * c)
    let seen = curvature.projected(r.reshaped(rowCount: n, columnCount: c))
    var result = seen
    for (output, part) in parts.enumerated() {
      let column = try part.solve(Matrix(column: seen.column(output)), context: context)
      result.withUnsafeMutableBufferPointer { result in
        column.withUnsafeBufferPointer { column in
          for i in column.indices { result[i * c + output] = column[i] }
        }
      }
    }
    return curvature.projected(result).reshaped(rowCount: n * c, columnCount: 1)
  }
}

/// What a preconditioner does for one output.
protocol InverseOfOneOutput: Sendable {
  func solve(
    _ b: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double>
}

extension Cholesky<Double>: InverseOfOneOutput {}

/// (λ I + G Gᵀ)⁻¹ for G, n × r, by the identity of Woodbury (1950).
struct LowRankInverse: InverseOfOneOutput {
  private let g: Matrix<Double>
  private let ridge: Double
  /// Of λ I + Gᵀ G.
  private let core: Cholesky<Double>

  init(_ g: Matrix<Double>, ridge: Double, context: ExecutionContext) throws(MercerError) {
    var small = try g.multiplied(by: g, transposed: true, context: context)
    for k in 0..<small.rowCount { small[k, k] += ridge }
    self.g = g
    self.ridge = ridge
    core = try Cholesky(small, jitter: .upTo(1e-10), context: context)
  }

  func solve(
    _ b: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let inside = try g.multiplied(by: b, transposed: true, context: context)
    let part = try g.multiplied(by: try core.solve(inside, context: context), context: context)
    return b.subtracting(part).scaled(by: 1 / ridge)
  }
}
