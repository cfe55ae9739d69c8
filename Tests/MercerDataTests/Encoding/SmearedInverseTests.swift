import Foundation
import MercerCore
import MercerData
import Testing

/// The correction of the bias of back-transformation, on data whose mean is known.
@Suite struct SmearedInverseTests {
  /// log y = z + spread(z) · e, with z the prediction and e normal.
  private func lognormal(
    _ count: Int, seed: UInt64, spread: (Double) -> Double
  ) -> (predictions: [Double], residuals: [Double], values: [Double]) {
    var stream = RandomStream(seed: seed, purpose: "smearing tests")
    let predictions = (0..<count).map { _ in 2 * stream.uniform() }
    let residuals = predictions.map { spread($0) * stream.normal() }
    return (predictions, residuals, zip(predictions, residuals).map { exp($0 + $1) })
  }

  private func logarithm(_ values: [Double]) throws -> TargetTransform {
    try #require(
      TargetTransform(.logarithm(shift: 0, isReflected: false), for: values))
  }

  /// The mean of y less its estimate over other rows, in its standard errors: within 4 without bias;
  /// without the correction the mean misses by a factor exp(0.7²/2) = 1.28, 20 standard errors.
  /// The limits of the transform lie 3.5 deviations beyond the mean, where they take off less than
  /// 0.1 %.
  @Test func theMeanOfLognormalDataIsFound() throws {
    let fitted = lognormal(4000, seed: 1) { _ in 0.7 }
    let transform = try logarithm(fitted.values)
    let smeared = SmearedInverse(
      transform, predictions: fitted.predictions, residuals: fitted.residuals)
    #expect(smeared.residuals.count == SmearedInverse.quantileCount)
    let (predictions, _, values) = lognormal(4000, seed: 2) { _ in 0.7 }
    func error(_ estimate: (Double) -> Double) -> Double {
      let differences = zip(values, predictions).map { $0 - estimate($1) }
      let mean = differences.reduce(0, +) / 4000
      let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
      // The estimate rests on as many rows, and is as uncertain.
      return mean / (2 * variance / 4000).squareRoot()
    }
    #expect(abs(error { smeared.mean(of: $0) }) < 4)
    #expect(error { transform.inverse($0) } > 10)
    #expect(abs(smeared.mean(of: 1) / exp(1 + 0.245) - 1) < 0.05)
  }

  /// The spread grows from 0.2 to 1 with the prediction: a factor that is one for all is 14 % too
  /// large at the low end and 25 % too small at the high one.
  @Test func theCorrectionIsLocal() throws {
    let fitted = lognormal(20_000, seed: 3) { 0.2 + 0.4 * $0 }
    let smeared = SmearedInverse(
      try logarithm(fitted.values), predictions: fitted.predictions, residuals: fitted.residuals)
    for z in [0.2, 1, 1.8] {
      let spread = 0.2 + 0.4 * z
      let factor = smeared.mean(of: z) / exp(z)
      #expect(abs(factor / exp(spread * spread / 2) - 1) < 0.06, "at \(z): \(factor)")
    }
    #expect(smeared.mean(of: 0.2) / exp(0.2) < 1.08)
    #expect(smeared.mean(of: 1.8) / exp(1.8) > 1.35)
  }

  /// Between places the spread is linear, whether it grows or falls: rounding alone (256 terms) is between
  /// the mean and its formula.
  @Test(arguments: [(0.2, 0.4), (1.0, -0.4)])
  func betweenPlacesTheSpreadIsLinear(_ least: Double, _ slope: Double) throws {
    let fitted = lognormal(2000, seed: 6) { least + slope * $0 }
    let smeared = SmearedInverse(
      try logarithm(fitted.values), predictions: fitted.predictions, residuals: fitted.residuals)
    for place in smeared.places.indices.dropLast() {
      let z = (smeared.places[place] + smeared.places[place + 1]) / 2
      let spread = (smeared.spreads[place] + smeared.spreads[place + 1]) / 2
      let values = smeared.residuals.map { smeared.transform.inverse(z + spread * $0) }
      let expected = values.reduce(0, +) / Double(values.count)
      #expect(abs(smeared.mean(of: z) / expected - 1) < 1e-12)
    }
  }

  /// The way back of normal scores is walked from residual to residual, and comes to what one at a time
  /// does, to the last bit: with many knots and few, steep and flat, far out on both sides.
  @Test(arguments: [12, 40, 2000], [0.01, 0.7, 5])
  func normalScoresAreWalked(knots: Int, spread: Double) throws {
    let fitted = lognormal(500, seed: 7) { _ in spread }
    let numbers = (0..<knots).map { exp(Double($0) / Double(knots) * 3) }
    let distribution = try #require(RankMap(fitting: numbers))
    let transform = try #require(
      TargetTransform(.normalScores(NormalScores(of: distribution)), for: numbers))
    let smeared = SmearedInverse(
      transform, predictions: fitted.predictions, residuals: fitted.residuals)
    for (z, spread) in zip(smeared.places, smeared.spreads) {
      let expected = smeared.residuals.reduce(0) {
        $0 + transform.inverse(z + spread * $1) / Double(smeared.residuals.count)
      }
      #expect(smeared.mean(of: z) == expected)
    }
  }

  @Test func theIdentityStaysAsItIs() {
    let smeared = SmearedInverse(.identity, predictions: [1, 2], residuals: [5, 7])
    #expect(smeared.mean(of: 1.5) == 1.5)
    #expect(smeared.residuals.isEmpty)
  }

  @Test func fewRowsFarPredictionsAndNoResiduals() throws {
    let transform = try logarithm([1, 2, 3, 10])
    let few = SmearedInverse(transform, predictions: [0, 0, 1], residuals: [0.5, -0.5, 0.2])
    #expect(few.places.count == 1 && few.residuals.count == 3)
    let expected = [0.5, -0.5, 0.2].reduce(0) { $0 + exp(1 + $1) / 3 }
    #expect(abs(few.mean(of: 1) - expected) < 1e-12)
    for z in [-1e308, -5, 0, 5, 1e308] { #expect(few.mean(of: z).isFinite) }
    let exact = SmearedInverse(transform, predictions: [0, 1], residuals: [0, 0])
    #expect(abs(exact.mean(of: 1) - exp(1)) < 1e-12)
  }

  @Test func itSurvivesJSONAndRefusesDamage() throws {
    let fitted = lognormal(300, seed: 4) { _ in 0.5 }
    let smeared = SmearedInverse(
      try logarithm(fitted.values), predictions: fitted.predictions, residuals: fitted.residuals)
    let json = try JSONEncoder().encode(smeared)
    #expect(try JSONDecoder().decode(SmearedInverse.self, from: json) == smeared)
    var text = try #require(String(data: json, encoding: .utf8))
    text = text.replacingOccurrences(of: #""spreads":["#, with: #""spreads":[1,"#)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SmearedInverse.self, from: Data(text.utf8))
    }
  }
}
