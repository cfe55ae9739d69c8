import Foundation
import MercerData
import MercerTestSupport
import Testing

/// The kernel density integral: against the integral done numerically, and in its two limits.
@Suite struct DensityIntegralMapTests {
  private func standardised(_ values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    return values.map { ($0 - mean) / deviation }
  }

  /// Skewed, with two clusters and a tie.
  private func sample(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    let values = (0..<count).map { place in
      place % 3 == 0 ? 6 + generator.symmetricUnit() : exp(2 * generator.symmetricUnit())
    }
    return standardised(values + [values[0], values[0]])
  }

  /// K of deviation `width`, written out: (1 + u + u²/2 + u³/6 + u⁴/24) exp(−u) / (10 h), h = width /
  /// √14.
  private func kernel(_ distance: Double, width: Double) -> Double {
    let h = width / 14.0.squareRoot()
    let u = abs(distance) / h
    return (1 + u + u * u / 2 + u * u * u / 6 + u * u * u * u / 24) * exp(-u) / (10 * h)
  }

  /// The trapezium rule on a grid of 1/200 of the kernel's deviation, whose error is below 10⁻⁵ of
  /// the whole; the interpolation adds 10⁻⁵.
  @Test(arguments: [0.3, 1])
  func itIsTheIntegralOfTheDensity(bandwidth: Double) throws {
    let values = sample(60, seed: 1)
    let map = try #require(DensityIntegralMap(fitting: values, bandwidth: bandwidth))
    let (first, last) = (try #require(values.min()), try #require(values.max()))
    let steps = Int((last - first) / bandwidth * 200)
    let step = (last - first) / Double(steps)
    var integral = [0.0]
    var before = values.reduce(0) { $0 + kernel($1 - first, width: bandwidth) }
    for k in 1...steps {
      let x = first + Double(k) * step
      let density = values.reduce(0) { $0 + kernel($1 - x, width: bandwidth) }
      integral.append(integral[k - 1] + (before + density) / 2 * step)
      before = density
    }
    // The map is this integral, standardised; its ends give scale and origin.
    let (low, high) = (
      map.coordinate(ofStandardised: first), map.coordinate(ofStandardised: last)
    )
    for k in stride(from: 0, through: steps, by: 7) {
      let share = integral[k] / integral[steps]
      let value = map.coordinate(ofStandardised: first + Double(k) * step)
      #expect(abs((value - low) / (high - low) - share) < 3e-5)
    }
    let coordinates = values.map { map.coordinate(ofStandardised: $0) }
    #expect(abs(coordinates.reduce(0, +) / Double(values.count)) < 1e-4)
    let square = coordinates.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(square - 1) < 1e-4)
  }

  /// A kernel a thousand deviations wide is flat: its relative fall over a range of 5 deviations is
  /// of the order of 10⁻⁵.
  @Test func aWideKernelGivesTheNumbersThemselves() throws {
    let values = sample(60, seed: 2)
    let map = try #require(DensityIntegralMap(fitting: values, bandwidth: 1000))
    for value in values {
      #expect(abs(map.coordinate(ofStandardised: value) - value) < 1e-4)
    }
  }

  /// A kernel far narrower than the gaps is a step at each number, whose middle is the mid-rank; the
  /// first and the last are the ends.
  @Test func aNarrowKernelGivesRanks() throws {
    let values = standardised([1, 2, 3.5, 3.5, 5, 9, 9.5, 12])
    let map = try #require(DensityIntegralMap(fitting: values, bandwidth: 1e-3))
    let ranks = [0.5, 1.5, 3, 3, 4.5, 5.5, 6.5, 7.5]
    let expected = standardised(ranks)
    for (value, rank) in zip(values, expected) {
      #expect(abs(map.coordinate(ofStandardised: value) - rank) < 1e-3)
    }
  }

  @Test(arguments: [1e-3, 0.05, 1, 30])
  func itIsMonotoneAndConstantBeyondTheEnds(bandwidth: Double) throws {
    // One row in fifty far away, which makes a deviation large beside the bulk.
    var generator = SplitMix64(seed: 3)
    let values = standardised(
      (0..<500).map {
        $0 % 50 == 0 ? exp(8 * generator.symmetricUnit()) : generator.symmetricUnit()
      }
    )
    let map = try #require(DensityIntegralMap(fitting: values, bandwidth: bandwidth))
    #expect(map.knots.count <= DensityIntegralMap.maximumKnotCount)
    let (first, last) = (try #require(values.min()), try #require(values.max()))
    let places = (values + (0...2000).map { first + (last - first) * Double($0) / 2000 }).sorted()
    let coordinates = places.map { map.coordinate(ofStandardised: $0) }
    #expect(zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(map.coordinate(ofStandardised: first - 5) == coordinates.first)
    #expect(map.coordinate(ofStandardised: 1e308) == coordinates.last)
    #expect(coordinates.allSatisfy { $0.isFinite })
  }

  @Test func fewDifferentNumbersHaveNone() {
    #expect(DensityIntegralMap(fitting: [], bandwidth: 1) == nil)
    #expect(DensityIntegralMap(fitting: [.nan, 1, 2, 3, 1], bandwidth: 1) == nil)
    #expect(DensityIntegralMap(fitting: [.nan, 1, 2, 3, 4], bandwidth: 1) != nil)
  }

  @Test func itSurvivesJSONAndRefusesDamage() throws {
    let map = try #require(DensityIntegralMap(fitting: sample(100, seed: 5), bandwidth: 0.5))
    let json = try JSONEncoder().encode(map)
    #expect(try JSONDecoder().decode(DensityIntegralMap.self, from: json) == map)
    for text in [
      #"{"knots":[1,2],"values":[0,1],"slopes":[1]}"#, #"{"knots":[1],"values":[0],"slopes":[1]}"#,
      #"{"knots":[2,1],"values":[0,1],"slopes":[1,1]}"#,
      #"{"knots":[1,2],"values":[1,0],"slopes":[1,1]}"#,
      #"{"knots":[1,2],"values":[0,1],"slopes":[1,-1]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(DensityIntegralMap.self, from: Data(text.utf8))
      }
    }
  }
}
