import MercerCore
import MercerKernels
import MercerLearning
import MercerOperators
import MercerTestSupport
import Testing

@Suite struct PosteriorKernelTests {
  private func model(noise: Double = 0.1, n: Int = 20) throws -> GaussianProcessModel {
    try GaussianProcess(
      kernel: 1.7 * MaternKernel<Double>(smoothness: 2.5, lengthScale: 1.4), noiseVariance: noise,
      scaling: .standardized
    ).fit(smoothData(n))
  }

  @Test func isTheCovariance() throws {
    let model = try model()
    let (a, b) = (try smoothData(7, seed: 5).inputs, try smoothData(4, seed: 6).inputs)
    let kernel = model.posteriorKernel
    // Rounding relative to the prior variance, times the condition of A: far below 1e-12.
    #expect(
      agree(
        try kernel.matrix(rows: a, columns: b).elements, try model.covariance(a, b).elements,
        within: 1e-13))
    let square = try kernel.matrix(rows: a, columns: a)
    #expect(agree(square.elements, try model.covariance(a).elements, within: 1e-13))
    #expect(agree(square.diagonal, try kernel.diagonal(of: a), within: 1e-13))
    #expect(agree(square.diagonal, try model.variance(a).elements, within: 1e-13))
    // Against the formula, with the inverse written out.
    let data = try smoothData(20)
    var matrix = try model.kernel.matrix(rows: data.inputs, columns: data.inputs)
    for i in 0..<20 { matrix[i, i] += 0.1 }
    let cross = try model.kernel.matrix(rows: a, columns: data.inputs)
    let explained = try cross.multiplied(by: Cholesky(matrix).inverse())
      .multiplied(by: cross, transposingOther: true)
    let prior = try model.kernel.matrix(rows: a, columns: a)
    let mean = data.targets.elements.reduce(0, +) / 20
    let scale = data.targets.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20
    let expected = zip(prior.elements, explained.elements).map { scale * ($0 - $1) }
    #expect(agree(square.elements, expected, within: 1e-11))
  }

  @Test func servesOperators() throws {
    let kernel = try model().posteriorKernel
    let points = try smoothData(30, seed: 7).inputs
    let gram = try kernel.matrix(rows: points, columns: points)
    let v = Matrix(column: (0..<30).map { Double($0 % 7) - 3 })
    // Small tiles, so that there are several.
    let tiled = try TiledGram(kernel, inputs: points, tiling: Tiling(rowCount: 8, columnCount: 11))
    let product = try tiled.applied(to: v)
    #expect(agree(product.elements, try gram.multiplied(by: v).elements, within: 1e-13))
    // Positive semi-definite up to rounding.
    let values = try SymmetricEigen<Double>.values(of: gram)
    #expect(values[0] > -1e-13 * values[29])
  }

  @Test func inputGradientIsThatOfDifferences() throws {
    let kernel = try model().posteriorKernel
    let (a, b) = (try smoothData(3, seed: 8).inputs, try smoothData(5, seed: 9).inputs)
    var weights = Matrix(
      rowCount: 3, columnCount: 5, elements: (0..<15).map { Double(($0 * 7) % 11) - 4.5 })
    // The gradient adds to what is there: begin with ones.
    var gradient = Matrix<Double>(rowCount: 3, columnCount: 2, repeating: 1)
    let bound = try kernel.bound(rows: a, columns: b)
    #expect(bound.dimension == 2)
    weights.withTile { weights in
      gradient.withTile { gradient in
        // In two tiles of columns, of which one has an offset.
        for columns in [0..<2, 2..<5] {
          bound.accumulateInputGradient(
            weights: weights.part(rows: 0..<3, columns: columns), into: gradient)
        }
      }
    }
    // Central differences in steps of 1e-5 leave 1e-10.
    let step = 1e-5
    for i in 0..<3 {
      for k in 0..<2 {
        func total(_ shift: Double) throws -> Double {
          var moved = a
          moved.coordinates[i, k] += shift
          let values = try kernel.matrix(rows: moved, columns: b)
          return zip(values.elements, weights.elements).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let difference = try (total(step) - total(-step)) / (2 * step)
        #expect(abs(gradient[i, k] - 1 - difference) < 1e-7 * max(1, abs(difference)))
      }
    }
  }

  @Test func hasNoParameters() throws {
    let kernel = try model().posteriorKernel
    #expect(kernel.parameters.isEmpty)
    _ = try kernel.withParameters([])
    let error = #expect(throws: MercerError.self) { _ = try kernel.withParameters([1]) }
    #expect(error?.code == .invalidParameter)
  }

  @Test func samplesHaveTheMomentsOfThePosterior() throws {
    let model = try model(noise: 0.3, n: 10)
    let points = try smoothData(3, seed: 10).inputs
    let count = 4000
    var stream = RandomStream(seed: 3, purpose: "test")
    let draws = try model.sample(points, count: count, stream: &stream)
    #expect(draws.rowCount == 3 && draws.columnCount == count)
    let (mean, covariance) = (try model.mean(points), try model.covariance(points))
    let rows = (0..<3).map { draws.row($0) }
    for i in 0..<3 {
      let average = rows[i].reduce(0, +) / Double(count)
      // Five standard errors: a fixed seed makes the outcome certain, the bound makes it meaningful.
      #expect(abs(average - mean[i, 0]) < 5 * (covariance[i, i] / Double(count)).squareRoot())
      for j in 0...i {
        let product =
          zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - mean[i, 0]) * ($1.1 - mean[j, 0]) }
          / Double(count)
        let error = (covariance[i, i] * covariance[j, j] + covariance[i, j] * covariance[i, j])
        #expect(abs(product - covariance[i, j]) < 5 * (error / Double(count)).squareRoot())
      }
    }
  }

  @Test func samplesWhereTheCovarianceIsSingular() throws {
    // Without noise there is nothing left to know at the training inputs; and equal inputs agree.
    let data = try smoothData(6)
    let model = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1), noiseVariance: 0
    ).fit(data)
    let repeated = Points<Double>(rows: [[9, 9], [9, 9], [-4, 3]])
    var stream = RandomStream(seed: 1, purpose: "test")
    let draws = try model.sample(repeated, count: 5, stream: &stream)
    // Square roots of eigenvalues that are rounding errors: 1e-8 of the deviation.
    for s in 0..<5 { #expect(abs(draws[0, s] - draws[1, s]) < 1e-6) }
    let known = try model.sample(data.inputs, count: 2, stream: &stream)
    for i in 0..<6 { #expect(abs(known[i, 0] - data.targets[i, 0]) < 1e-5) }
    #expect(try model.sample(repeated, count: 0, stream: &stream).columnCount == 0)
    #expect(throws: MercerError.self) {
      _ = try model.sample(repeated, count: -1, stream: &stream)
    }
  }
}

@Suite struct PosteriorKernelLawTests {
  /// The posterior covariance is a kernel like any other: the laws hold, to 1e-9 of its prior
  /// scale, as it is a difference of two positive matrices.
  @Test func keepsTheLawsOfKernels() throws {
    let model = try GaussianProcess(
      kernel: GaussianKernel<Double>(lengthScale: 1), noiseVariance: 0.1
    ).fit(smoothData(20))
    let kernel = model.posteriorKernel
    let (x, z) = (
      Points<Double>.random(count: 11, dimension: 2, seed: 5),
      Points<Double>.random(count: 7, dimension: 2, seed: 6)
    )
    #expect(KernelLaws.check(kernel, x, z, tolerance: 1e-9) == [])
    #expect(KernelLaws.checkGradients(kernel, x, z, tolerance: 1e-6) == [])
  }
}
