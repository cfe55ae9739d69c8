import Foundation
import MercerData
import MercerTestSupport
import Testing

/// Normal scores: values of Φ⁻¹ from tables, what a monotone map leaves as it is, and the inverse.
@Suite struct NormalScoresTests {
  /// Four different numbers have mid-ranks 1/8, 3/8, 5/8, 7/8. Φ⁻¹ of 5/8 and 7/8 to 16 digits
  /// (scipy.stats.norm.ppf); the last place may round differently.
  @Test func knownScores() throws {
    let ranks = try #require(RankMap(fitting: [3, 1, 10, 2]))
    let scores = NormalScores(of: ranks)
    #expect(abs(scores.coordinate(of: 3) - 0.31863936396437514) < 1e-15)
    #expect(abs(scores.coordinate(of: 10) - 1.1503493803760079) < 1e-15)
    #expect(scores.coordinate(of: 1) == -scores.coordinate(of: 10))
    #expect(scores.coordinate(of: -5) == scores.coordinate(of: 1))
    #expect(scores.coordinate(of: 1e300) == scores.coordinate(of: 10))
    #expect(abs(scores.coordinate(of: 2.5)) < 1e-15)
  }

  /// Φ of the score is the rank again, deep into the tails: half a rounding of the argument of Φ
  /// changes it by x² · 10⁻¹⁶ of itself, below 3·10⁻¹⁵ for |x| < 5.
  @Test func theDistributionFunctionOfScoresIsTheRank() throws {
    let ranks = try #require(RankMap(fitting: (0..<1000).map { exp(Double($0) / 100) }))
    let scores = NormalScores(of: ranks)
    for (rank, score) in zip(ranks.ranks, scores.scores) {
      let tail = rank < 0.5 ? rank : 1 - rank
      #expect(abs(erfc(abs(score) / 2.0.squareRoot()) / 2 / tail - 1) < 3e-15)
    }
  }

  @Test func theInverseGivesTheNumberBack() throws {
    var generator = SplitMix64(seed: 1)
    let values = (0..<400).map { _ in exp(4 * generator.symmetricUnit()) }
    let scores = NormalScores(of: try #require(RankMap(fitting: values)))
    for value in values {
      // All numbers are knots, at which the function is exact.
      #expect(scores.value(ofScore: scores.coordinate(of: value)) == value)
      let between = value * 1.001
      let back = scores.value(ofScore: scores.coordinate(of: min(between, values.max()!)))
      #expect(abs(back / min(between, values.max()!) - 1) < 1e-11)
    }
    #expect(scores.value(ofScore: 40) == values.max())
    #expect(scores.value(ofScore: -.infinity) == values.min())
  }
}
