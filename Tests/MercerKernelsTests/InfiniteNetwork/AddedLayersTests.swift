import Foundation
public import MercerCore
public import MercerKernels
import Testing

// The two examples of docs/recipes/add-a-layer.md, word for word.

/// φ(u) = u + b u²:  E φ(u) φ(w) = k + b² (x z + 2 k²),  E φ′(u) φ′(w) = 1 + 4 b² k.
public struct QuadraticActivation: Activation, PointwiseActivation {
  public let b: Double

  public init(b: Double = 1) throws(MercerError) {
    guard b.isFinite else {
      throw MercerError(.invalidParameter, "b of quadratic must be finite, not \(b)")
    }
    self.b = b
  }

  public static let syntax = NetworkLayerSyntax(
    "quadratic", summary: "u + b u²",
    parameters: [.init("b", .number, ifAbsent: .value(.number(1)), summary: "a finite number")]
  ) { (arguments) throws(MercerError) in try QuadraticActivation(b: arguments.number("b")) }

  public var expression: NetworkExpression {
    .layer("quadratic", b == 1 ? [] : [.init("b", .number(b))])
  }

  public var parity: ActivationParity { .none }

  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let squares = pair.x * pair.z + 2 * (pair.k * pair.k)
    return (pair.k + (b * b) * squares, (4 * b * b) * pair.k + 1)
  }

  public func mean<N: MomentNumber>(ofVariance variance: N) -> N { b * variance }

  // For networks of finite width.
  public func value(at u: Double) -> Double { u + b * u * u }
  public func slope(at u: Double) -> Double { 1 + 2 * b * u }
}

/// Units times a number g:  k ← g² k,  Θ ← g² Θ.
public struct GainLayer: ElementwiseLayer {
  public let gain: Double

  public init(_ gain: Double) throws(MercerError) {
    guard gain.isFinite, gain > 0 else {
      throw MercerError(.invalidParameter, "a gain must be greater than zero, not \(gain)")
    }
    self.gain = gain
  }

  public static let syntax = NetworkLayerSyntax(
    "gain", summary: "units times a number",
    parameters: [.init(nil, .number, summary: "greater than 0")]
  ) { (arguments) throws(MercerError) in
    guard case .number(let gain)? = arguments.unlabelled(0) else {
      throw MercerError(.invalidExpression, "gain needs a number")
    }
    return try GainLayer(gain)
  }

  public var expression: NetworkExpression { .layer("gain", [.init(nil, .number(gain))]) }

  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(variance: gain * gain * moments.variance, mean: gain * moments.mean)
  }

  // Cosines stay as they are; the engine knows k(x, x) from `moments`.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    guard let theta = pairs.theta else { return }
    Element.loops.affine(pairs.count, theta, Element(gain * gain), 0)
  }

  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    let squares = [
      adjoints.covariance, adjoints.theta, adjoints.varianceX, adjoints.varianceZ,
    ]
    for array in squares { Element.loops.affine(pairs.count, array, Element(gain * gain), 0) }
    for array in [adjoints.meanX, adjoints.meanZ] {
      Element.loops.affine(pairs.count, array, Element(gain), 0)
    }
  }
}

@Suite("Layers that a page shows how to add")
struct AddedLayersTests {
  private let points: Points<Double>
  private let images: Points<Double>

  init() {
    var random = RandomStream(seed: 4, purpose: "added layers")
    points = Points(rows: (0..<4).map { _ in (0..<3).map { _ in random.normal() } })
    images = Points(rows: (0..<3).map { _ in (0..<12).map { _ in random.normal() } })
  }

  private func expectEqual(
    _ a: [any NetworkLayer], _ b: [any NetworkLayer], on points: Points<Double>, tolerance: Double
  ) throws {
    for kind in NetworkKernel<Double>.Kind.allCases {
      let first = try NetworkKernel<Double>(kind, Network(a)).matrix(rows: points, columns: points)
      let second = try NetworkKernel<Double>(kind, Network(b)).matrix(rows: points, columns: points)
      for i in 0..<points.count {
        for j in 0..<points.count {
          #expect(abs(first[i, j] - second[i, j]) <= tolerance * abs(second[i, j]))
        }
      }
    }
  }

  /// The series of a polynomial of degree two is exact: rounding is left.
  @Test("The activation has the moments of its function, on vectors and on images")
  func activation() throws {
    let quadratic = try QuadraticActivation(b: 0.3)
    let plain = try FunctionActivation("quadratic") { $0 + 0.3 * $0 * $0 }
    let dense = try DenseLayer(weightVariance: 1.5, biasVariance: 0.2)
    try expectEqual(
      [dense, quadratic, dense], [dense, plain, dense], on: points, tolerance: 1e-11)
    let image = try InputShapeLayer(.image(height: 4, width: 3, channels: 1))
    let conv = ConvolutionLayer(
      WindowSizes(3), weights: try LayerWeights(of: "conv", weightVariance: 2))
    let end = ReadoutLayer(.globalAveragePool)
    try expectEqual(
      [image, conv, quadratic, conv, quadratic, end], [image, conv, plain, conv, plain, end],
      on: images, tolerance: 1e-11)
    let step = 1e-6
    let slope = (quadratic.value(at: 0.7 + step) - quadratic.value(at: 0.7 - step)) / (2 * step)
    #expect(abs(slope - quadratic.slope(at: 0.7)) < 1e-8)
  }

  @Test("A gain of two is four times the weight variance; gradients follow")
  func layer() throws {
    let (one, four) = (try DenseLayer(), try DenseLayer(weightVariance: 4))
    let gain = try GainLayer(2)
    let (relu, end) = (RectifierLayer.relu, try DenseLayer(biasVariance: 0.3))
    try expectEqual([one, gain, relu, end], [four, relu, end], on: points, tolerance: 1e-13)
    let inputs = try [[one, gain, relu, end], [four, relu, end] as [any NetworkLayer]].map {
      let bound = try NetworkKernel<Double>(.ntk, Network($0)).bound(rows: points, columns: points)
      var weights = Matrix<Double>(rowCount: 4, columnCount: 4)
      weights[0, 1] = 1
      var gradient = Matrix<Double>(rowCount: 4, columnCount: 3)
      weights.withTile { w in
        gradient.withTile { bound.accumulateInputGradient(weights: w, into: $0) }
      }
      return gradient
    }
    for k in 0..<3 {
      #expect(abs(inputs[0][0, k] - inputs[1][0, k]) <= 1e-12 * abs(inputs[1][0, k]))
    }
  }

  @Test("Both are read from what they write")
  func texts() throws {
    for (syntax, layer) in [
      (QuadraticActivation.syntax, try QuadraticActivation(b: 0.5)),
      (GainLayer.syntax, try GainLayer(3)),
    ] as [(NetworkLayerSyntax, any NetworkLayer)] {
      guard case .layer(let name, let arguments) = layer.expression else {
        Issue.record("\(layer.expression) is no layer")
        continue
      }
      #expect(name == syntax.name)
      #expect(try syntax.make(arguments).expression == layer.expression)
    }
  }

  @Test("The page shows this code")
  func page() throws {
    let file = URL(filePath: #filePath)
    let root = (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
    let page = try String(
      contentsOf: root.appending(path: "docs/recipes/add-a-layer.md"), encoding: .utf8)
    let code = try String(contentsOf: file, encoding: .utf8)
    let blocks = page.components(separatedBy: "```swift\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(blocks.count == 2)
    for block in blocks { #expect(code.contains(block)) }
  }
}
