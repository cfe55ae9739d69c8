import Foundation
import MercerCore
import MercerKernels
import Testing

/// Relu networks of finite width with random weights: what the kernels are the limits of.
@Suite("Networks of finite width approach the kernels")
struct FiniteNetworkTests {
  private let weightVariance = 1.7
  private let biasVariance = 0.3
  private let points: Points<Double>

  init() {
    var stream = TestStream(seed: 41)
    points = stream.points(3, 4)
  }

  private func kernel(
    _ kind: NetworkKernel<Double>.Kind, depth: Int
  ) throws -> Matrix<Double> {
    try NetworkKernel<Double>(
      kind, .relu(depth: depth, weightVariance: weightVariance, biasVariance: biasVariance)
    ).matrix(rows: points, columns: points)
  }

  /// One dense layer of `width` units with random weights on each input.
  private func dense(
    _ inputs: [[Double]], width: Int, _ stream: inout TestStream
  ) -> [[Double]] {
    let scale = (weightVariance / Double(inputs[0].count)).squareRoot()
    var outputs = inputs.map { _ in [Double](repeating: 0, count: width) }
    for unit in 0..<width {
      let bias = biasVariance.squareRoot() * stream.normal()
      for i in inputs.indices { outputs[i][unit] = bias }
      for k in inputs[0].indices {
        let weight = scale * stream.normal()
        for i in inputs.indices { outputs[i][unit] += weight * inputs[i][k] }
      }
    }
    return outputs
  }

  private var inputs: [[Double]] { (0..<points.count).map { points.coordinates.row($0) } }
  private let pairs = [(0, 0), (0, 1), (1, 2)]

  /// Mean and standard error of draws of a number for each pair.
  private func statistics(_ draws: [[Double]]) -> [(mean: Double, error: Double)] {
    let n = Double(draws.count)
    return pairs.indices.map { p in
      let mean = draws.reduce(0) { $0 + $1[p] } / n
      let square = draws.reduce(0) { $0 + ($1[p] - mean) * ($1[p] - mean) } / (n - 1)
      return (mean, (square / n).squareRoot())
    }
  }

  /// With one hidden layer the covariance and the tangent kernel of a finite network, averaged over
  /// the readout's weights, are unbiased at any width, so 4.5 standard errors bound the mean: each
  /// of six would miss by chance once in 150,000 seeds.
  @Test("One hidden layer: means of draws are the kernels")
  func oneHiddenLayer() throws {
    var stream = TestStream(seed: 43)
    let width = 64
    var (nngp, ntk): ([[Double]], [[Double]]) = ([], [])
    for _ in 0..<200 {
      let hidden = dense(inputs, width: width, &stream)
      let readout = (0..<width).map { _ in stream.normal() }
      var (covariances, tangents): ([Double], [Double]) = ([], [])
      for (i, j) in pairs {
        var (product, slopes) = (0.0, 0.0)
        for unit in 0..<width {
          product += max(hidden[i][unit], 0) * max(hidden[j][unit], 0)
          if hidden[i][unit] > 0, hidden[j][unit] > 0 { slopes += readout[unit] * readout[unit] }
        }
        let inner = zip(inputs[i], inputs[j]).reduce(0) { $0 + $1.0 * $1.1 } / 4
        // Gradients by readout weights and bias, and by the hidden layer's.
        let covariance = weightVariance * product / Double(width) + biasVariance
        covariances.append(covariance)
        tangents.append(
          covariance + weightVariance * slopes / Double(width)
            * (weightVariance * inner + biasVariance))
      }
      nngp.append(covariances)
      ntk.append(tangents)
    }
    for (draws, kind) in [(nngp, NetworkKernel<Double>.Kind.nngp), (ntk, .ntk)] {
      let expected = try kernel(kind, depth: 1)
      for ((i, j), found) in zip(pairs, statistics(draws)) {
        #expect(found.error > 0 && found.error < 0.05 * expected[0, 0])
        #expect(abs(found.mean - expected[i, j]) <= 4.5 * found.error)
      }
    }
  }

  #if !DEBUG
    /// Four times the width halves the deviation of one draw. From 200 draws a root mean square is
    /// known to 5 %, a ratio of two to 7 %, so 25 % leaves more than three standard errors; the bias
    /// of narrow networks, of order 1/w, lies within.
    @Test("Three hidden layers: the deviation falls as one over the root of the width")
    func rate() throws {
      var stream = TestStream(seed: 47)
      let expected = try kernel(.nngp, depth: 3)
      var deviations: [Double] = []
      for width in [16, 64, 256] {
        var total = 0.0
        for _ in 0..<200 {
          var state = inputs
          for _ in 0..<3 {
            state = dense(state, width: width, &stream).map { $0.map { max($0, 0) } }
          }
          for (i, j) in pairs {
            let product = zip(state[i], state[j]).reduce(0) { $0 + $1.0 * $1.1 }
            let found = weightVariance * product / Double(width) + biasVariance
            let size = (expected[i, i] * expected[j, j]).squareRoot()
            total += (found - expected[i, j]) * (found - expected[i, j]) / (size * size)
          }
        }
        deviations.append((total / Double(200 * pairs.count)).squareRoot())
      }
      #expect(deviations[2] < 0.15)
      for (wide, narrow) in zip(deviations.dropFirst(), deviations) {
        #expect(abs(narrow / wide - 2) <= 0.5)
      }
    }
  #endif
}

extension TestStream {
  /// A standard normal number (Box and Muller 1958).
  fileprivate mutating func normal() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
