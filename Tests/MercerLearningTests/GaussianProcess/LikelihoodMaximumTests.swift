import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import MercerSolvers
import Testing

@Suite struct LikelihoodMaximumTests {
  @Test func improvesOnTheReferencePoint() throws {
    let golden = try GoldenProcesses.load()
    let reference = try #require(golden.cases.first { $0.kernel == "RBF" })
    let data = try golden.data(reference)
    let found = try reference.process().maximizingLikelihood(on: data, optimizesNoise: true)
    #expect(found.logMarginalLikelihood > reference.log_marginal_likelihood + 1)
    #expect(found.parameterNames == ["lengthScale", "noiseVariance"])
    let run = try #require(found.runs.first)
    #expect(abs(run.start[0] - 1.3) < 1e-14 && abs(run.start[1] - 0.1) < 1e-15)
    #expect(run.outcome == .stopped(.gradientTolerance))
    #expect(run.gradientNorm <= 1e-6)
    // Interior: the gradient of the model itself vanishes, and the likelihood is the reported one.
    let model = try found.process.fit(data)
    let gradient = try model.logMarginalLikelihoodGradient()
    #expect(abs(gradient.parameters[0]) < 1e-5 && abs(gradient.noiseVariance) < 1e-5)
    #expect(abs(model.logMarginalLikelihood - found.logMarginalLikelihood) < 1e-9)
  }

  @Test func keepsTheNoiseAndTheBounds() throws {
    let data = try smoothData(20)
    let process = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1), noiseVariance: 0.02)
    let free = try process.maximizingLikelihood(on: data, optimizesNoise: false)
    #expect(free.process.noiseVariance == 0.02)
    #expect(free.parameterNames == ["lengthScale"])
    let optimum = free.runs[0].end[0]
    // A bound below the optimum is where the maximum within the bounds lies.
    let bounded = try process.maximizingLikelihood(
      on: data, bounds: 0.1...(0.7 * optimum), optimizesNoise: false)
    #expect(abs(bounded.runs[0].end[0] / (0.7 * optimum) - 1) < 1e-12)
    #expect(bounded.logMarginalLikelihood < free.logMarginalLikelihood)
    #expect(bounded.runs[0].gradientNorm == 0)
  }

  @Test func severalStartsAreReportedAndReproducible() throws {
    let data = try smoothData(16)
    let process = try GaussianProcess(
      kernel: 0.5 * MaternKernel<Double>(lengthScale: 2), noiseVariance: 0)
    let found = try process.maximizingLikelihood(
      on: data, starts: 3, bounds: 1e-2...1e2, noiseBounds: 1e-4...1e1, seed: 4)
    #expect(found.runs.count == 3)
    // A noise of zero begins at its lower bound.
    #expect(abs(found.runs[0].start[2] / 1e-4 - 1) < 1e-12)
    #expect(Set(found.runs.map(\.start)).count == 3)
    for run in found.runs {
      #expect(run.logMarginalLikelihood <= found.logMarginalLikelihood)
      #expect(run.start[0] >= 0.99e-2 && run.start[0] <= 1.01e2)
    }
    #expect(found.runs[found.bestRun].logMarginalLikelihood == found.logMarginalLikelihood)
    let again = try process.maximizingLikelihood(
      on: data, starts: 3, bounds: 1e-2...1e2, noiseBounds: 1e-4...1e1, seed: 4,
      context: ExecutionContext(threadCount: 1))
    #expect(again.runs.map(\.end) == found.runs.map(\.end))
  }

  @Test func survivesStartsThatAreNotDefinite() throws {
    // Equal rows and no noise: singular whatever the length scale.
    let twins = try LabelledData(inputs: Points(rows: [[1], [1], [2]]), targets: [0, 1, 2])
    let process = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1), noiseVariance: 0)
    let error = #expect(throws: MercerError.self) {
      _ = try process.maximizingLikelihood(on: twins, starts: 2, optimizesNoise: false)
    }
    #expect(error?.code == .notPositiveDefinite)
    // Distinct rows: the given length scale fails, a random start does not.
    let data = try smoothData(25, dimension: 1)
    let tooLong = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1e4), noiseVariance: 0)
    let found = try tooLong.maximizingLikelihood(
      on: data, starts: 6, optimizesNoise: false, seed: 1)
    guard case .failed(let failure) = found.runs[0].outcome else {
      Issue.record("the first start is singular to rounding, yet it did not fail")
      return
    }
    #expect(failure.code == .notPositiveDefinite)
    #expect(found.logMarginalLikelihood.isFinite && found.bestRun > 0)
  }

  @Test func refusesWhatItCannotOptimise() throws {
    let data = try smoothData(5)
    let process = try GaussianProcess(
      kernel: LinearKernel<Double>(), noiseVariance: 0.1)
    func code(_ body: () throws -> Void) -> MercerError.Code? {
      #expect(throws: MercerError.self) { try body() }?.code
    }
    #expect(
      code { _ = try process.maximizingLikelihood(on: data, optimizesNoise: false) }
        == .invalidParameter)
    #expect(code { _ = try process.maximizingLikelihood(on: data, starts: 0) } == .invalidParameter)
    #expect(
      code { _ = try process.maximizingLikelihood(on: data, bounds: 0...1) } == .invalidParameter)
    #expect(
      code { _ = try process.maximizingLikelihood(on: data, noiseBounds: 1...(.infinity)) }
        == .invalidParameter)
    let flag = CancellationFlag()
    flag.set()
    #expect(
      code {
        _ = try process.maximizingLikelihood(
          on: data, context: ExecutionContext(cancellation: flag))
      } == .cancelled)
  }

  #if !DEBUG
    @Test func recoversTheParametersOfADraw() throws {
      var stream = RandomStream(seed: 12, purpose: "test draw")
      let n = 500
      let inputs = Points(
        Matrix<Double>(
          rowCount: n, columnCount: 2, elements: (0..<2 * n).map { _ in 10 * stream.uniform() }))
      let truth = try 2.0 * GaussianKernel<Double>(lengthScale: 1.5)
      let root = try Cholesky(
        truth.matrix(rows: inputs, columns: inputs), jitter: .upTo(1e-8))
      var lower = root.factor
      for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { lower[i, j] = 0 } }
      let latent = try lower.multiplied(by: Matrix(column: (0..<n).map { _ in stream.normal() }))
      let targets = latent.elements.map { $0 + 0.2 * stream.normal() }
      let data = try LabelledData(inputs: inputs, targets: targets)
      let found = try GaussianProcess(
        kernel: 1.0 * GaussianKernel<Double>(lengthScale: 1), noiseVariance: 1
      ).maximizingLikelihood(on: data, starts: 2, seed: 1)
      let end = found.runs[found.bestRun].end
      // Some 40 patches of one length scale make the amplitude uncertain by a quarter; the length
      // scale and, with 500 rows, the noise are known much better.
      #expect(abs(log(end[0] / 2)) < 0.8)
      #expect(abs(log(end[1] / 1.5)) < 0.2)
      #expect(abs(log(end[2] / 0.04)) < 0.3)
      let atTruth = try GaussianProcess(kernel: truth, noiseVariance: 0.04).fit(data)
      #expect(found.logMarginalLikelihood >= atTruth.logMarginalLikelihood)
    }
  #endif
}
