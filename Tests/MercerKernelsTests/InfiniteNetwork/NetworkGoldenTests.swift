import Foundation
import MercerCore
import MercerKernels
import Testing

/// Values of networks in 60-digit arithmetic; see Resources/README.md.
private struct Golden: Decodable {
  struct Layer: Decodable {
    let layer: String
    let W_std: Double?
    let b_std: Double?
    let alpha: Double?
    let a: Double?
    let b: Double?

    func made() throws -> any NetworkLayer {
      switch layer {
      case "Dense":
        let (weight, bias) = (try #require(W_std), b_std ?? 0)
        return try DenseLayer(weightVariance: weight * weight, biasVariance: bias * bias)
      case "Relu": return RectifierLayer.relu
      case "Abs": return RectifierLayer.abs
      case "LeakyRelu":
        return try RectifierLayer(slopeBelow: try #require(alpha), slopeAbove: 1)
      default:
        return try RectifierLayer(slopeBelow: try #require(a), slopeAbove: try #require(b))
      }
    }
  }
  struct Spec: Decodable { let layers: [Layer] }
  struct Values: Decodable {
    let nngp: [[Double]]
    let ntk: [[Double]]
  }
  struct Case: Decodable {
    let name: String
    let spec: Spec
    let train_train: Values
    let train_test: Values
  }
  let x1: [[Double]]
  let x2: [[Double]]
  let cases: [Case]

  static func load() throws -> Golden {
    let url = try #require(
      Bundle.module.url(
        forResource: "Resources/network_rectifier_exact.json", withExtension: nil))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
  }
}

@Suite("Networks against 60-digit values")
struct NetworkGoldenTests {
  @Test("Double meets 1e-12 relative: rounding of d + 10 steps, and of the file's values")
  func double() throws { try check(Double.self, tolerance: 1e-12) }

  @Test("Float meets 1e-5 relative: inputs rounded to 6e-8, then ten steps")
  func float() throws {
    try check(Float.self, tolerance: 1e-5) { $0.hasPrefix("fc_Relu") }
  }

  /// Values of the tangent kernel may pass through zero as sums of parts a hundred times as large,
  /// whose rounding remains: entries below a hundredth of √(k(x, x) k(z, z)) are measured by that.
  @Test("Float meets 1e-5 for other slopes, but for entries that cancel")
  func floatSlopes() throws {
    try check(Float.self, tolerance: 1e-5, floor: 0.01) { !$0.hasPrefix("fc_Relu") }
  }

  private func check<E: Scalar>(
    _: E.Type, tolerance: Double, floor: Double = 0,
    where isWanted: (String) -> Bool = { _ in true }
  ) throws {
    let golden = try Golden.load()
    let train = Points(rows: golden.x1.map { $0.map { E($0) } })
    let test = Points(rows: golden.x2.map { $0.map { E($0) } })
    #expect(golden.cases.count == 20)
    var largest = (error: 0.0, place: "")
    for item in golden.cases where isWanted(item.name) {
      let network = try Network(item.spec.layers.map { try $0.made() })
      for kind in NetworkKernel<E>.Kind.allCases {
        let kernel = try NetworkKernel<E>(kind, network)
        for (columns, values) in [(train, item.train_train), (test, item.train_test)] {
          let expected = kind == .nngp ? values.nngp : values.ntk
          let found = try kernel.matrix(rows: train, columns: columns)
          let rowSizes = try kernel.diagonal(of: train).map { Double($0) }
          let columnSizes = try kernel.diagonal(of: columns).map { Double($0) }
          for i in 0..<train.count {
            for j in 0..<columns.count {
              let size = max(
                abs(expected[i][j]), floor * (rowSizes[i] * columnSizes[j]).squareRoot())
              let error = abs(Double(found[i, j]) - expected[i][j]) / size
              if !(error <= largest.error) {
                largest = (
                  error,
                  "\(item.name) \(kind) [\(i), \(j)]: \(found[i, j]) for \(expected[i][j])"
                )
              }
            }
          }
        }
        let diagonal = try kernel.diagonal(of: train)
        for i in 0..<train.count {
          let expected =
            kind == .nngp ? item.train_train.nngp[i][i] : item.train_train.ntk[i][i]
          #expect(abs(Double(diagonal[i]) - expected) <= tolerance * expected)
        }
      }
    }
    #expect(largest.error <= tolerance, "\(largest.place)")
  }
}
