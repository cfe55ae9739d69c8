import Foundation
import Mercer

extension Benchmark {
  /// A ridge regression on uniform centres, 1,000 unless said otherwise, from the inputs to the
  /// coefficients: n = 100,000, d = 30, tiles in Float, right-hand side and residual in Double. The
  /// number is the root mean square error of 10,000 other rows, against the function without noise;
  /// centres are not the peer's.
  static let nystromRidge = Benchmark(name: "nystrom-ridge") { options in
    let (n, d) = (options.rows ?? 100_000, 30)
    let context = ExecutionContext(threadCount: options.threads)
    let x = SharedNumbers.matrix(n, d, stream: 1, as: Double.self)
    let noise = SharedNumbers.uniform(n, stream: 4)
    func truth(_ x: Matrix<Double>) -> [Double] {
      (0..<x.rowCount).map { sin(3 * x[$0, 0]) + x[$0, 1] * x[$0, 2] }
    }
    let y = zip(truth(x), noise).map { $0 + 0.1 * ($1 - 0.5) }
    let others = SharedNumbers.matrix(min(n, 10_000), d, stream: 5, as: Double.self)
    let wanted = options.centres ?? 1000
    let kernel = try GaussianKernel<Double>(lengthScale: 2)
    let narrowKernel = try GaussianKernel<Float>(lengthScale: 2)

    func fit(_ count: Int) throws(MercerError) -> (centres: Points<Double>, values: Matrix<Double>)
    {
      let rows = Points(x.rows(0..<count))
      let narrow = Points<Float>(Matrix(converting: rows.coordinates))
      let chosen = try CentreSelector().select(
        min(wanted, count / 2), from: GramColumns(narrowKernel, inputs: narrow), context: context)
      let centres = rows.subset(at: chosen)
      let solution = try CentreRidge(ridge: 1e-6 * Double(count)).solve(
        try TiledCrossGram(narrowKernel, rows: narrow, columns: narrow.subset(at: chosen)),
        exact: try TiledCrossGram(kernel, rows: rows, columns: centres),
        core: try TiledCrossGram(kernel, rows: centres, columns: centres),
        targets: Matrix(column: Array(y.prefix(count))), context: context)
      return (centres, solution.values)
    }

    return Work(
      size: ["n": n, "d": d, "centres": min(wanted, n / 2)],
      warmUp: { _ = try fit(min(n, 1000)) },
      run: {
        let (centres, values) = try fit(n)
        return {
          guard
            let gram = try? TiledCrossGram(kernel, rows: Points(others), columns: centres),
            let f = try? gram.applied(to: values, context: context)
          else { return .nan }
          let rest = zip(truth(others), f.elements).map { $0 - $1 }
          return (rest.reduce(0) { $0 + $1 * $1 } / Double(rest.count)).squareRoot()
        }
      })
  }
}
