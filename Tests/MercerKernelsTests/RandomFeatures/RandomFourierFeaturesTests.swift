import MercerCore
import MercerKernels
import MercerTestSupport
import RealModule
import Testing

@Suite struct RandomFourierFeaturesTests {
  private let x = Points<Double>.random(count: 12, dimension: 4, seed: 3)
  private let metric = Metric.scales([1, 0.5, 2, 0])

  /// The root mean squared error of all entries, over several maps of D features.
  private func error<K: SpectralKernel<Double>>(
    _ kernel: K, count: Int, _ sampling: RandomFourierFeatures<Double>.Sampling, seeds: Int
  ) throws -> Double {
    let exact = try kernel.matrix(rows: x, columns: x)
    var sum = 0.0
    for seed in 0..<seeds {
      let z = try RandomFourierFeatures(
        of: kernel, dimension: 4, count: count, sampling: sampling, seed: UInt64(seed)
      ).values(of: x)
      let approximate = try z.multiplied(by: z, transposingOther: true)
      sum += zip(approximate.elements, exact.elements).reduce(0.0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
    }
    return (sum / Double(seeds * exact.count)).squareRoot()
  }

  private func kernels() throws -> [any SpectralKernel<Double>] {
    [
      try GaussianKernel(lengthScale: 0.9, metric: metric),
      try LaplaceKernel(lengthScale: 1.5),
      try MaternKernel(smoothness: 0.5, lengthScale: 1),
      try MaternKernel(smoothness: 1.5, lengthScale: 0.8, metric: metric),
      try MaternKernel(smoothness: 2.5, lengthScale: 0.7),
      try ProductLaplaceKernel(lengthScale: 2, metric: metric),
      try GaussianKernel(
        lengthScale: 1, metric: .transform(Matrix.random(rowCount: 2, columnCount: 4, seed: 5))),
    ]
  }

  /// 16 times the features, a quarter of the error. Over a dozen maps the errors are known to about a
  /// tenth each, so the ratio lies within 3 … 5.3 unless the rate or the measure is wrong: with a
  /// wrong measure it would tend to 1.
  @Test func errorFallsAsOneOverTheRoot() throws {
    let seeds = isOptimized ? 40 : 12
    for kernel in try kernels() {
      let few = try error(kernel, count: 64, .independent, seeds: seeds)
      let many = try error(kernel, count: 1024, .independent, seeds: seeds)
      #expect(few / many > 3 && few / many < 5.3, "\(kernel): \(few), \(many)")
      // The variance of an entry is at most 1/D for D/2 frequencies.
      #expect(many < 1.2 / Double(1024).squareRoot(), "\(kernel): \(many)")
    }
  }

  /// Orthogonal frequencies are of the same measure, so the error still falls, from a lower level.
  @Test func orthogonalFrequenciesAreBetter() throws {
    let seeds = isOptimized ? 100 : 20
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let independent = try error(kernel, count: 64, .independent, seeds: seeds)
    let orthogonal = try error(kernel, count: 64, .orthogonal, seeds: seeds)
    #expect(orthogonal < 0.9 * independent, "\(orthogonal) against \(independent)")
    for kernel in try kernels() where !(kernel is ProductLaplaceKernel<Double>) {
      let few = try error(kernel, count: 64, .orthogonal, seeds: seeds)
      let many = try error(kernel, count: 1024, .orthogonal, seeds: seeds)
      #expect(few / many > 2.8 && few / many < 5.6, "\(kernel): \(few), \(many)")
    }
  }

  /// ⟨z, z⟩ is 1 whatever the frequencies, as cosines and sines come in pairs; also far from the
  /// origin, where angles are of many turns, and in Float.
  @Test func diagonalsAreExact() throws {
    let kernel = try ProductLaplaceKernel<Float>(lengthScale: 0.01)
    let far = Points<Float>(Matrix(rowCount: 1, columnCount: 3, elements: [1e4, -3e3, 7]))
    let map = try RandomFourierFeatures(of: kernel, dimension: 3, count: 200, seed: 1)
    let z = try map.values(of: far)
    #expect(map.count == 200 && z.columnCount == 200)
    let square = z.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(square - 1) < 1e-5)
  }

  @Test func seedsDecideAndThreadsDoNot() throws {
    let kernel = try GaussianKernel<Double>()
    func values(_ seed: UInt64, threads: Int) throws -> Matrix<Double> {
      try RandomFourierFeatures(of: kernel, dimension: 4, count: 10, seed: seed)
        .values(of: x, context: ExecutionContext(threadCount: threads))
    }
    let one = try values(1, threads: 1)
    #expect(try one == values(1, threads: 3) && one != values(2, threads: 1))
  }

  @Test func refusesWhatMakesNoSense() throws {
    let gaussian = try GaussianKernel<Double>(metric: metric)
    #expect(throws: MercerError.self) {
      try RandomFourierFeatures(of: gaussian, dimension: 4, count: 5, seed: 0)
    }
    #expect(throws: MercerError.self) {
      try RandomFourierFeatures(of: gaussian, dimension: 3, count: 6, seed: 0)
    }
    #expect(throws: MercerError.self) {
      try RandomFourierFeatures(
        of: ProductLaplaceKernel<Double>(), dimension: 4, count: 6, sampling: .orthogonal, seed: 0)
    }
    let map = try RandomFourierFeatures(
      of: GaussianKernel<Double>(), dimension: 4, count: 6, seed: 0)
    #expect(throws: MercerError.self) {
      try map.values(of: Points.random(count: 2, dimension: 5, seed: 1))
    }
  }
}
