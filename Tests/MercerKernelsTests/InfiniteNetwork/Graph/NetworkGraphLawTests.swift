import MercerCore
import MercerKernels
import Testing

@Suite("Laws of kernels of networks of all layers")
struct NetworkGraphLawTests {
  static let networks = [
    "(dense(biasVariance: 0.1) > erf) ^ 3 > dense", "dense > sigmoidLike > dense",
    "(dense(weightVariance: 1.5) > gelu) ^ 3 > dense", "(dense > sin > dense > cos) ^ 2 > dense",
    "dense > sinCos > dense > exp(b: 0.3) > dense",
    "dense > rbf(gamma: 0.4) > dense > relu > dense",
    "dense > gaussian > dense > erf > dense", "dense > layerNorm > hermite(degree: 3) > dense",
    "dense > rectifiedMonomial(degree: 2) > layerNorm > dense",
    "dense > monomial(degree: 2) > dense",
    "dense > step > dense > erf > dense", "dense > sign > dense > gelu > dense",
    "dense > residual(relu > dense > relu > dense) ^ 3 > relu > dense",
    "dense > residual(dense > relu) ^ 3 > dense",
    "product(dense > sigmoidLike, dense) > dense > relu > dense",
    "concatenate(dense > relu, dense > erf) > dense > relu > dense",
    "dense > relu > layerNorm > dense > relu > dense",
    "dense > relu > dropout(rate: 0.2) > dense > relu > dense",
    "(dense(parametrisation: standard, width: 3, biasVariance: 0.2) > relu) ^ 2 > dense",
  ]

  /// Random points, a copy, a negation, a near copy, a scaled copy, and zero.
  private func points<E: Scalar>(_: E.Type) -> Points<E> {
    var stream = TestStream(seed: 3)
    var rows = (0..<4).map { _ in (0..<3).map { _ in E(stream.roughNormal()) } }
    rows += [rows[0], rows[1].map { -$0 }, rows[2].map { $0 * (1 + 1e-4) }, rows[3]]
    rows[7][0] += 1e-3
    rows += [rows[2].map { 3 * $0 }, [0, 0, 0]]
    return Points(rows: rows)
  }

  /// Eigenvalues of a Gram matrix may be below zero by rounding: n ε of the largest entry.
  @Test("Symmetric, of the diagonal they say, bounded, positive semi-definite", arguments: networks)
  func laws(text: String) throws {
    try check(text, Double.self, tolerance: 1e-12)
    try check(text, Float.self, tolerance: 2e-5)
  }

  private func check<E: Scalar>(_ text: String, _: E.Type, tolerance: Double) throws {
    let x = points(E.self)
    for kind in ["nngp", "ntk"] {
      let kernel = try makeKernel(parsing: "\(kind)(\(text))", of: E.self)
      let k = try kernel.matrix(rows: x, columns: x)
      let diagonal = try kernel.diagonal(of: x).map { Double($0) }
      for i in 0..<x.count {
        #expect(diagonal[i].isFinite && diagonal[i] >= 0)
        #expect(abs(Double(k[i, i]) - diagonal[i]) <= tolerance * diagonal[i])
        for j in 0..<x.count {
          let size = (diagonal[i] * diagonal[j]).squareRoot()
          #expect(abs(Double(k[i, j])) <= size * (1 + tolerance))
          #expect(abs(Double(k[i, j]) - Double(k[j, i])) <= tolerance * size)
        }
      }
      guard E.self == Double.self else { continue }
      var shifted = Matrix<Double>(rowCount: x.count, columnCount: x.count)
      let largest = diagonal.max() ?? 0
      for i in 0..<x.count {
        for j in 0..<x.count {
          shifted[i, j] =
            (Double(k[i, j]) + Double(k[j, i])) / 2 + (i == j ? 1e-11 * largest : 0)
        }
      }
      #expect(throws: Never.self) { try Cholesky(shifted) }
    }
  }

  @Test("Tiles of any place and size hold the same entries, over old contents")
  func tiles() throws {
    var stream = TestStream(seed: 5)
    let (x, z): (Points<Double>, Points<Double>) = (stream.points(3, 3), stream.points(530, 3))
    let text = "ntk(dense > residual(dense > relu) > product(dense > erf, identity) > dense)"
    let bound = try makeKernel(parsing: text, of: Double.self).bound(rows: x, columns: z)
    var whole = Matrix<Double>(rowCount: 3, columnCount: 530, repeating: .nan)
    var pieces = whole
    whole.withTile { bound.fill($0) }
    pieces.withTile { tile in
      for rows in tile.rows.chunks(of: 2) {
        for columns in tile.columns.chunks(of: 301) {
          bound.fill(tile.part(rows: rows, columns: columns))
        }
      }
    }
    // BLAS may order sums differently for other sizes.
    for (a, b) in zip(whole.elements, pieces.elements) {
      #expect(abs(a - b) <= 1e-12 * (1 + abs(a)))
    }
  }
}

@Suite("What networks of branches and parametrisations must be")
struct NetworkIdentityTests {
  private let x: Points<Double>

  init() {
    var stream = TestStream(seed: 9)
    x = stream.points(5, 3)
  }

  private func matrix(_ text: String) throws -> [Double] {
    try makeKernel(parsing: text, of: Double.self).matrix(rows: x, columns: x).elements
  }

  private func expectEqual(
    _ a: [Double], _ b: [Double], tolerance: Double = 1e-12,
    location: SourceLocation = #_sourceLocation
  ) {
    for (a, b) in zip(a, b) {
      #expect(abs(a - b) <= tolerance * max(1, abs(b)), sourceLocation: location)
    }
  }

  @Test(
    "A sum of two equal branches is twice one, a concatenation one", arguments: ["nngp", "ntk"])
  func sums(kind: String) throws {
    let one = try matrix("\(kind)(dense > relu > dense > erf > dense)")
    let sum = try matrix(
      "\(kind)(dense > relu > sum(dense(weightVariance: 0.3), dense(weightVariance: 0.7)) > erf "
        + "> dense)")
    expectEqual(sum, one)
    let joined = try matrix("\(kind)(dense > relu > dense > concatenate(erf, erf) > dense)")
    expectEqual(joined, one)
    expectEqual(
      try matrix("\(kind)(dense > concatenate(sin, cos) > dense)"),
      try matrix("\(kind)(dense > sinCos > dense)"))
    expectEqual(
      try matrix("\(kind)(dense > sum(identity, dense > relu > dense) > relu > dense)"),
      try matrix("\(kind)(dense > residual(dense > relu > dense) > relu > dense)"))
  }

  /// With h and g two dense layers of the input, k = ⟨x, z⟩/d: E h h′ g g′ = k²; the readout's gradient
  /// adds k², those of the two layers k² each.
  @Test("A bilinear layer squares the kernel, and triples it in the tangent kernel")
  func bilinear() throws {
    let linear = try matrix("nngp(dense)")
    expectEqual(try matrix("nngp(product(dense, dense) > dense)"), linear.map { $0 * $0 })
    expectEqual(try matrix("ntk(product(dense, dense) > dense)"), linear.map { 3 * $0 * $0 })
    expectEqual(
      try matrix("nngp(product(dense, dense, dense) > dense)"), linear.map { $0 * $0 * $0 })
  }

  @Test("Limits of activations are other activations")
  func limits() throws {
    let steep = try matrix("nngp(dense > erf(b: 100000) > dense)")
    expectEqual(steep, try matrix("nngp(dense > sign > dense)"), tolerance: 1e-4)
    let flat = try matrix("ntk(dense > erf(a: 8862.26925452758, b: 0.0001) > dense)")
    expectEqual(flat, try matrix("ntk(dense > dense)"), tolerance: 1e-6)
    for kind in ["nngp", "ntk"] {
      expectEqual(
        try matrix("\(kind)(dense > rectifiedMonomial(degree: 1) > dense)"),
        try matrix("\(kind)(dense > relu > dense)"))
      expectEqual(
        try matrix("\(kind)(dense > monomial(degree: 1) > dense)"),
        try matrix("\(kind)(dense > dense)"))
    }
    let cosines = try matrix("nngp(dense > layerNorm(epsilon: 0) > dense)")
    expectEqual(
      try matrix("nngp(dense > layerNorm(epsilon: 0) > hermite(degree: 4) > dense)"),
      cosines.map { $0 * $0 * $0 * $0 })
  }

  /// Deep erf networks without bias at this variance forget all but that inputs are not opposite.
  @Test(
    "With depth, cosines of an ordered network tend to one, and its tangent kernel stays finite")
  func depth() throws {
    let network = "(dense(weightVariance: 0.5, biasVariance: 0.1) > erf) ^ 60 > dense"
    let k = try makeKernel(parsing: "normalised(nngp(\(network)))", of: Double.self)
      .matrix(rows: x, columns: x)
    for value in k.elements { #expect(abs(value - 1) <= 1e-9) }
    let tangents = try matrix("ntk(\(network))")
    #expect(tangents.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test("Parametrisations and learning rates scale what they say")
  func parametrisations() throws {
    let k = try matrix("nngp(dense > relu > dense)")
    let linear = try matrix("nngp(dense)")
    let ntk = try matrix("ntk(dense > relu > dense)")
    // Only the readout is trained; or only the first layer.
    expectEqual(try matrix("ntk(dense(learningRate: 0) > relu > dense)"), k)
    expectEqual(
      try matrix("ntk(dense > relu > dense(learningRate: 0))"), zip(ntk, k).map { $0 - $1 })
    // Three inputs; width 5 in between; biases of variance 0.01 are trained at rate 1.
    let text = "ntk(dense(parametrisation: standard, width: 5) > relu > dense(learningRate: 0))"
    expectEqual(try matrix(text), zip(ntk, k).map { 3 * ($0 - $1) })
    let readout =
      "ntk(dense(learningRate: 0, width: 5) > relu > "
      + "dense(parametrisation: standard, biasVariance: 0.01))"
    expectEqual(try matrix(readout), k.map { 5 * $0 + 1 })
    expectEqual(try matrix("ntk(dense(parametrisation: standard))"), linear.map { 3 * $0 })
    let meanField = "dense(width: 4) > relu > dense(parametrisation: meanField)"
    expectEqual(try matrix("nngp(\(meanField))"), k.map { $0 / 4 })
    expectEqual(try matrix("ntk(\(meanField))"), ntk)
  }

  @Test("Dropout turns pairs towards a right angle in the layers after it")
  func dropout() throws {
    let plain = try matrix("nngp(dense > relu > dense)")
    expectEqual(try matrix("nngp(dense > relu > dropout(rate: 0.5) > dense)"), plain)
    // After a second layer as if the variances were twice as large.
    let noisy = try matrix("nngp(dense > relu > dropout(rate: 0.5) > dense > sin > dense)")
    let kernel = try makeKernel(parsing: "nngp(dense > relu > dense)", of: Double.self)
    let diagonal = try kernel.diagonal(of: x)
    for i in 0..<x.count {
      for j in 0..<x.count {
        let k = plain[i * x.count + j]
        let sum = 2 * (diagonal[i] + diagonal[j])
        let expected = (exponential(k - sum / 2) - exponential(-k - sum / 2)) / 2
        #expect(abs(noisy[i * x.count + j] - expected) <= 1e-12)
      }
    }
  }
}
