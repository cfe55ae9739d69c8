import Foundation
import MercerCore
import MercerKernels
import Testing

/// A network as the golden files write it, with the names of neural-tangents.
final class NetworkSpecification: Decodable {
  let layer: String
  let layers: [NetworkSpecification]
  let branches: [NetworkSpecification]
  let numbers: [String: Double]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    layer = try container.decode(String.self, forKey: Key(stringValue: "layer"))
    layers =
      try container.decodeIfPresent(
        [NetworkSpecification].self, forKey: Key(stringValue: "layers")) ?? []
    var numbers: [String: Double] = [:]
    var branches: [NetworkSpecification] = []
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      if let number = try? container.decode(Double.self, forKey: key) {
        numbers[key.stringValue] = number
      } else if let branch = try? container.decode(NetworkSpecification.self, forKey: key) {
        branches.append(branch)
      }
    }
    self.numbers = numbers
    self.branches = branches
  }

  /// The layers it means.
  func made() throws -> [any NetworkLayer] {
    func network(_ part: NetworkSpecification) throws -> Network { try Network(part.made()) }
    func number(_ name: String) throws -> Double { try #require(numbers[name]) }
    switch layer {
    case "Serial": return try layers.flatMap { try $0.made() }
    case "Dense":
      let (weight, bias) = (try number("W_std"), numbers["b_std"] ?? 0)
      return [try DenseLayer(weightVariance: weight * weight, biasVariance: bias * bias)]
    case "Relu": return [RectifierLayer.relu]
    case "Abs": return [RectifierLayer.abs]
    case "LeakyRelu":
      return [try RectifierLayer(slopeBelow: number("alpha"), slopeAbove: 1)]
    case "ABRelu": return [try RectifierLayer(slopeBelow: number("a"), slopeAbove: number("b"))]
    case "Erf": return [try ErfActivation()]
    case "Gelu": return [GeluActivation()]
    case "Sin": return [try SineActivation()]
    case "Cos": return [try SineActivation(isCosine: true)]
    case "Rbf": return [try RBFActivation(gamma: number("gamma"))]
    case "LayerNorm": return [try LayerNormLayer()]
    case "Identity": return [IdentityLayer()]
    case "Residual": return [try BranchLayer(.sum, branches.map(network))]
    case "FanInConcat": return [try BranchLayer(.concatenate, branches.map(network))]
    default: throw MercerError(.invalidData, "unknown layer \(layer)")
    }
  }
}

/// A file of kernels of networks on two sets of points.
struct NetworkGolden: Decodable {
  struct Case: Decodable {
    let name: String
    let spec: NetworkSpecification
    let train_train: NetworkGrams
    let train_test: NetworkGrams
  }
  let x1: [[Double]]
  let x2: [[Double]]
  let cases: [Case]

  /// The cases of wanted names.
  func filtered(_ isWanted: (String) -> Bool) -> NetworkGolden {
    NetworkGolden(x1: x1, x2: x2, cases: cases.filter { isWanted($0.name) })
  }

  /// The largest error of all entries, relative to the entry or, where that is larger, to `floor`
  /// times √(k(x, x) k(z, z)).
  func largestError<E: Scalar>(
    _: E.Type, floor: Double = 0,
    of kinds: [NetworkKernel<E>.Kind] = NetworkKernel<E>.Kind.allCases,
    where isWanted: (String) -> Bool = { _ in true }
  ) throws -> (error: Double, place: String) {
    let train = Points(rows: x1.map { $0.map { E($0) } })
    let test = Points(rows: x2.map { $0.map { E($0) } })
    var largest = (error: 0.0, place: "")
    for item in cases where isWanted(item.name) {
      let network = try Network(item.spec.made())
      for kind in kinds {
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
      }
    }
    return largest
  }
}
