import MercerCore
import MercerLearning
import Testing

@Suite struct BlendWeightsTests {
  private func noise(_ rows: Int, scale: Double, seed: UInt64) -> Matrix<Double> {
    var stream = RandomStream(seed: seed, purpose: "blend weights tests")
    return Matrix(column: (0..<rows).map { _ in scale * stream.normal() })
  }

  private func meanSquare(_ rows: [Int], _ residuals: Matrix<Double>) -> Double {
    residuals.elements.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)
  }

  /// Regressions that are equally wrong in different ways are all blended, as equals.
  @Test func independentErrorsAreAveraged() {
    let residuals = (0..<8).map { noise(60, scale: 1, seed: UInt64($0)) }
    let weights = BlendWeights.choose(residuals, limit: 8, score: meanSquare)
    #expect(weights == [Double](repeating: 1.0 / 8, count: 8))
    #expect(
      meanSquare([], BlendWeights.blended(residuals, weights)) < 0.3 * meanSquare([], residuals[0]))
  }

  /// One that is far better than all others stays alone.
  @Test func aMuchBetterOneStandsAlone() {
    let residuals =
      [noise(100, scale: 0.1, seed: 0)] + (1..<6).map { noise(100, scale: 2, seed: UInt64($0)) }
    let weights = BlendWeights.choose(residuals, limit: 8, score: meanSquare)
    #expect(weights == [1, 0, 0, 0, 0, 0])
  }

  /// Of two independent errors the best weights are 1/σ², brought to a sum of 1; here 0.8 and 0.2.
  @Test func stackingFindsTheBestWeights() {
    // Exactly orthogonal, of mean squares 1 and 4.
    let a = Matrix(column: (0..<8).map { $0 % 2 == 0 ? 1.0 : -1 })
    let b = Matrix(column: (0..<8).map { $0 / 2 % 2 == 0 ? 2.0 : -2 })
    let weights = BlendWeights.stack([a, b], limit: 2)
    #expect(abs(weights[0] - 0.8) < 1e-9 && abs(weights[1] - 0.2) < 1e-9)
  }

  /// Against a search over a fine grid of the simplex; and no more members than asked for.
  @Test func stackingIsTheMinimumOnTheSimplex() {
    let shared = noise(50, scale: 1, seed: 100)
    let residuals = (0..<3).map { index in
      BlendWeights.blended(
        [shared, noise(50, scale: 0.3 + 0.3 * Double(index), seed: UInt64(index))], [1, 1])
    }
    let weights = BlendWeights.stack(residuals, limit: 3)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12 && weights.allSatisfy { $0 >= 0 })
    let found = meanSquare([], BlendWeights.blended(residuals, weights))
    var least = Double.infinity
    for i in 0...50 {
      for j in 0...(50 - i) {
        let w = [Double(i) / 50, Double(j) / 50, Double(50 - i - j) / 50]
        least = min(least, meanSquare([], BlendWeights.blended(residuals, w)))
      }
    }
    // Weights below 0.001 are dropped, which may cost that much.
    #expect(found <= least * 1.002)
    #expect(BlendWeights.stack(residuals, limit: 1).count { $0 > 0 } == 1)
  }
}
