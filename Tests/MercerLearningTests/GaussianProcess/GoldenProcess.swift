import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// The reference values of `sklearn_gp_krr.json`.
struct GoldenProcesses: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    let kernel: String
    let columns: [Int]
    let params: [String: Values]
    let noise_variance: Double
    let log_marginal_likelihood: Double
    let lml_gradient_wrt_log_theta: [Double]
    let predict_mean: [Double]
    let predict_std: [Double]
    let predict_cov: [[Double]]
    let krr_dual: [Double]
    let krr_predict: [Double]

    var testDescription: String { kernel }
  }

  /// A number or several.
  struct Values: Decodable {
    let list: [Double]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      list = try (try? container.decode([Double].self)) ?? [container.decode(Double.self)]
    }
  }

  let x: [[Double]]
  let y: [Double]
  let x_test: [[Double]]
  let cases: [Case]

  static func load() throws -> GoldenProcesses {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/sklearn_gp_krr.json", withExtension: nil))
    return try JSONDecoder().decode(GoldenProcesses.self, from: Data(contentsOf: url))
  }

  func data(_ golden: Case) throws -> LabelledData<Points<Double>> {
    try LabelledData(inputs: points(x, golden), targets: y)
  }

  func points(_ rows: [[Double]], _ golden: Case) -> Points<Double> {
    Points(Matrix(rows: rows).columns(at: golden.columns))
  }
}

extension GoldenProcesses.Case {
  private func value(_ name: String) throws -> Double { try #require(params[name]?.list.first) }

  func process() throws -> GaussianProcess {
    try GaussianProcess(kernel: prior(), noiseVariance: noise_variance)
  }

  /// The kernel, in Mercer's terms.
  func prior() throws -> any Kernel<Points<Double>, Double> {
    switch kernel {
    case "RBF": return try GaussianKernel<Double>(lengthScale: value("length_scale"))
    case "Matern12", "Matern32", "Matern52":
      return try MaternKernel<Double>(
        smoothness: value("nu"), lengthScale: value("length_scale"))
    case "RationalQuadratic":
      return try RationalQuadraticKernel<Double>(
        alpha: value("alpha"), lengthScale: value("length_scale"))
    case "Periodic":
      return try PeriodicKernel<Double>(
        period: value("periodicity"), lengthScale: value("length_scale"))
    case "RBF_ARD":
      let lengthScales = try #require(params["length_scale"]).list
      return try GaussianKernel<Double>(
        lengthScale: 1, metric: .scales(lengthScales.map { 1 / $0 }))
    default:
      try #require(kernel == "ScaledRBF_plus_Linear")
      let sigma = try value("k2__sigma_0")
      let gaussian = try GaussianKernel<Double>(lengthScale: value("k1__k2__length_scale"))
      return try (value("k1__k1__constant_value") * gaussian)
        + PolynomialKernel<Double>(degree: 1, offset: sigma * sigma)
    }
  }

  /// The gradient with respect to the reference's logarithms, from that with respect to ours.
  func referenceGradient(_ ours: [Double]) -> [Double] {
    switch kernel {
    // Theirs are in alphabetical order; ours begin with the length scale.
    case "RationalQuadratic": [ours[1], ours[0]]
    // A scale is the inverse of a length scale; ours has a common length scale besides.
    case "RBF_ARD": ours.dropFirst().map { -$0 }
    // The offset is the square of their parameter.
    case "ScaledRBF_plus_Linear": [ours[0], ours[1], 2 * ours[2]]
    default: ours
    }
  }
}
