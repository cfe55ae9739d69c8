import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// The reference values of `nt_predict.json`.
struct GoldenTraining: Decodable {
  struct Layer: Decodable {
    let layer: String
    let layers: [Layer]?
    let W_std: Double?
    let b_std: Double?
    let a: Double?
    let b: Double?
    let c: Double?
  }

  /// A number, or "inf".
  struct Time: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value =
        try (try? container.decode(Double.self))
        ?? {
          try #require(container.decode(String.self) == "inf")
          return .infinity
        }()
    }
  }

  struct Moments: Decodable {
    let mean: [[Double]]
    let covariance: [[Double]]
  }

  struct Case: Decodable {
    let net: String
    let spec: Layer
    let diag_reg: Double
    let learning_rate: Double
    let t: Time
    let at: String
    let nngp: Moments
    let ntk: Moments
  }

  let x_train: [[Double]]
  let y_train: [[Double]]
  let x_test: [[Double]]
  let cases: [Case]

  static func load() throws -> GoldenTraining {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/nt_predict.json", withExtension: nil))
    return try JSONDecoder().decode(GoldenTraining.self, from: Data(contentsOf: url))
  }
}

extension GoldenTraining.Case {
  func network() throws -> Network {
    try Network(
      #require(spec.layers).map { layer -> any NetworkLayer in
        switch layer.layer {
        case "Dense":
          let (weight, bias) = (try #require(layer.W_std), layer.b_std ?? 0)
          return try DenseLayer(weightVariance: weight * weight, biasVariance: bias * bias)
        case "Erf": return try ErfActivation(a: layer.a ?? 1, b: layer.b ?? 1, c: layer.c ?? 0)
        default:
          try #require(layer.layer == "Relu")
          return RectifierLayer.relu
        }
      })
  }
}

@Suite("Ensembles of wide networks against neural-tangents")
struct GoldenTrainingTests {
  /// Values are of size 1 and were computed in double precision by another way of rounding, through
  /// eigenvalues down to 1e-3 of the largest: 1e-8.
  @Test(arguments: WideNetworkEnsemble.Kind.allCases)
  func means(_ kind: WideNetworkEnsemble.Kind) throws {
    let golden = try GoldenTraining.load()
    let (x, z) = (Points(rows: golden.x_train), Points(rows: golden.x_test))
    var made: [String: WideNetworkEnsemble] = [:]
    #expect(golden.cases.count == 32)
    for item in golden.cases {
      let name = "\(item.net), \(item.diag_reg)"
      let ensemble =
        try made[name]
        ?? WideNetworkEnsemble(
          kind, item.network(), inputs: x, targets: Matrix(rows: golden.y_train),
          diagonalRegulariser: item.diag_reg)
      made[name] = ensemble
      let predictor =
        try item.at == "train" ? ensemble.trainingPredictor : ensemble.predictor(for: z)
      let length = TrainingLength.flow(time: item.learning_rate * item.t.value)
      let expected = kind == .ntk ? item.ntk : item.nngp
      let context: Comment = "\(name), t = \(item.t.value), \(item.at)"
      let mean = try largestDifference(
        predictor.mean(after: length), Matrix(rows: expected.mean))
      #expect(mean < 1e-8, context)
      let covariance = try predictor.covariance(after: length)
      let difference = largestDifference(covariance, Matrix(rows: expected.covariance))
      #expect(difference < 1e-8, context)
      // The variances alone are the same, by fewer operations.
      let variances = try predictor.variance(after: length)
      #expect(
        zip(variances, covariance.diagonal).allSatisfy { abs($0 - $1) < 1e-12 }, context)
    }
    #expect(made.count == 4)
  }
}

/// max |aᵢⱼ − bᵢⱼ|; infinite for another shape or a NaN.
func largestDifference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  guard a.rowCount == b.rowCount, a.columnCount == b.columnCount else { return .infinity }
  return zip(a.elements, b.elements).reduce(0) {
    let difference = abs($1.0 - $1.1)
    return difference.isNaN ? .infinity : max($0, difference)
  }
}

extension RandomStream {
  /// n × d standard normal numbers.
  mutating func matrix(_ n: Int, _ d: Int) -> Matrix<Double> {
    Matrix(rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in normal() })
  }
}
