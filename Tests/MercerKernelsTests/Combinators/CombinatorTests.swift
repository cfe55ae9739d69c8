import MercerCore
import MercerKernels
import Testing

@Suite struct CombinatorTests {
  let x = somePoints(6, 3, seed: 1)
  let z = somePoints(9, 3, seed: 2)

  func kernel(_ text: String) throws -> any PointKernel<Double> { try makeKernel(parsing: text) }

  func matrix(_ text: String, _ x: [[Double]], _ z: [[Double]]) throws -> Matrix<Double> {
    try kernel(text).matrix(rows: Points(rows: x), columns: Points(rows: z))
  }

  /// Sums and products of a few values of order 1: a few roundings of 1e-16 each.
  let tolerance = 1e-13

  @Test(arguments: [
    "gaussian(lengthScale: 0.7) + linear + gaussian",
    "gaussian(lengthScale: 0.7) * linear * gaussian",
    "0.3 * linear", "linear ^ 1", "linear ^ 2", "linear ^ 5", "(gaussian + 2 * linear) ^ 7",
    "gaussian(on: [2, 0])", "select(gaussian + linear, on: [1])", "normalised(linear + gaussian)",
    "normalised(linear)",
  ])
  func valuesEqualTheDefinition(text: String) throws {
    let g = gaussianValue(1)
    let narrow = gaussianValue(0.7)
    let l = linearValue
    @Sendable func normalised(_ k: @escaping PointFunction) -> PointFunction {
      { k($0, $1) / (k($0, $0) * k($1, $1)).squareRoot() }
    }
    @Sendable func power(_ value: Double, _ p: Int) -> Double {
      (0..<p).reduce(1) { total, _ in total * value }
    }
    let definitions: [String: PointFunction] = [
      "gaussian(lengthScale: 0.7) + linear + gaussian": { narrow($0, $1) + l($0, $1) + g($0, $1) },
      "gaussian(lengthScale: 0.7) * linear * gaussian": { narrow($0, $1) * l($0, $1) * g($0, $1) },
      "0.3 * linear": { 0.3 * l($0, $1) },
      "linear ^ 1": l,
      "linear ^ 2": { power(l($0, $1), 2) },
      "linear ^ 5": { power(l($0, $1), 5) },
      "(gaussian + 2 * linear) ^ 7": { power(g($0, $1) + 2 * l($0, $1), 7) },
      "gaussian(on: [2, 0])": { g([$0[2], $0[0]], [$1[2], $1[0]]) },
      "select(gaussian + linear, on: [1])": { g([$0[1]], [$1[1]]) + l([$0[1]], [$1[1]]) },
      "normalised(linear + gaussian)": normalised { l($0, $1) + g($0, $1) },
      "normalised(linear)": normalised(l),
    ]
    let expected = try #require(definitions[text])
    let scale = text.contains("^ 7") ? 1e6 : text.contains("^ 5") ? 1e3 : 1
    let values = try matrix(text, x, z)
    #expect(largestDifference(values) { expected(x[$0], z[$1]) } < tolerance * scale)
    let diagonal = try kernel(text).diagonal(of: Points(rows: x))
    for (i, value) in diagonal.enumerated() {
      #expect(abs(value - expected(x[i], x[i])) < tolerance * scale)
    }
  }

  @Test(arguments: [
    "gaussian(lengthScale: 0.7) + linear", "gaussian(lengthScale: 0.7) * linear * gaussian",
    "0.3 * gaussian", "linear ^ 3", "(0.5 * gaussian + linear) ^ 2 * (2 * gaussian)",
    "gaussian(lengthScale: 2, on: [2, 0])", "select(gaussian * linear, on: [1])",
    "normalised(linear + 0.5 * gaussian)", "normalised(linear)", "centred(gaussian)",
    "centred(linear * gaussian(scales: [1, 2, 0.5]))",
    "normalised(linear ^ 2 + 1.5 * gaussian) + linear",
  ])
  func gradientsEqualDifferences(text: String) throws {
    let check = try GradientErrors(
      kernel(text), rows: x, columns: z, partRows: 1..<5, partColumns: 2..<9)
    // Central differences with h = 1e-5: truncation h² ~ 1e-10 and rounding 1e-16/h ~ 1e-11, times
    // values of up to about 100 in the powers.
    #expect(check.inputError < 2e-7)
    #expect(check.parameterError < 2e-7)
  }

  @Test func tilesAreOverwritten() throws {
    let bound = try kernel("normalised(centred(linear ^ 2 + gaussian) * gaussian + 0.5 * linear)")
      .bound(rows: Points(rows: x), columns: Points(rows: z))
    var whole = Matrix<Double>(rowCount: 6, columnCount: 9)
    whole.withTile { bound.fill($0) }
    var part = Matrix<Double>(rowCount: 3, columnCount: 10, repeating: .nan)
    part.withTile { memory in
      bound.fill(Tile(rows: 2..<5, columns: 3..<8, stride: 10, base: memory.base))
    }
    for i in 0..<3 {
      for j in 0..<10 {
        #expect(j < 5 ? abs(part[i, j] - whole[2 + i, 3 + j]) < tolerance : part[i, j].isNaN)
      }
    }
  }

  @Test func sumsAndProductsFlatten() throws {
    let (a, b, c) = try (
      kernel("gaussian"), kernel("linear"), GaussianKernel<Double>(lengthScale: 2)
    )
    #expect(
      (a + b + c).description == "gaussian(lengthScale: 1) + linear + gaussian(lengthScale: 2)")
    #expect((a * (b * c)).factors.count == 3)
    let scaled = try 0.5 * (a + b).power(2).on([0, 1])
    #expect(
      scaled.description == "0.5 * select((gaussian(lengthScale: 1) + linear) ^ 2, on: [0, 1])")
    #expect(b.normalised().centred().description == "centred(normalised(linear))")
    #expect((a + b * c).terms.count == 2)
    // Kernels of known types, too.
    let (d, e) = try (GaussianKernel<Float>(), LinearKernel<Float>())
    #expect(
      try (d * e + 2 * d).description
        == "gaussian(lengthScale: 1) * linear + 2 * gaussian(lengthScale: 1)")
  }

  @Test func parametersAreNamedByTheirPlace() throws {
    let sum = try kernel(
      "gaussian + 0.5 * (gaussian(lengthScale: 2) * gaussian(lengthScale: 3)) ^ 2")
    #expect(
      sum.parameters.map(\.name) == [
        "sum[0].lengthScale", "sum[1].factor", "sum[1].scaled.product[0].lengthScale",
        "sum[1].scaled.product[1].lengthScale",
      ])
    #expect(sum.parameters.map(\.value) == [1, 0.5, 2, 3])
    let other = try sum.withParameters([4, 5, 6, 7])
    #expect(
      other.description
        == "gaussian(lengthScale: 4) + 5 * (gaussian(lengthScale: 6) * gaussian(lengthScale: 7)) ^ 2"
    )
    #expect(throws: MercerError.self) { try sum.withParameters([1, 2, 3]) }
    #expect(throws: MercerError.self) { try sum.withParameters([1, -2, 3, 4]) }
  }

  @Test func refusesBadParameters() throws {
    let base = try kernel("gaussian")
    let failures: [() throws -> Any] = [
      { try ScaledKernel(0, base) }, { try ScaledKernel(.infinity, base) }, { try -1 * base },
      { try PowerKernel(base, exponent: 0) }, { try base.power(1001) }, { try base.on([]) },
      { try base.on([1, 1]) }, { try base.on([-1]) }, { try SumKernel<Double>([]) },
      { try ProductKernel<Double>([]) },
    ]
    for failure in failures {
      let error = #expect(throws: MercerError.self) { try failure() }
      #expect(error?.code == .invalidParameter)
    }
    let single: any PointKernel<Float> = try makeKernel(parsing: "gaussian")
    #expect(throws: MercerError.self) { try 1e-60 * single }
    #expect(throws: MercerError.self) { try 1e60 * single }
    let error = #expect(throws: MercerError.self) {
      try base.on([3]).bound(rows: Points(rows: x), columns: Points(rows: z))
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.message.contains("column 3") == true)
  }

  @Test func normalisedIsZeroAtAZeroDiagonal() throws {
    let rows = [[0.0, 0, 0], [1, 2, 3]]
    let values = try matrix("normalised(linear)", rows, rows)
    #expect(values[0, 0] == 0 && values[0, 1] == 0 && values[1, 0] == 0)
    #expect(abs(values[1, 1] - 1) < tolerance)
    #expect(try kernel("normalised(linear)").diagonal(of: Points(rows: rows)) == [0, 1])
  }

  @Test func emptyInputsGiveEmptyMatrices() throws {
    let none = Points(Matrix<Double>(rowCount: 0, columnCount: 3))
    let some = Points(rows: x)
    for text in ["linear + gaussian", "linear * gaussian", "normalised(linear)", "linear(on: [1])"]
    {
      #expect(try kernel(text).matrix(rows: none, columns: some).count == 0)
      #expect(try kernel(text).matrix(rows: some, columns: none).count == 0)
      #expect(try kernel(text).diagonal(of: none).isEmpty)
    }
    #expect(try kernel("centred(linear)").matrix(rows: none, columns: some).count == 0)
    #expect(try kernel("centred(linear)").matrix(rows: some, columns: none).count == 0)
    let error = #expect(throws: MercerError.self) {
      try CentredKernel(kernel("linear"), reference: none).matrix(rows: some, columns: some)
    }
    #expect(error?.code == .invalidData)
  }

  /// The time is not to grow exponentially with the depth.
  @Test func deepCombinationsStayCheap() throws {
    for (opening, closing, depth) in [
      ("normalised(", ")", 22), ("0.5 * (linear + ", ")", 12), ("normalised(centred(", "))", 4),
      ("(", ") ^ 1", 22),
    ] {
      let text =
        String(repeating: opening, count: depth) + "gaussian"
        + String(repeating: closing, count: depth)
      let check = try GradientErrors(
        kernel(text), rows: [x[0]], columns: [z[0], z[1]], partRows: 0..<1, partColumns: 0..<2)
      // As above.
      #expect(check.inputError < 2e-7)
    }
  }

  @Test func floatAgreesWithDouble() throws {
    let text = "normalised((0.5 * gaussian(on: [0, 2]) + linear) ^ 3) * centred(gaussian)"
    let single = try makeKernel(parsing: text, of: Float.self)
    let toFloat = { (rows: [[Double]]) in Points(rows: rows.map { $0.map(Float.init) }) }
    let values = try single.matrix(rows: toFloat(x), columns: toFloat(z))
    let expected = try matrix(text, x, z)
    // A dozen roundings of 6e-8 each, on values up to 1.
    #expect(largestDifference(Matrix(converting: values)) { expected[$0, $1] } < 1e-5)
  }
}
