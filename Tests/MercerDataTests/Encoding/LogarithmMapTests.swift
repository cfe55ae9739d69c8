import Foundation
import MercerData
import MercerTestSupport
import Testing

/// Logarithms of columns: which columns have one, and that it is standardised, monotone and finite.
@Suite struct LogarithmMapTests {
  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot())
  }

  private func logarithm(of values: [Double]) -> LogarithmMap? {
    let (mean, deviation) = moments(values)
    return LogarithmMap(fitting: values, mean: mean, deviation: deviation)
  }

  /// An even grid of the quantiles of a distribution, which has its shape and no chance in it.
  private func grid(_ quantile: (Double) -> Double) -> [Double] {
    (0..<400).map { quantile((Double($0) + 0.5) / 400) }
  }

  @Test func onlyHeavyTailsHaveOne() {
    #expect(logarithm(of: grid { -log(1 - $0) }) != nil)
    #expect(logarithm(of: grid { exp(6 * $0) }) != nil)
    // Of both signs, and with zeros.
    #expect(logarithm(of: grid { tan(.pi * ($0 - 0.5)) }) != nil)
    #expect(logarithm(of: grid { max(0, exp(6 * $0) - 10) }) != nil)
    // Uniform, nearly so far from 0, long on the other side, and of two values.
    #expect(logarithm(of: grid { $0 }) == nil)
    #expect(logarithm(of: grid { 1e6 - log(1 - $0) }) == nil)
    #expect(logarithm(of: grid { 10 + log($0) }) == nil)
    #expect(logarithm(of: grid { $0 < 0.01 ? 1 : 0 }) == nil)
  }

  @Test func aPositiveColumnBecomesItsStandardisedLogarithm() throws {
    let values = grid { exp(6 * $0) }
    let map = try #require(logarithm(of: values))
    #expect(map.form == .positive(smallest: values[0]))
    let (mean, deviation) = moments(values.map { log($0) })
    for value in values + [1e4, 3.5] {
      #expect(abs(map.coordinate(of: value) - (log(value) - mean) / deviation) < 1e-12)
    }
    // Numbers that have no logarithm, or lie below all others, are taken as the smallest.
    for value in [values[0] / 2, 0, -7, -Double.greatestFiniteMagnitude] {
      #expect(map.coordinate(of: value) == map.coordinate(of: values[0]))
    }
    #expect(map.coordinate(of: .greatestFiniteMagnitude) < 1000)
  }

  @Test func bothSignsAreTreatedAlike() throws {
    let values = grid { tan(.pi * ($0 - 0.5)) }
    let map = try #require(logarithm(of: values))
    guard case .signed(let unit) = map.form else {
      Issue.record("a column of both signs has a logarithm of positive numbers")
      return
    }
    // The median of |Cauchy| is 1, and the grid has a number within 0.01 of it.
    #expect(abs(unit - 1) < 0.01)
    for value in [0.0, 1e-3, 2, 1e5, 1e308] {
      let middle = map.coordinate(of: 0)
      let (up, down) = (map.coordinate(of: value), map.coordinate(of: -value))
      #expect(abs(up + down - 2 * middle) < 1e-12)
      #expect(abs(up - (log1p(value / unit) - map.mean) / map.deviation) < 1e-12)
    }
    let coordinates = values.map { map.coordinate(of: $0) }
    #expect(zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(moments(coordinates).mean) < 1e-12)
    #expect(abs(moments(coordinates).deviation - 1) < 1e-12)
  }

  @Test func extremeUnitsStayFinite() throws {
    var generator = SplitMix64(seed: 4)
    // From 10⁻³⁰⁸ to 10³⁰⁸: quotients of two such numbers overflow.
    let values = (0..<100).map { _ in
      pow(10, 308 * generator.symmetricUnit()) * (generator.symmetricUnit() < 0 ? -1 : 1)
    }
    let map = try #require(
      LogarithmMap(fitting: values, mean: 0, deviation: values.map(\.magnitude).max()! / 8))
    #expect(values.allSatisfy { map.coordinate(of: $0).isFinite })
  }

  @Test func itSurvivesJSONAndRefusesDamage() throws {
    for values in [grid { exp(6 * $0) }, grid { tan(.pi * ($0 - 0.5)) }] {
      let map = try #require(logarithm(of: values))
      let json = try JSONEncoder().encode(map)
      #expect(try JSONDecoder().decode(LogarithmMap.self, from: json) == map)
    }
    for text in [
      #"{"form":{"positive":{"smallest":0}},"mean":1,"deviation":1}"#,
      #"{"form":{"signed":{"unit":-1}},"mean":1,"deviation":1}"#,
      #"{"form":{"signed":{"unit":1}},"mean":1,"deviation":0}"#,
      #"{"form":{"signed":{"unit":1}},"deviation":1}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(LogarithmMap.self, from: Data(text.utf8))
      }
    }
  }
}
