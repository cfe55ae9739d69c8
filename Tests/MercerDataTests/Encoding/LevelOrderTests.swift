import Foundation
import MercerCore
import MercerData
import Testing

/// Which names of levels show an order, and what coordinate it is.
@Suite struct LevelOrderTests {
  private func order(_ names: String...) -> [String]? {
    LevelOrder(of: names, rowCounts: names.map { _ in 1 })?.levels
  }

  @Test func namesThatShowAnOrder() {
    #expect(
      order("Very Good", "Fair", "Ideal", "Premium", "Good")
        == ["Fair", "Good", "Very Good", "Premium", "Ideal"])
    #expect(order("high", "low", "medium") == ["low", "medium", "high"])
    #expect(
      order("high risk", "low risk", "medium risk")
        == ["low risk", "medium risk", "high risk"])
    #expect(order("very_low", "high", "low", "unknown") == ["very_low", "low", "high"])
    #expect(order("cold", "hot", "warm") == ["cold", "warm", "hot"])
    #expect(order("XL", "S", "L", "M") == ["S", "M", "L", "XL"])
    #expect(order("Third", "First", "Second") == ["First", "Second", "Third"])
    #expect(order("Mar", "Jan", "Dec") == ["Jan", "Mar", "Dec"])
    #expect(
      order("10-20", "<10", "100-200", ">200", "20-100")
        == ["<10", "10-20", "20-100", "100-200", ">200"])
    #expect(
      order("65+", "under 18", "18 to 39", "40 to 64")
        == ["under 18", "18 to 39", "40 to 64", "65+"])
    #expect(
      order("$1,000 - $5,000", "$500 - $999", "over $5,000")
        == ["$500 - $999", "$1,000 - $5,000", "over $5,000"])
    #expect(
      order("10 km or more", "up to 5 km", "5 km - 10 km")
        == ["up to 5 km", "5 km - 10 km", "10 km or more"])
    #expect(order("1 time", "none", "2-5 times") == ["none", "1 time", "2-5 times"])
    #expect(order("500k", "10k", "2m") == ["10k", "500k", "2m"])
    #expect(
      order("3 - high", "1 - low", "2 - middling") == ["1 - low", "2 - middling", "3 - high"])
    #expect(order("2nd", "10th", "1st") == ["1st", "2nd", "10th"])
    #expect(order("Q3", "Q1", "Q4", "Q2") == ["Q1", "Q2", "Q3", "Q4"])
    #expect(order("IV", "I", "III", "II") == ["I", "II", "III", "IV"])
    #expect(order("Stage IX", "Stage I", "Stage V") == ["Stage I", "Stage V", "Stage IX"])
    #expect(order("G", "D", "F", "E") == ["D", "E", "F", "G"])
    #expect(order("Grade C", "Grade A", "Grade B") == ["Grade A", "Grade B", "Grade C"])
    #expect(order("-10", "5", "-3") == ["-10", "-3", "5"])
  }

  @Test func namesThatShowNone() {
    // One of a trade, places, abbreviations, two things numbered, units that differ, one that does
    // not fit, and too few.
    #expect(order("SI1", "VS2", "IF", "VVS1") == nil)
    #expect(order("Berlin", "Rome", "Oslo") == nil)
    #expect(order("S", "C", "Q") == nil)
    #expect(order("Boeing 737", "Airbus 320", "Boeing 747") == nil)
    #expect(order("from 5 km", "10 kg", "20 km") == nil)
    #expect(order("low", "high", "green") == nil)
    #expect(order("low", "high") == nil)
    #expect(order("low", "high", "unknown") == nil)
    #expect(order("10-20", "10 - 20", "5") == nil)
    #expect(order() == nil)
  }

  @Test func theCoordinateIsThePlaceStandardised() throws {
    let rows =
      Array(repeating: "low", count: 6) + Array(repeating: "medium", count: 3)
      + ["high", nil, "unknown"]
    let encoder = try TableEncoder.fit(
      table: table(texts("risk", rows)), options: EncoderOptions(additions: [.orders]))
    #expect(
      encoder.featureNames
        == ["risk=low", "risk=medium", "risk is rare", "risk is missing", "risk order"])
    let points = try encoder.encode(
      table(texts("risk", ["low", "medium", "high", nil, "unknown", "huge"])), as: Double.self)
    // Places 0 × 6, 1 × 3, 2: mean ½, variance 0.45. `high` has a place although it is rare.
    let unit = 0.45.squareRoot()
    let expected = [-0.5 / unit, 0.5 / unit, 1.5 / unit, 0, 0, 0]
    for (row, value) in expected.enumerated() {
      #expect(abs(points.coordinates[row, 4] - value) < 1e-15)
    }
    // Chosen by the view, beside the levels or in their place.
    #expect(encoder.features(of: .standardised) == [0, 1, 2, 3])
    #expect(encoder.features(of: .standardised, levels: [.oneHot, .order]) == [0, 1, 2, 3, 4])
    #expect(encoder.features(of: .standardised, levels: .order) == [3, 4])
    #expect(encoder.features(of: .standardised, levels: .means) == [0, 1, 2, 3])
    #expect(encoder.featureBlocks(among: [0, 1, 2, 3, 4]) == [[0, 1, 2, 3]])
    let json = try JSONEncoder().encode(encoder)
    #expect(try JSONDecoder().decode(TableEncoder.self, from: json) == encoder)
  }

  @Test func damageIsRefused() {
    for text in [
      #"{"levels":["a","b"],"coordinates":[1]}"#, #"{"levels":["a","a"],"coordinates":[1,2]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(LevelOrder.self, from: Data(text.utf8))
      }
    }
  }
}
