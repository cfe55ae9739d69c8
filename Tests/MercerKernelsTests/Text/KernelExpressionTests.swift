import MercerCore
import MercerKernels
import Testing

@Suite struct KernelExpressionTests {
  @Test func readsEveryConstruct() throws {
    let text = "gaussian(lengthScale: 1.2) + 0.1 * linear ^ 2 * matern(smoothness: 2.5, on: [0, 1])"
    let expected = KernelExpression.sum([
      .call("gaussian", [.init("lengthScale", .number(1.2))]),
      .scaled(
        0.1,
        .product([
          .power(.call("linear"), 2),
          .call("matern", [.init("smoothness", .number(2.5)), .init("on", .list([0, 1]))]),
        ])),
    ])
    #expect(try KernelExpression(parsing: text) == expected)
    #expect(expected.description == text)
  }

  @Test func readsNetworks() throws {
    let text = "ntk((dense(weightVariance: 2, biasVariance: 0.1) > relu) ^ 3 > dense)"
    let hidden = NetworkExpression.layer(
      "dense", [.init("weightVariance", .number(2)), .init("biasVariance", .number(0.1))])
    let network = NetworkExpression.chain([
      .repeated(.chain([hidden, .layer("relu")]), 3), .layer("dense"),
    ])
    #expect(try KernelExpression(parsing: text) == .call("ntk", [.init(nil, .network(network))]))
    #expect(network.layerCount == 7)
    let convolutional =
      "nngp(conv(3, padding: same) > relu > residual(conv(3) > relu) > globalAveragePool > dense)"
    #expect(try KernelExpression(parsing: convolutional).description == convolutional)
  }

  @Test(arguments: [
    (" linear ", "linear"), ("((linear))", "linear"), ("linear()", "linear"),
    ("linear * 2 * 0.5 * overlap", "1 * linear * overlap"), ("2 * 3 * linear", "6 * linear"),
    ("2*(3*linear)", "2 * (3 * linear)"),
    ("(linear + overlap) + cosine", "(linear + overlap) + cosine"),
    ("(linear^2)^3", "(linear ^ 2) ^ 3"), ("f(a: -1e-3, b: 1E+30)", "f(a: -0.001, b: 1e+30)"),
    ("f(m: [[1, 0], [0, 2]])", "f(m: [[1, 0], [0, 2]])"), ("f(x: (linear))", "f(x: (linear))"),
    ("normalised(2 * linear, on: [1])", "normalised(2 * linear, on: [1])"),
    ("f(x: .5)\n\t+\tg", "f(x: 0.5) + g"),
  ])
  func printsOneForm(text: String, printed: String) throws {
    let expression = try KernelExpression(parsing: text)
    #expect(expression.description == printed)
    #expect(try KernelExpression(parsing: printed) == expression)
  }

  @Test func randomTreesRoundTrip() throws {
    var random = RandomExpressions(seed: 7)
    for _ in 0..<400 {
      let expression = random.kernel(depth: 4)
      #expect(try KernelExpression(parsing: expression.description) == expression)
    }
  }

  /// Any text either parses, to a tree that round-trips, or throws an error of three lines.
  @Test func mutationsNeverCrash() throws {
    var random = RandomExpressions(seed: 11)
    let spice = Array("()[],:+*^>-. 0e9aé👩‍🚀\n\u{0}\"")
    for _ in 0..<400 {
      var text = Array(random.kernel(depth: 3).description)
      for _ in 0..<Int.random(in: 1...4, using: &random.generator) where !text.isEmpty {
        let place = text.indices.randomElement(using: &random.generator) ?? 0
        switch Int.random(in: 0..<4, using: &random.generator) {
        case 0: text.remove(at: place)
        case 1: text.insert(spice.randomElement(using: &random.generator) ?? "(", at: place)
        case 2: text[place] = spice.randomElement(using: &random.generator) ?? ")"
        default: text = Array(text[..<place])
        }
      }
      do throws(MercerError) {
        let expression = try KernelExpression(parsing: String(text))
        #expect(try KernelExpression(parsing: expression.description) == expression)
      } catch {
        #expect(error.code == .invalidExpression)
        #expect(error.message.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
      }
      // Nearly all of these are unknown kernels: the builder has to say so, too.
      _ = try? KernelRegistry<Float>.standard.makeKernel(parsing: String(text))
    }
  }

  @Test func refusesHostileText() {
    for opening in ["(", "f(", "ntk(", "f(x: ", "ntk(residual(", "linear + ("] {
      expectError(String(repeating: opening, count: 1500), contains: "deeper than 200")
    }
    let long = String(repeating: "linear + ", count: 250_000) + "linear"
    expectError(long, contains: "more than the 2000000 allowed")
    expectError("ntk(((dense ^ 1000) ^ 1000) ^ 1000)", contains: "more than 10000 layers")
    // As deep as is allowed goes through, also when the tree is walked.
    let deep =
      String(repeating: "normalised(", count: 200) + "linear" + String(repeating: ")", count: 200)
    #expect(throws: Never.self) { try KernelExpression(parsing: deep) }
    #expect(throws: Never.self) { try KernelRegistry<Double>.standard.makeKernel(parsing: deep) }
  }

  /// A full metric of 40 coordinates, which is some 30 kB of text, is read back as it was.
  @Test func readsLongMetrics() throws {
    var stream = RandomStream(seed: 4, purpose: "long metric")
    let rows = (0..<40).map { _ in (0..<40).map { _ in stream.normal() } }
    let kernel = KernelExpression.call("laplace", [.init("transform", .matrix(rows))])
    #expect(kernel.description.utf8.count > 20_000)
    #expect(try KernelExpression(parsing: kernel.description) == kernel)
  }

  private func expectError(_ text: String, contains part: String) {
    #expect {
      try KernelExpression(parsing: text)
    } throws: { error in
      (error as? MercerError)?.message.contains(part) == true
    }
  }
}
