import MercerCore
import MercerKernels
import Testing

@Suite("Text and errors of networks of all layers")
struct NetworkGraphErrorTests {
  private static let texts = [
    "dense(weightVariance: 2, biasVariance: 0.1, learningRate: 0.5, parametrisation: standard, width: 3)",
    "dense(parametrisation: meanField)", "residual(dense > relu)", "identity",
    "sum(dense, identity, dense > relu)", "product(dense > sigmoidLike, dense)",
    "concatenate(dense > relu, dense > (erf ^ 2))", "layerNorm", "layerNorm(epsilon: 0.001)",
    "dropout(rate: 0.25)", "image(28, 28) > dense", "image(8, 6, channels: 3) > dense",
    "sequence(12, channels: 4) > dense", "sequence(5)", "relu", "abs", "leakyRelu(slope: 0.1)",
    "abRelu(a: -0.5, b: 1.5)", "erf", "erf(a: 2, b: 0.5, c: -1)", "sigmoidLike", "gelu",
    "sin(a: 2, b: 0.5, c: -1)", "cos(c: 1)", "sinCos(b: 2)", "rbf(gamma: 0.5)", "rbf",
    "exp(a: 0.5, b: 2)", "gaussian(a: 2, b: -0.5)", "gaussian", "monomial(degree: 3)",
    "hermite(degree: 2)", "rectifiedMonomial(degree: 2)", "step", "sign",
    "(dense > residual(dense > relu > (dense > erf) ^ 2)) ^ 3 > dense",
    "image(8, 8) > conv(3) > relu > localConv(3, 5, stride: 2, padding: valid) > flatten",
    "averagePool(2) > sumPool(2, stride: 1, columnStride: 3, padding: same) > globalAveragePool",
    "sequence(4, channels: 2) > attention > attention(mechanism: gaussianScores) > flatten",
    "conv(3) > layerNorm(over: all) > relu",
  ]

  private func network(_ text: String) throws -> Network {
    let kernel = try makeKernel(parsing: "ntk(\(text))", of: Double.self)
    return try #require(kernel as? NetworkKernel<Double>).network
  }

  @Test("Every layer prints as text that reads back equal", arguments: texts)
  func roundTrip(text: String) throws {
    let network = try network(text)
    #expect(try self.network(network.description) == network)
    #expect(try Network(network.expression) == network)
    let same = try network.withParameters(network.parameters.map(\.value))
    #expect(same == network)
  }

  @Test("All layers there are appear in that list")
  func complete() {
    let all = Self.texts.joined(separator: " ")
    for syntax in NetworkLayerSyntax.all {
      let words = all.split { !$0.isLetter }
      #expect(words.contains(Substring(syntax.name)), "\(syntax.name)")
    }
  }

  private static let mistakes: [(text: String, message: String)] = [
    ("relu > dense", "layer 1, relu: an activation needs Gaussian units before it"),
    ("dense > relu > erf", "layer 3, erf: an activation needs"),
    ("dense > residual(relu > relu)", "layer 2, residual: layer 2, relu: an activation needs"),
    ("dense > residual(relu)", "layer 2, residual: two branches use the same units"),
    ("dense > relu > sum(dense, identity, identity)", "layer 3, sum: two branches use the same"),
    ("dense > product(relu, identity)", "layer 2, product: two branches use the same units"),
    (
      "dense > product(dense > residual(identity), dense)",
      "layer 2, product: layer 2, residual: two branches use the same units"
    ),
    ("concatenate(identity, dense)", "layer 1, concatenate: a branch passes on the input"),
    ("dense > sum(dense(width: 2), identity)", "layer 2, sum: one branch has width 2"),
    ("layerNorm > dense", "layer 1, layerNorm: the input itself"),
    ("image(2, 2) > dense", "layer 1, image(2, 2): the inputs have 3 numbers, but this is of 4"),
    ("dense > image(3, 1)", "layer 2, image(3, 1): the shape of the input must be"),
    ("residual(image(3, 1) > dense)", "the shape of the input must be"),
    ("image(3, 1) > dense", "the network ends with an image of 3 × 1"),
    ("sequence(3) > dense", "the network ends with a sequence of length 3"),
    (
      "(dense(weightVariance: 5) > relu) ^ 1000 > dense",
      "dense(weightVariance: 5): the variance of point 1 is not a finite number"
    ),
    ("dense > exp(b: 40) > dense", "layer 2, exp(b: 40): the variance of point 1"),
    ("dense > gaussian(b: 1) > dense", "layer 2, gaussian(b: 1): the variance of point 1"),
    (
      "(dense > residual(dense(weightVariance: 9) > relu)) ^ 1000",
      "residual: layer 1, dense(weightVariance: 9): the variance of point 1"
    ),
  ]

  @Test("Layers that do not fit are named when the kernel is bound", arguments: mistakes)
  private func bound(_ mistake: (text: String, message: String)) throws {
    let kernel = try makeKernel(parsing: "ntk(\(mistake.text))", of: Double.self)
    let x = Points<Double>(rows: [[1, 2, 3], [0.5, -1, 1]])
    for run in [
      { _ = try kernel.bound(rows: x, columns: x) }, { _ = try kernel.diagonal(of: x) },
    ] {
      #expect {
        try run()
      } throws: {
        ($0 as? MercerError)?.message.contains(mistake.message) ?? false
      }
    }
  }

  @Test("Layers of branches count, so that no text unrolls without end")
  func layerLimit() {
    let block = NetworkExpression.repeated(.layer("dense"), 1000)
    let nested = NetworkExpression.repeated(.layer("residual", [.init(nil, .network(block))]), 1000)
    #expect {
      try Network(nested)
    } throws: {
      ($0 as? MercerError)?.code == .invalidExpression
    }
  }

  @Test("Single precision overflows sooner, and says so")
  func single() throws {
    let kernel = try makeKernel(
      parsing: "nngp((dense(weightVariance: 5) > relu) ^ 200)", of: Float.self)
    let x = Points<Float>(rows: [[1, 2]])
    #expect {
      try kernel.bound(rows: x, columns: x)
    } throws: {
      ($0 as? MercerError)?.message.contains("in single precision") ?? false
    }
  }

  private static let misspelt = [
    ("dense > geluu > dense", "did you mean \"gelu\""),
    ("dense > residul(dense)", "did you mean \"residual\""),
    ("dense > residual(dens)", "did you mean \"dense\""),
    ("dense(parametrisation: standart)", "did you mean \"standard\""),
    ("dropout(rate: 1)", "rate of dropout must be at least 0 and below 1"),
    ("sum(dense)", "needs a network"), ("residual", "needs a network"),
    ("monomial(degree: 2.5)", "must be a whole number"),
    ("monomial(degree: 99)", "degree of monomial must be from 1 to 20"),
    ("image(0, 3)", "greater than zero"), ("erf(a: 0)", "not zero"),
    ("rbf(gamma: -1)", "gamma of rbf must be"),
  ]

  @Test("Mistakes in the text are named when it is read", arguments: misspelt)
  private func read(text: String, message: String) {
    #expect {
      try makeKernel(parsing: "ntk(\(text))", of: Double.self)
    } throws: {
      ($0 as? MercerError)?.message.contains(message) ?? false
    }
  }
}
