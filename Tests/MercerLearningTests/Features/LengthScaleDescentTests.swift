import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct LengthScaleDescentTests {
  enum Family: CaseIterable {
    case gaussian, matern3, matern5, laplace, productLaplace

    func kernel(_ length: Double, _ scales: [Double]) throws -> any MetricKernel<Double> {
      let metric = Metric.scales(scales)
      return switch self {
      case .gaussian: try GaussianKernel(lengthScale: length, metric: metric)
      case .matern3: try MaternKernel(smoothness: 1.5, lengthScale: length, metric: metric)
      case .matern5: try MaternKernel(smoothness: 2.5, lengthScale: length, metric: metric)
      case .laplace: try LaplaceKernel(lengthScale: length, metric: metric)
      case .productLaplace: try ProductLaplaceKernel(lengthScale: length, metric: metric)
      }
    }
  }

  /// Central differences of step 1e-4 in the logarithms: their error is some 1e-8 of the third
  /// derivatives, which are of the order of the values.
  @Test(arguments: Family.allCases, LengthScaleDescent.Criterion.allCases)
  func gradientsAgreeWithFiniteDifferences(
    _ family: Family, criterion: LengthScaleDescent.Criterion
  ) throws {
    // 150 rows are two bands of the sums; in debug one is enough.
    let data = try smoothData(
      isOptimized ? 150 : 25, dimension: 3, outputs: 2, weighted: true)
    let descent = LengthScaleDescent(criterion: criterion, spread: 0.5)
    let scales = [0.7, 0.4, 1.1]
    // The last two share a scale in the second round.
    for blocks in [[], [[1, 2]]] {
      let groups = blocks.isEmpty ? [[0], [1], [2]] : [[0], [1, 2]]
      var start = scales
      if !blocks.isEmpty { start[2] = start[1] }
      func value(_ logarithms: [Double]) throws -> LBFGS.Evaluation {
        var moved = start
        for (group, shift) in zip(groups, logarithms) {
          for place in group { moved[place] *= exp(shift) }
        }
        return try descent.evaluation(
          of: family.kernel(1.5, moved),
          ridge: 0.1 * exp(logarithms.last ?? 0), on: data, blocks: blocks)
      }
      let zero = [Double](repeating: 0, count: groups.count + 1)
      let gradient = try value(zero).gradient
      #expect(gradient.count == zero.count)
      for place in zero.indices {
        var (up, down) = (zero, zero)
        up[place] = 1e-4
        down[place] = -1e-4
        let slope = (try value(up).value - value(down).value) / 2e-4
        #expect(abs(slope - gradient[place]) < 1e-6, "\(place): \(slope) \(gradient[place])")
      }
    }
  }

  /// The values are what their formulas say: the likelihood of a Gaussian process with the best
  /// amplitude, and the leave-one-out residuals of ridge regression. Rounding alone: 1e-10.
  @Test func valuesAgreeWithOtherWays() throws {
    let data = try smoothData(20, dimension: 3, outputs: 2, weighted: true)
    let kernel = try GaussianKernel<Double>(metric: .scales([0.5, 0.3, 0.2]))
    let likelihood = try LengthScaleDescent().evaluation(of: kernel, ridge: 0.2, on: data).value
    func likelihoodOfProcess(_ amplitude: Double) throws -> Double {
      try GaussianProcess(kernel: amplitude * kernel, noiseVariance: 0.2 * amplitude)
        .fit(data).logMarginalLikelihood
    }
    // −log p / (n m) = value + ½ log 2π + ½ at the best amplitude, and more at any other.
    let constant = 0.5 * log(2 * Double.pi) + 0.5
    let grid = try (-40...80).map { -(try likelihoodOfProcess(exp(Double($0) / 20))) / 40 }
    let least = try #require(grid.min())
    #expect(least >= likelihood + constant - 1e-10)
    // On the grid the amplitude is off by 1/40 at most: (1/40)² / 4 above the least.
    #expect(least < likelihood + constant + 2e-4)

    let residuals = try #require(
      try KernelRidge(kernel: kernel, ridge: 0.2).fit(data).leaveOneOutResiduals)
    let weights = try #require(data.weights)
    var (sum, total) = (0.0, 0.0)
    for i in 0..<20 {
      sum += weights[i] * residuals.row(i).reduce(0) { $0 + $1 * $1 }
      total += 2 * weights[i]
    }
    let error = try LengthScaleDescent(criterion: .leaveOneOut)
      .evaluation(of: kernel, ridge: 0.2, on: data).value
    #expect(abs(error - 0.5 * log(sum / total)) < 1e-10)
  }

  /// Two columns matter, one three times as much as the other, and others are noise.
  private func planted(_ n: Int, _ noise: Int, seed: UInt64) throws -> LabelledData<Points<Double>>
  {
    var stream = RandomStream(seed: seed, purpose: "planted scales")
    let d = 2 + noise
    let inputs = Matrix<Double>(
      rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in stream.normal() })
    let targets = (0..<n).map {
      sin(3 * inputs[$0, 0]) + sin(inputs[$0, 1]) + 0.05 * stream.normal()
    }
    return try LabelledData(inputs: Points(inputs), targets: targets)
  }

  /// Columns of noise get small scales, and rows not seen are predicted much better than with one
  /// length scale for all, which is fitted by the same descent.
  @Test(arguments: Family.allCases, LengthScaleDescent.Criterion.allCases)
  func irrelevantColumnsAreFound(
    _ family: Family, criterion: LengthScaleDescent.Criterion
  ) throws {
    let noise = isOptimized ? 8 : 5
    let data = try planted(isOptimized ? 250 : 80, noise, seed: 1)
    let test = try planted(isOptimized ? 300 : 100, noise, seed: 2)
    let kernel = try family.kernel(1, [Double](repeating: 0.3, count: 2 + noise))
    let descent = LengthScaleDescent(criterion: criterion, stepLimit: 40)
    func error(_ found: LengthScaleDescent.Result) throws -> Double {
      let kernel = try #require(found.kernel as? any PointKernel<Double>)
      let predictions = try KernelRidge(kernel: kernel, ridge: found.ridge)
        .fit(data).predict(test.inputs)
      return (0..<test.count).reduce(0) {
        $0 + pow(test.targets[$1, 0] - predictions[$1, 0], 2)
      } / Double(test.count)
    }
    let found = try descent.run(from: kernel, ridge: 0.1, on: data)
    #expect(found.values.end < found.values.start)
    #expect(found.steps <= 40 && found.evaluations >= found.steps)
    let largest = try #require(found.scales[2...].max())
    // Of eight columns of noise one may follow the sample by chance, least so by likelihood.
    #expect(largest < 0.5 * min(found.scales[0], found.scales[1]), "\(found.scales)")
    let isotropic = try descent.run(
      from: kernel, ridge: 0.1, on: data, blocks: [Array(0..<2 + noise)])
    #expect(Set(isotropic.scales).count == 1)
    let (one, many) = (try error(isotropic), try error(found))
    #expect(many < 0.8 * one, "\(many) \(one)")
  }

  /// A narrow prior keeps scales together, and threads change nothing.
  @Test func priorAndThreads() throws {
    let data = try planted(isOptimized ? 200 : 40, 2, seed: 3)
    let kernel = try GaussianKernel<Double>()
    func ratio(_ spread: Double, threads: Int = 1) throws -> [Double] {
      try LengthScaleDescent(stepLimit: 15, spread: spread).run(
        from: kernel, ridge: 0.1, on: data, context: ExecutionContext(threadCount: threads)
      ).scales
    }
    let (free, bound) = (try ratio(.infinity), try ratio(0.03))
    func extent(_ scales: [Double]) -> Double { (scales.max() ?? 1) / (scales.min() ?? 1) }
    #expect(extent(bound) < 2 && extent(free) > 4, "\(bound) \(free)")
    #expect(try ratio(.infinity, threads: 3) == free)
  }

  @Test func refusesWhatItCannotDescend() throws {
    let data = try smoothData(6)
    func code(_ kernel: any MetricKernel<Double>, ridge: Double = 1, blocks: [[Int]] = [])
      -> MercerError.Code?
    {
      #expect(throws: MercerError.self) {
        _ = try LengthScaleDescent().run(from: kernel, ridge: ridge, on: data, blocks: blocks)
      }?.code
    }
    let plain = try GaussianKernel<Double>()
    #expect(code(try GaussianKernel(metric: .transform(.identity(2)))) == .invalidParameter)
    #expect(code(try GaussianKernel(metric: .scales([1, 0]))) == .invalidParameter)
    #expect(code(try GaussianKernel(metric: .scales([1]))) == .shapeMismatch)
    #expect(code(plain, ridge: 0) == .invalidParameter)
    #expect(code(plain, blocks: [[0, 2]]) == .invalidParameter)
    #expect(code(plain, blocks: [[0], [0, 1]]) == .invalidParameter)
    #expect(throws: MercerError.self) {
      _ = try LengthScaleDescent(spread: 0).run(from: plain, ridge: 1, on: data)
    }
  }
}
