import Foundation
import MercerCore
import MercerKernels
import Testing

/// A layer as neural-tangents names it; see Resources/README.md.
private final class GoldenLayer: Decodable {
  let layer: String
  let layers: [GoldenLayer]?
  let main: GoldenLayer?
  let shortcut: GoldenLayer?
  let filter_shape: [Int]?
  let window_shape: [Int]?
  let strides: [Int]?
  let padding: String?
  let axis: [Int]?
  let W_std: Double?
  let b_std: Double?
  let linear_scaling: Bool?
  let attention_mechanism: String?
  let W_key_std: Double?
  let W_query_std: Double?
  let W_value_std: Double?
  let W_out_std: Double?

  private func squared(_ value: Double?) -> Double { (value ?? 0) * (value ?? 0) }
  private func sizes(_ list: [Int]?) -> WindowSizes { WindowSizes(list?[0] ?? 1, list?[1] ?? 1) }
  private var border: Padding { Padding(rawValue: (padding ?? "SAME").lowercased()) ?? .same }

  func network() throws -> Network { try Network(made()) }

  func made() throws -> [any NetworkLayer] {
    switch layer {
    case "Serial": return try (layers ?? []).flatMap { try $0.made() }
    case "Dense":
      return [try DenseLayer(weightVariance: squared(W_std), biasVariance: squared(b_std))]
    case "Conv":
      return [
        try ConvolutionLayer(
          sizes(filter_shape), stride: sizes(strides), padding: border,
          weightVariance: squared(W_std), biasVariance: squared(b_std))
      ]
    case "AvgPool":
      return [PoolingLayer(sizes(window_shape), stride: sizes(strides), padding: border)]
    case "Relu": return [RectifierLayer.relu]
    case "Erf": return [try #require(NetworkLayerSyntax.all.first { $0.name == "erf" }).make([])]
    case "Flatten": return [ReadoutLayer(.flatten)]
    case "GlobalAvgPool": return [ReadoutLayer(.globalAveragePool)]
    case "Identity": return [IdentityLayer()]
    case "LayerNorm": return [try LayerNormLayer(acrossPositions: (axis?.count ?? 1) > 1)]
    case "Residual":
      let main = try #require(main)
      let shortcut = try #require(shortcut)
      return [try BranchLayer(.sum, [main.network(), shortcut.network()])]
    case "Attention":
      let mechanism: AttentionMechanism =
        linear_scaling == false
        ? .gaussianScores
        : try #require(
          AttentionMechanism(rawValue: (attention_mechanism ?? "").lowercased()))
      return [
        try AttentionLayer(
          mechanism, queryVariance: squared(W_query_std), keyVariance: squared(W_key_std),
          valueVariance: squared(W_value_std), outputVariance: squared(W_out_std),
          biasVariance: squared(b_std))
      ]
    default:
      Issue.record("there is no layer \(layer)")
      return []
    }
  }
}

private struct Golden<Input: Decodable>: Decodable {
  struct Case: Decodable {
    let name: String
    let spec: GoldenLayer
    let train_train: NetworkGrams
    let train_test: NetworkGrams
  }
  let x1: [Input]
  let x2: [Input]
  let cases: [Case]

}

@Suite("Networks on images and sequences against neural-tangents")
struct ImageGoldenTests {
  /// neural-tangents takes the angle of equal inputs from a rounded cosine, which leaves up to 5e-9 in
  /// its ntk; ours are exact there.
  @Test("Images, Double: 1e-10 relative, and 5e-9 for the ntk of an input with itself")
  func imagesInDouble() throws { try checkImages(Double.self, tolerance: 1e-10) }

  @Test("Images, Float: 1e-5 relative")
  func imagesInFloat() throws { try checkImages(Float.self, tolerance: 1e-5) }

  @Test("Attention, Double: 1e-10 relative")
  func attentionInDouble() throws { try checkSequences(Double.self, tolerance: 1e-10) }

  @Test("Attention, Float: 1e-5 relative")
  func attentionInFloat() throws { try checkSequences(Float.self, tolerance: 1e-5) }

  private func checkImages<E: Scalar>(_: E.Type, tolerance: Double) throws {
    let golden = try Golden<[[[Double]]]>.golden("network_images.json")
    #expect(golden.cases.count == 12)
    try check(
      golden.x1.map { $0.flatMap { $0.flatMap { $0.map { E($0) } } } },
      golden.x2.map { $0.flatMap { $0.flatMap { $0.map { E($0) } } } }, golden.cases.map { $0 },
      shape: .image(height: 8, width: 8, channels: 3), tolerance: tolerance)
  }

  private func checkSequences<E: Scalar>(_: E.Type, tolerance: Double) throws {
    let golden = try Golden<[[Double]]>.golden("network_attention.json")
    #expect(golden.cases.count == 3)
    try check(
      golden.x1.map { $0.flatMap { $0.map { E($0) } } },
      golden.x2.map { $0.flatMap { $0.map { E($0) } } }, golden.cases.map { $0 },
      shape: .sequence(length: 5, channels: 6), tolerance: tolerance)
  }

  private func check<E: Scalar, Input>(
    _ train: [[E]], _ test: [[E]], _ cases: [Golden<Input>.Case], shape: NetworkShape,
    tolerance: Double
  ) throws {
    let (train, test) = (Points(rows: train), Points(rows: test))
    for item in cases {
      let network = try item.spec.network().withInput(shape)
      var (largest, largestOwn) = (0.0, 0.0)
      for kind in NetworkKernel<E>.Kind.allCases {
        let kernel = try NetworkKernel<E>(kind, network)
        let pairs = [
          (try kernel.matrix(rows: train, columns: train), item.train_train),
          (try kernel.matrix(rows: train, columns: test), item.train_test),
        ]
        for (values, expected) in pairs {
          let rows = kind == .nngp ? expected.nngp : expected.ntk
          for (i, row) in rows.enumerated() {
            for (j, value) in row.enumerated() {
              let error = abs(Double(values[i, j]) - value) / abs(value)
              if kind == .ntk, i == j, expected.ntk.count == row.count {
                largestOwn = max(largestOwn, error)
              } else {
                largest = max(largest, error)
              }
            }
          }
        }
        let diagonal = try kernel.diagonal(of: train)
        let rows = kind == .nngp ? item.train_train.nngp : item.train_train.ntk
        for (i, value) in diagonal.enumerated() {
          let error = abs(Double(value) - rows[i][i]) / abs(rows[i][i])
          if kind == .ntk {
            largestOwn = max(largestOwn, error)
          } else {
            largest = max(largest, error)
          }
        }
      }
      #expect(largest <= tolerance, "\(item.name): \(largest)")
      #expect(largestOwn <= max(tolerance, 5e-9), "\(item.name): \(largestOwn)")
    }
  }
}
