import MercerCore
import MercerKernels
import MercerTestSupport
import Testing

/// What the kernels of interactions are to each other and to the product Laplace kernel.
@Suite struct InteractionKernelTests {
  private let x = Points<Double>.random(count: 9, dimension: 5, seed: 41)
  private let z = Points<Double>.random(count: 8, dimension: 5, seed: 42)
  private let scales = Metric.scales([1, 0.3, 2, 0.7, 1.4])

  private func matrix(_ text: String, _ x: Points<Double>, _ z: Points<Double>) throws
    -> Matrix<Double>
  {
    try makeKernel(parsing: text, of: Double.self).matrix(rows: x, columns: z)
  }

  private func worst(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    #expect(a.rowCount == b.rowCount && a.columnCount == b.columnCount)
    return zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// Π (q + (1 − q) e) − Π e is at most d q: what is left of the limit at weight 1/q.
  @Test(arguments: [1e2, 1e5, 1e12])
  func anovaTendsToTheProductLaplaceKernel(weight: Double) throws {
    let anova = try AnovaLaplaceKernel<Double>(lengthScale: 1.5, weight: weight, metric: scales)
    let product = try ProductLaplaceKernel<Double>(lengthScale: 1.5, metric: scales)
    let difference = worst(
      try anova.matrix(rows: x, columns: z), try product.matrix(rows: x, columns: z))
    #expect(difference <= 5 / weight + 1e-14)
    // And it is one: at weight 100 the kernels differ visibly.
    if weight == 1e2 { #expect(difference > 1e-3) }
  }

  /// Its derivative by the weight at 0 is that of a sum over coordinates: (k − 1) / c → Σ (e − 1).
  @Test func anovaOfSmallWeightIsAdditive() throws {
    let c = 1e-7
    let anova = try AnovaLaplaceKernel<Double>(lengthScale: 1.5, weight: c, metric: scales)
    let additive = try AdditiveLaplaceKernel<Double>(lengthScale: 1.5, metric: scales)
    let (k, mean) = (
      try anova.matrix(rows: x, columns: z), try additive.matrix(rows: x, columns: z)
    )
    // The next term is c times 10 pairs; rounding is 1e-16 / c.
    for (k, mean) in zip(k.elements, mean.elements) {
      #expect(abs((k - 1) / c - 5 * (mean - 1)) <= 2e-6)
    }
  }

  @Test func anovaIsAMeanOverSubsetsOfCoordinates() throws {
    let (c, d) = (0.6, 5)
    var expected = Matrix<Double>(rowCount: 9, columnCount: 8)
    for subset in 0..<(1 << d) {
      let chosen = (0..<d).filter { subset >> $0 & 1 == 1 }
      let share = power(c, Double(chosen.count)) / power(1 + c, Double(d))
      let part =
        chosen.isEmpty
        ? Matrix(rowCount: 9, columnCount: 8, repeating: 1)
        : try matrix("productLaplace(lengthScale: 2, on: \(chosen))", x, z)
      for i in 0..<9 { for j in 0..<8 { expected[i, j] += share * part[i, j] } }
    }
    #expect(worst(try matrix("anovaLaplace(lengthScale: 2, weight: 0.6)", x, z), expected) <= 1e-15)
  }

  @Test func additiveIsTheMeanOfOneDimensionalKernels() throws {
    var (singles, pairs) = (
      Matrix<Double>(rowCount: 9, columnCount: 8), Matrix<Double>(rowCount: 9, columnCount: 8)
    )
    for k in 0..<5 {
      let one = try matrix("laplace(lengthScale: 2, on: [\(k)])", x, z)
      for i in 0..<9 { for j in 0..<8 { singles[i, j] += one[i, j] / 5 } }
      for l in 0..<k {
        let two = try matrix("productLaplace(lengthScale: 2, on: [\(k), \(l)])", x, z)
        for i in 0..<9 { for j in 0..<8 { pairs[i, j] += two[i, j] / 10 } }
      }
    }
    #expect(worst(try matrix("additiveLaplace(lengthScale: 2)", x, z), singles) <= 1e-15)
    var half = singles
    for i in 0..<9 { for j in 0..<8 { half[i, j] = (singles[i, j] + pairs[i, j]) / 2 } }
    #expect(worst(try matrix("additiveLaplace(order: 2, lengthScale: 2)", x, z), half) <= 1e-15)
  }

  @Test func inOneDimensionAdditiveKernelsAreTheLaplaceKernel() throws {
    let laplace = try matrix("laplace(lengthScale: 0.4, on: [3])", x, z)
    for order in [1, 2] {
      let text = "additiveLaplace(order: \(order), lengthScale: 0.4, on: [3])"
      #expect(worst(try matrix(text, x, z), laplace) <= 1e-15)
      // One scale above 0 is one dimension.
      let scaled = "additiveLaplace(order: \(order), lengthScale: 0.4, scales: [0, 0, 0, 1, 0])"
      #expect(worst(try matrix(scaled, x, z), laplace) <= 1e-15)
    }
  }

  /// A scale of 0, and a row of zeros, leave a coordinate out of kernel, diagonal and gradients.
  @Test(arguments: [
    "anovaLaplace(weight: 2", "additiveLaplace(order: 1", "additiveLaplace(order: 2",
  ])
  func coordinatesOfScaleZeroAreLeftOut(call: String) throws {
    let left = try matrix("\(call), scales: [1, 2, 0.5], on: [0, 2, 4])", x, z)
    let scaled = "\(call), scales: [1, 0, 2, 0, 0.5])"
    #expect(try matrix(scaled, x, z) == left)
    let transform =
      "\(call), transform: [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 2, 0, 0], [0, 0, 0, 0, 0.5]])"
    #expect(worst(try matrix(transform, x, z), left) <= 1e-15)
    for text in [scaled, transform] {
      let gradient = try inputGradient(text)
      #expect(
        gradient.column(1).allSatisfy { $0 == 0 } && gradient.column(3).allSatisfy { $0 == 0 })
      #expect(gradient.column(2).contains { abs($0) > 0.01 })
    }
    // Nothing is left of the kernel but a constant.
    let nothing = "\(call), scales: [0, 0, 0, 0, 0])"
    #expect(try matrix(nothing, x, z).elements.allSatisfy { $0 == 1 })
    #expect(try inputGradient(nothing).elements.allSatisfy { $0 == 0 })
    let zeros = "\(call), transform: [[0, 0, 0, 0, 0]])"
    #expect(try matrix(zeros, x, z).elements.allSatisfy { $0 == 1 })
    let kernel = try makeKernel(parsing: scaled, of: Double.self)
    var parameters = [Double](repeating: 0, count: kernel.parameters.count)
    let bound = try kernel.bound(rows: x, columns: z)
    var weights = Matrix<Double>(rowCount: 9, columnCount: 8, repeating: 1)
    weights.withTile { bound.accumulateParameterGradient(weights: $0, into: &parameters) }
    #expect(kernel.parameters.suffix(3).map(\.name) == ["scales[0]", "scales[2]", "scales[4]"])
    #expect(parameters.suffix(3).allSatisfy { $0 < 0 } && parameters[0] > 0)
  }

  private func inputGradient(_ text: String) throws -> Matrix<Double> {
    let bound = try makeKernel(parsing: text, of: Double.self).bound(rows: x, columns: z)
    var weights = Matrix<Double>(rowCount: 9, columnCount: 8, repeating: 1)
    for j in 0..<8 { weights[0, j] = 0.3 + Double(j) }
    var gradient = Matrix<Double>(rowCount: 9, columnCount: 5)
    weights.withTile { weights in
      gradient.withTile { bound.accumulateInputGradient(weights: weights, into: $0) }
    }
    return gradient
  }

  /// On the corners of a rectangle an additive kernel is singular (1, −1, −1, 1 is in its kernel), one
  /// with pairs is not; with pairs the corners of a box are, by the signs of three coordinates.
  @Test func additiveKernelsHoldNoHigherInteraction() throws {
    let box = Points(
      Matrix<Double>(rows: (0..<8).map { corner in (0..<3).map { Double(corner >> $0 & 1) } }))
    let signs = (0..<8).map { corner in
      (0..<3).map { corner >> $0 & 1 == 1 ? -1.0 : 1 }.reduce(1, *)
    }
    func quadratic(_ text: String, _ points: Points<Double>, _ v: [Double]) throws -> Double {
      let k = try matrix(text, points, points)
      return v.indices.map { i in v.indices.map { v[i] * k[i, $0] * v[$0] }.reduce(0, +) }
        .reduce(0, +)
    }
    #expect(abs(try quadratic("additiveLaplace(order: 2)", box, signs)) <= 1e-14)
    #expect(try quadratic("anovaLaplace", box, signs) > 0.1)
    let rectangle = box.subset(at: [0, 1, 2, 3])
    #expect(abs(try quadratic("additiveLaplace", rectangle, [1, -1, -1, 1])) <= 1e-14)
    #expect(try quadratic("additiveLaplace(order: 2)", rectangle, [1, -1, -1, 1]) > 0.1)
  }

  /// Columns near each other have factors, far ones take exponentials; the values agree.
  @Test(arguments: [
    "anovaLaplace(lengthScale: 0.1)", "additiveLaplace(order: 2, lengthScale: 0.1)",
  ])
  func bothWaysOfMakingDecaysAgree(text: String) throws {
    let near = try matrix(text, x, z)
    var far = z.coordinates.elements
    far += [Double](repeating: 1e4, count: 5)
    let together = try matrix(text, x, Points(Matrix(rowCount: 9, columnCount: 5, elements: far)))
    #expect(worst(together.columns(in: 0..<8), near) <= 1e-14)
    #expect(together.columns(in: 0..<8) != near)  // there were two ways
  }

  @Test func floatStaysNearDouble() throws {
    let x = Points<Double>.random(count: 30, dimension: 40, seed: 43)
    let points = Points(Matrix<Float>(converting: x.coordinates))
    for text in ["anovaLaplace(lengthScale: 2)", "additiveLaplace(order: 2, lengthScale: 0.3)"] {
      let exact = try matrix(text, x, x)
      let float = try makeKernel(parsing: text, of: Float.self).matrix(
        rows: points, columns: points)
      // 40 factors or terms, each off by about 5 roundings, some of the inputs'.
      #expect(worst(Matrix<Double>(converting: float), exact) <= 2e-6)
      #expect(float.diagonal.allSatisfy { $0 == 1 })
    }
  }

  @Test func parametersOutOfRangeAreRefused() {
    for text in [
      "anovaLaplace(weight: 0)", "anovaLaplace(weight: -1)", "anovaLaplace(lengthScale: 0)",
      "anovaLaplace(scales: [1, -1])", "additiveLaplace(order: 0)", "additiveLaplace(order: 3)",
      "additiveLaplace(order: 1.5)", "additiveLaplace(lengthScale: -2)",
    ] {
      #expect(throws: MercerError.self, "\(text)") {
        _ = try makeKernel(parsing: text, of: Double.self)
      }
    }
    #expect(throws: MercerError.self) { _ = try AnovaLaplaceKernel<Float>(weight: .nan) }
    #expect(throws: MercerError.self) { _ = try AnovaLaplaceKernel<Float>(weight: .infinity) }
  }
}
