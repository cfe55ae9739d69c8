import Foundation
import Mercer

extension Benchmark {
  /// An exact kernel ridge regression with leave-one-out residuals, from the inputs to the
  /// coefficients: n = 8,000, d = 30, Double. The peer gives the coefficients alone.
  static let ridgeFit = Benchmark(name: "krr-fit") { options in
    let (n, d) = (options.rows ?? 8_000, 30)
    let context = ExecutionContext(threadCount: options.threads)
    let x = SharedNumbers.matrix(n, d, stream: 1, as: Double.self)
    let noise = SharedNumbers.uniform(n, stream: 4)
    let y = (0..<n).map { sin(3 * x[$0, 0]) + x[$0, 1] * x[$0, 2] + 0.1 * (noise[$0] - 0.5) }
    let estimator = try KernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 2), ridge: 1, solver: .exact())

    func fit(_ count: Int) throws(MercerError) -> KernelRidgeModel {
      let rows = Array(0..<count)
      let data = try LabelledData(inputs: Points(x), targets: y).subset(at: rows)
      return try estimator.fit(data, context: context)
    }

    return Work(
      size: ["n": n, "d": d],
      warmUp: { _ = try fit(min(n, 500)) },
      run: {
        let model = try fit(n)
        guard model.leaveOneOutResiduals?.isFinite == true else { return { .nan } }
        return { model.coefficients.elements.reduce(0) { $0 + abs($1) } / Double(n) }
      })
  }
}
