import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// Whether two lists agree to a share of the largest magnitude in the second.
func agree(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
  let scale = b.reduce(0) { max($0, abs($1)) }
  return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale }
}

/// Some points and targets of a smooth function with noise.
func smoothData(
  _ n: Int, dimension d: Int = 2, outputs: Int = 1, seed: UInt64 = 1, weighted: Bool = false
) throws -> LabelledData<Points<Double>> {
  var stream = RandomStream(seed: seed, purpose: "test data")
  let inputs = Matrix(
    rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in 2 * stream.normal() })
  let targets = (0..<n).flatMap { i -> [Double] in
    (0..<outputs).map { k -> Double in
      let level = 0.3 * Double(k + 1)
      return sin(inputs[i, 0] + Double(k)) + level + 0.1 * stream.normal()
    }
  }
  return try LabelledData(
    inputs: Points(inputs), targets: Matrix(rowCount: n, columnCount: outputs, elements: targets),
    weights: weighted ? (0..<n).map { _ in 0.5 + stream.uniform() } : nil)
}

@Suite struct GaussianProcessTests {
  /// 1e-10 relative, which the reference supports: the condition of A is at most 500 here.
  @Test func agreesWithTheReference() throws {
    let golden = try GoldenProcesses.load()
    #expect(golden.cases.count == 8)
    for reference in golden.cases {
      let data = try golden.data(reference)
      let test = golden.points(golden.x_test, reference)
      let model = try reference.process().fit(data)
      #expect(model.jitter == 0)
      #expect(
        abs(model.logMarginalLikelihood / reference.log_marginal_likelihood - 1) < 1e-10,
        "\(reference.kernel)")
      let gradient = try model.logMarginalLikelihoodGradient()
      #expect(
        agree(
          reference.referenceGradient(gradient.parameters), reference.lml_gradient_wrt_log_theta,
          within: 1e-10), "\(reference.kernel): \(gradient)")
      #expect(
        agree(try model.mean(test).elements, reference.predict_mean, within: 1e-10),
        "\(reference.kernel)")
      let deviations = try model.standardDeviation(test).elements
      for (ours, theirs) in zip(deviations, reference.predict_std) {
        #expect(abs(ours / theirs - 1) < 1e-10, "\(reference.kernel)")
      }
      #expect(
        agree(
          try model.covariance(test).elements, reference.predict_cov.flatMap { $0 }, within: 1e-10),
        "\(reference.kernel)")
    }
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    let data = try smoothData(12, outputs: 2, weighted: true)
    let kernel =
      try (1.4 * RationalQuadraticKernel<Double>(alpha: 0.8, lengthScale: 1.1))
      + MaternKernel<Double>(
        smoothness: 1.5, lengthScale: 0.9, metric: .scales([0.7, 1.3]))
    let process = try GaussianProcess(kernel: kernel, noiseVariance: 0.05)
    let gradient = try process.fit(data).logMarginalLikelihoodGradient()
    // Central differences of a likelihood near 20 in steps of 1e-5: rounding gives 1e-10, the third
    // derivative as much.
    let step = 1e-5
    func likelihood(_ values: [Double], noise: Double) throws -> Double {
      try GaussianProcess(kernel: kernel.withParameters(values), noiseVariance: noise)
        .fit(data).logMarginalLikelihood
    }
    let values = kernel.parameters.map(\.value)
    #expect(gradient.parameters.count == values.count)
    for p in values.indices {
      var (up, down) = (values, values)
      up[p] *= exp(step)
      down[p] *= exp(-step)
      let difference =
        try (likelihood(up, noise: 0.05) - likelihood(down, noise: 0.05)) / (2 * step)
      #expect(abs(gradient.parameters[p] - difference) < 1e-6 * max(1, abs(difference)))
    }
    let difference =
      try
      (likelihood(values, noise: 0.05 * exp(step)) - likelihood(values, noise: 0.05 * exp(-step)))
      / (2 * step)
    #expect(abs(gradient.noiseVariance - difference) < 1e-6 * max(1, abs(difference)))
  }

  @Test func gradientDoesNotDependOnThreads() throws {
    let data = try smoothData(140)  // more than one band of rows
    let model = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1), noiseVariance: 0.1
    ).fit(data)
    let one = try model.logMarginalLikelihoodGradient(context: ExecutionContext(threadCount: 1))
    let three = try model.logMarginalLikelihoodGradient(context: ExecutionContext(threadCount: 3))
    #expect(one == three)
    // The bands and mirrored triangles against the plain formula: the gradient of the noise is
    // ½ σ² (αᵀα − tr A⁻¹).
    let gram = try model.kernel.matrix(rows: data.inputs, columns: data.inputs)
    var a = gram
    for i in 0..<140 { a[i, i] += 0.1 }
    let inverse = try Cholesky(a).inverse()
    let dual = model.dual.elements
    let expected = 0.05 * (dual.reduce(0) { $0 + $1 * $1 } - inverse.diagonal.reduce(0, +))
    #expect(abs(one.noiseVariance - expected) < 1e-10 * abs(expected))
  }

  @Test func severalOutputsShareTheKernel() throws {
    let data = try smoothData(15, outputs: 3)
    let process = try GaussianProcess(
      kernel: MaternKernel<Double>(lengthScale: 1.2), noiseVariance: 0.1)
    let together = try process.fit(data)
    var (likelihood, slope) = (0.0, 0.0)
    for output in 0..<3 {
      let alone = try process.fit(
        LabelledData(inputs: data.inputs, targets: data.targets.column(output)))
      likelihood += alone.logMarginalLikelihood
      slope += try alone.logMarginalLikelihoodGradient().parameters[0]
      let test = data.inputs.subset(at: [0, 3])
      let ours = try together.mean(test).column(output)
      #expect(agree(ours, try alone.mean(test).elements, within: 1e-13))
    }
    #expect(abs(together.logMarginalLikelihood - likelihood) < 1e-12 * abs(likelihood))
    let sum = try together.logMarginalLikelihoodGradient().parameters[0]
    #expect(abs(sum - slope) < 1e-11 * abs(slope))
  }

  @Test func weightsDivideTheNoise() throws {
    // A row of weight 2 is two rows of weight 1: the posterior is the same.
    let data = try smoothData(8)
    let weights = [1, 2, 1, 1, 2, 1, 1, 1.0]
    let order = [0, 1, 1, 2, 3, 4, 4, 5, 6, 7]
    let process = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1.5), noiseVariance: 0.2)
    let weighted = try process.fit(
      LabelledData(inputs: data.inputs, targets: data.targets, weights: weights))
    let repeated = try process.fit(data.subset(at: order))
    let test = try smoothData(5, seed: 2).inputs
    #expect(
      agree(try weighted.mean(test).elements, try repeated.mean(test).elements, within: 1e-12))
    #expect(
      agree(
        try weighted.variance(test).elements, try repeated.variance(test).elements, within: 1e-12))
  }

  @Test func scalingMovesAndStretchesPredictions() throws {
    let data = try smoothData(14, outputs: 2)
    let moved = try LabelledData(
      inputs: data.inputs,
      targets: Matrix(
        rowCount: 14, columnCount: 2,
        elements: data.targets.elements.enumerated().map { $0 % 2 == 0 ? 100 + $1 : 5 - 40 * $1 }))
    let process = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1.3), noiseVariance: 0.1, scaling: .standardized)
    let (plain, stretched) = (try process.fit(data), try process.fit(moved))
    let test = try smoothData(4, seed: 3).inputs
    let (a, b) = (try plain.predict(test), try stretched.predict(test))
    let (va, vb) = (try plain.variance(test), try stretched.variance(test))
    for i in 0..<4 {
      #expect(abs(b[i, 0] - (100 + a[i, 0])) < 1e-11)
      #expect(abs(b[i, 1] - (5 - 40 * a[i, 1])) < 1e-11)
      #expect(abs(vb[i, 0] / va[i, 0] - 1) < 1e-11)
      #expect(abs(vb[i, 1] / (1600 * va[i, 1]) - 1) < 1e-11)
    }
    #expect(abs(plain.logMarginalLikelihood - stretched.logMarginalLikelihood) < 1e-10)
    #expect(
      agree(
        try stretched.covariance(test, output: 1).diagonal, vb.column(1), within: 1e-12))
    // A constant output has no deviation to divide by, and is predicted as it is.
    let constant = try LabelledData(
      inputs: data.inputs, targets: [Double](repeating: 0.1, count: 14))
    let prediction = try process.fit(constant).predict(test).elements
    for value in prediction { #expect(abs(value - 0.1) < 1e-15) }
  }

  @Test func noiseIsIncludedOnRequest() throws {
    let data = try smoothData(9)
    let model = try GaussianProcess(
      kernel: GaussianKernel<Double>(), noiseVariance: 0.3
    ).fit(data)
    let test = try smoothData(3, seed: 4).inputs
    let (latent, observed) = (
      try model.variance(test).elements, try model.variance(test, includingNoise: true).elements
    )
    for (f, y) in zip(latent, observed) { #expect(abs(y - f - 0.3) < 1e-15) }
  }

  @Test func refusesWhatItCannotFit() throws {
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    for noise in [-1, .nan, .infinity] {
      let error = #expect(throws: MercerError.self) {
        _ = try GaussianProcess(kernel: kernel, noiseVariance: noise)
      }
      #expect(error?.code == .invalidParameter)
    }
    // Two equal rows without noise or jitter.
    let twins = try LabelledData(inputs: Points(rows: [[1], [1], [2]]), targets: [0, 1, 2])
    let singular = #expect(throws: MercerError.self) {
      _ = try GaussianProcess(kernel: kernel, noiseVariance: 0, jitter: .none).fit(twins)
    }
    #expect(singular?.code == .notPositiveDefinite)
    let jittered = try GaussianProcess(kernel: kernel, noiseVariance: 0).fit(twins)
    #expect(jittered.jitter > 0 && jittered.jitter <= 1e-8)
    let infinite = try LabelledData(inputs: Points(rows: [[1], [.infinity]]), targets: [0, 1])
    let refused = #expect(throws: MercerError.self) {
      _ = try GaussianProcess(kernel: kernel, noiseVariance: 1).fit(infinite)
    }
    #expect(refused?.code == .invalidData)
    let model = try GaussianProcess(kernel: kernel, noiseVariance: 1).fit(twins)
    for bad in [Points<Double>(rows: [[.nan]]), Points(rows: [[1, 2]])] {
      #expect(throws: MercerError.self) { _ = try model.predict(bad) }
      #expect(throws: MercerError.self) { _ = try model.variance(bad) }
      #expect(throws: MercerError.self) { _ = try model.covariance(bad) }
    }
    let nothing = Points(Matrix<Double>(rowCount: 0, columnCount: 1))
    #expect(try model.predict(nothing).rowCount == 0)
    #expect(try model.variance(nothing).rowCount == 0)
    #expect(try model.covariance(nothing).count == 0)
    let small = #expect(throws: MercerError.self) {
      _ = try GaussianProcess(kernel: kernel, noiseVariance: 1)
        .fit(twins, context: ExecutionContext(memoryLimit: 8))
    }
    #expect(small?.code == .memoryLimit)
  }
}
