import MercerLearning
import Testing

@Suite struct PairedGainTests {
  @Test func isTheMeanOfTheDifferences() {
    let gain = PairedGain(from: [4, 3, 5, 8], to: [1, 3, 6, 2])
    // Differences 3, 0, −1, 6: mean 2, squares about it 30.
    #expect(abs(gain.mean - 2) < 1e-15)
    #expect(abs(gain.standardError - (30.0 / 3 / 4).squareRoot()) < 1e-15)
    #expect(abs(gain.share - 0.4) < 1e-15)
  }

  /// One row alone, however much is gained there, is never more than a standard error.
  @Test(arguments: [1.0, 1e3, 1e9]) func oneRowIsNoEvidence(size: Double) {
    let before = (0..<200).map { 1 + Double($0 % 7) }
    var after = before.map { $0 * 1.01 }
    after[17] = 0
    var large = before
    large[17] = size
    let gain = PairedGain(from: large, to: after)
    #expect(!gain.exceeds(errors: 1))
  }

  @Test func oneRowHasNoStandardError() {
    #expect(PairedGain(from: [1], to: [0]).standardError == .infinity)
  }
}
