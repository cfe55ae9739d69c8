import Foundation
import MercerCore
import MercerKernels
import Testing

@Suite("Networks on nearly parallel and nearly opposite inputs")
struct NetworkDirectionTests {
  private struct Golden: Decodable {
    struct Item: Decodable {
      let weightVariance: Double
      let biasVariance: Double
      let slopes: [Double]
      let depth: Int
      let nngp: [[Double]]
      let ntk: [[Double]]
    }
    let points: [[Double]]
    let networks: [Item]
  }

  @Test("Double keeps 1e-12 of √(k(x, x) k(z, z)), eight layers deep")
  func double() throws { try check(Double.self, tolerance: 1e-12) }

  /// Inputs a relative 6e-8 apart have an angle of that size, which the tangent kernel shows once a
  /// layer.
  @Test("Float keeps 1e-6 of it")
  func float() throws { try check(Float.self, tolerance: 1e-6) }

  private func check<E: Scalar>(_: E.Type, tolerance: Double) throws {
    let golden = try Golden.golden("network_directions.json")
    let points = Points(rows: golden.points.map { $0.map { E($0) } })
    for item in golden.networks {
      let dense = try DenseLayer(
        weightVariance: item.weightVariance, biasVariance: item.biasVariance)
      let activation = try RectifierLayer(slopeBelow: item.slopes[0], slopeAbove: item.slopes[1])
      var layers: [any NetworkLayer] = []
      for _ in 0..<item.depth { layers += [dense, activation] as [any NetworkLayer] }
      let network = try Network(layers + [dense])
      for kind in NetworkKernel<E>.Kind.allCases {
        let expected = kind == .nngp ? item.nngp : item.ntk
        let found = try NetworkKernel<E>(kind, network).matrix(rows: points, columns: points)
        var largest = (error: 0.0, place: "")
        for i in 0..<points.count {
          for j in 0..<points.count {
            let size = (expected[i][i] * expected[j][j]).squareRoot()
            let error = abs(Double(found[i, j]) - expected[i][j]) / size
            if !(error <= largest.error) {
              largest = (error, "\(network) \(kind) [\(i), \(j)]: \(found[i, j])")
            }
          }
        }
        #expect(largest.error <= tolerance, "\(largest.place)")
      }
    }
  }
}
