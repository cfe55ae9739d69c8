import MercerCore
import MercerKernels
import Testing

@Suite("Networks as text")
struct NetworkTextTests {
  private let block = NetworkExpression.chain([
    .layer("dense", [.init("weightVariance", .number(2)), .init("biasVariance", .number(0.1))]),
    .layer("relu"),
  ])

  @Test("Repetitions are written out when read and gathered when printed")
  func repetitions() throws {
    let expression = NetworkExpression.chain([.repeated(block, 3), .layer("dense")])
    let network = try Network(expression)
    #expect(network.layers.count == 7)
    #expect(network.expression == expression)
    #expect(try Network(network.expression) == network)
  }

  @Test("Random networks print to an expression that reads back equal")
  func roundTrips() throws {
    var stream = TestStream(seed: 17)
    let activations: [any NetworkLayer] = [
      RectifierLayer.relu, RectifierLayer.abs, try RectifierLayer(slopeBelow: 0.1, slopeAbove: 1),
      try RectifierLayer(slopeBelow: -0.5, slopeAbove: 1.5),
    ]
    for _ in 0..<200 {
      let count = 1 + Int(stream.uniform() * 9)
      let layers = try (0..<count).map { _ -> any NetworkLayer in
        let choice = Int(stream.uniform() * 8)
        guard choice >= activations.count else { return activations[choice] }
        return try DenseLayer(
          weightVariance: choice == 5 ? 1 : 0.5 + stream.uniform(),
          biasVariance: choice == 6 ? 0 : stream.uniform())
      }
      let network = try Network(layers)
      #expect(try Network(network.expression) == network)
    }
  }

  @Test("Kernels are made from calls and print as calls", arguments: ["nngp", "ntk"])
  func kernels(name: String) throws {
    let syntax = try #require(NetworkKernel<Double>.syntaxes.first { $0.name == name })
    let arguments: [KernelExpression.Argument] = [
      .init(nil, .network(.chain([.repeated(block, 2), .layer("dense")]))),
      .init("scales", .list([1, 0.5])),
    ]
    let kernel = try #require(try syntax.make(arguments) as? NetworkKernel<Double>)
    #expect(kernel.kind.rawValue == name)
    #expect(kernel.metric == .scales([1, 0.5]))
    #expect(kernel.expression == .call(name, arguments))
  }

  @Test("Mistakes are refused by name")
  func mistakes() throws {
    let cases: [(NetworkExpression, MercerError.Code)] = [
      (.layer("dens"), .invalidExpression),
      (.layer("dense", [.init("variance", .number(1))]), .invalidExpression),
      (.layer("dense", [.init("weightVariance", .number(-1))]), .invalidParameter),
      (.layer("dense", [.init("biasVariance", .number(-1))]), .invalidParameter),
      (.layer("dense", [.init("biasVariance", .word("none"))]), .invalidExpression),
      (.layer("leakyRelu"), .invalidExpression),
      (
        .layer("abRelu", [.init("a", .number(0)), .init("b", .number(0))]), .invalidParameter
      ),
      (.repeated(block, 0), .invalidExpression),
      (.repeated(.repeated(block, 1_000), 1_000), .invalidExpression),
      (.chain([]), .invalidParameter),
    ]
    for (expression, code) in cases {
      #expect { try Network(expression) } throws: { ($0 as? MercerError)?.code == code }
    }
  }
}
