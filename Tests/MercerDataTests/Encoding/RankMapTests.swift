import Foundation
import MercerData
import MercerTestSupport
import Testing

/// The empirical distribution function: what it is at the numbers it was made of, and between.
@Suite struct RankMapTests {
  /// (count below + half of count equal) / n, counted one by one.
  private func midRank(_ value: Double, among values: [Double]) -> Double {
    let below = values.count { $0 < value }
    let equal = values.count { $0 == value }
    return (Double(below) + Double(equal) / 2) / Double(values.count)
  }

  /// Few enough different numbers that all are knots.
  private func tied(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in (generator.symmetricUnit() * 12).rounded() / 4 }
  }

  @Test func ranksOfTheFittedNumbersAreMidRanks() throws {
    let map = try #require(RankMap(fitting: [5, 1, 5, 2, .nan, 9, 5, 1]))
    #expect(map.knots == [1, 2, 5, 9])
    // Of 7 numbers: 1, 1, 2, 5, 5, 5, 9.
    #expect(map.ranks == [2.0, 5, 9, 13].map { $0 / 14 })
    let values = tied(200, seed: 1)
    let many = try #require(RankMap(fitting: values))
    // The same whole numbers, halved before or after the division: one rounding apart.
    for value in values {
      #expect(abs(many.rank(of: value) - midRank(value, among: values)) < 1e-15)
    }
    #expect(map.coordinate(of: 5) == (9.0 / 14 - 0.5) * 12.0.squareRoot())
  }

  /// Without ties and with many rows the coordinate is a grid on a uniform distribution: mean 0 up
  /// to rounding, variance 1 − 1/n².
  @Test func theCoordinateHasMeanZeroAndUnitVariance() throws {
    let values = (0..<500).map { exp(Double($0 * 7 % 500) / 20) }
    let map = try #require(RankMap(fitting: values))
    let coordinates = values.map { map.coordinate(of: $0) }
    #expect(abs(coordinates.reduce(0, +)) < 1e-10)
    let variance = coordinates.reduce(0) { $0 + $1 * $1 } / 500
    #expect(abs(variance - (1 - 1 / 250_000)) < 1e-12)
  }

  @Test func betweenKnotsItIsLinearAndBeyondThemConstant() throws {
    let map = try #require(RankMap(fitting: [0, 1, 2, 4]))
    #expect(map.rank(of: 3) == (0.625 + 0.875) / 2)
    #expect(map.rank(of: 0.25) == 0.125 + 0.25 * 0.25)
    let last = 4.0
    for below in [-1e-300, -7, -Double.greatestFiniteMagnitude] {
      #expect(map.rank(of: below) == 0.125)
    }
    for above in [last.nextUp, 100, Double.greatestFiniteMagnitude] {
      #expect(map.rank(of: above) == 0.875)
    }
  }

  @Test(arguments: [3.0, 40])
  func itIsMonotoneAndBounded(reach: Double) throws {
    var generator = SplitMix64(seed: 2)
    let values = (0..<300).map { _ in exp(reach * generator.symmetricUnit()) }
    let map = try #require(RankMap(fitting: values))
    let places = (values + (0..<1000).map { _ in exp(1.1 * reach * generator.symmetricUnit()) })
      .flatMap { [$0.nextDown, $0, $0.nextUp] }.sorted()
    let coordinates = places.map { map.coordinate(of: $0) }
    #expect(zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 <= $1 })
    // √3 is the end of the uniform distribution of unit variance; the ends are half a row inside.
    #expect(try #require(coordinates.first) == map.coordinate(of: try #require(values.min())))
    #expect(try #require(coordinates.last) == map.coordinate(of: try #require(values.max())))
    #expect(coordinates.allSatisfy { abs($0) < 3.0.squareRoot() })
  }

  @Test func anIncreasingFunctionOfTheColumnChangesNothing() throws {
    var generator = SplitMix64(seed: 3)
    let values = (0..<900).map { _ in 5 * generator.symmetricUnit() } + tied(100, seed: 4)
    let map = try #require(RankMap(fitting: values))
    let other = try #require(RankMap(fitting: values.map { exp($0) }))
    for value in values { #expect(map.coordinate(of: value) == other.coordinate(of: exp(value))) }
  }

  @Test func numbersFarApartDoNotOverflow() throws {
    let largest = Double.greatestFiniteMagnitude
    let map = try #require(RankMap(fitting: [-largest, 1, 3, largest]))
    #expect(map.rank(of: -largest / 2) > map.rank(of: -largest))
    let wide = try #require(
      RankMap(fitting: [-largest, -largest.nextDown, largest.nextDown, largest]))
    #expect(wide.rank(of: 0) == 0.5)
    let tiny = Double.leastNonzeroMagnitude
    let subnormal = try #require(RankMap(fitting: [0, tiny, 3 * tiny, 7 * tiny]))
    #expect(subnormal.rank(of: 2 * tiny) == 0.5)
  }

  @Test func fewDifferentNumbersHaveNoRanks() {
    #expect(RankMap(fitting: []) == nil)
    #expect(RankMap(fitting: [.nan, .nan]) == nil)
    #expect(RankMap(fitting: [1, 2, 3, 3, 2, 1]) == nil)
    #expect(RankMap(fitting: [1, 2, 3, 4]) != nil)
  }

  /// 10,000 numbers of a heavy-tailed distribution and 1024 knots: the ranks of neighbouring knots
  /// differ by 1/1000 at most, so those of the numbers between are off by less.
  @Test(arguments: [false, true])
  func moreNumbersThanKnotsLoseLittle(withManyTies: Bool) throws {
    var generator = SplitMix64(seed: 5)
    var values = (0..<10_000).map { _ in exp(9 * generator.symmetricUnit()) }
    let distinct = Set(values).count
    #expect(distinct == 10_000)
    // A third of all rows in one value, which is a step of F that nothing but a knot can show.
    if withManyTies { values += [Double](repeating: values[17], count: 5000) }
    let map = try #require(RankMap(fitting: values))
    #expect(map.knots.count <= RankMap.maximumKnotCount && map.knots.count > 900)
    #expect(map.knots.first == values.min() && map.knots.last == values.max())
    let sorted = values.sorted()
    var (worst, start) = (0.0, 0)
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count && sorted[end] == sorted[start] { end += 1 }
      let exact = Double(start + end) / Double(2 * sorted.count)
      worst = max(worst, abs(map.rank(of: sorted[start]) - exact))
      start = end
    }
    #expect(worst <= 1.0 / 1000)
    #expect(worst > 0)
  }

  @Test func knotsAreAllNumbersUpToTheLimit() throws {
    let limit = RankMap.maximumKnotCount
    #expect(try #require(RankMap(fitting: (0..<limit).map(Double.init))).knots.count == limit)
    let more = try #require(RankMap(fitting: (0...limit).map(Double.init)))
    #expect(more.knots.count <= limit)
    #expect(more.knots.first == 0 && more.knots.last == Double(limit))
  }

  @Test func itSurvivesJSONAndRefusesDamage() throws {
    let map = try #require(RankMap(fitting: tied(300, seed: 6).map { exp($0) }))
    let json = try JSONEncoder().encode(map)
    #expect(try JSONDecoder().decode(RankMap.self, from: json) == map)
    for text in [
      #"{"knots":[1,2,3],"ranks":[0.1,0.5]}"#, #"{"knots":[1],"ranks":[0.5]}"#,
      #"{"knots":[],"ranks":[]}"#, #"{"knots":[1,3,2],"ranks":[0.1,0.5,0.9]}"#,
      #"{"knots":[1,2,3],"ranks":[0.1,0.1,0.9]}"#, #"{"knots":[1,2,3],"ranks":[0,0.1,0.9]}"#,
      #"{"knots":[1,2,3],"ranks":[0.1,0.2,1]}"#, #"{"ranks":[0.1,0.2]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(RankMap.self, from: Data(text.utf8))
      }
    }
  }
}
