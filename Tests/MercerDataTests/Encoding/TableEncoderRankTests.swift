import Foundation
import MercerCore
import MercerData
import Testing

/// Rank coordinates in an encoded table, and the views of it.
@Suite struct TableEncoderRankTests {
  private let options = EncoderOptions(addsRanks: true)
  private let mixed = table(
    numbers("carat", [0.3, 0.5, nil, 0.7, 4]),
    numbers("few", [1, 2, 3, 2, 1]),
    texts("cut", ["Ideal", "Good", "Ideal", "Good", "Good"]),
    texts("member", ["yes", "no", "no", "yes", "no"], kind: .boolean),
    numbers("day", [0, 86_400, 172_800, 86_400, 1e6], kind: .date))

  @Test func numbersAndDatesGetASecondCoordinate() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: options)
    #expect(
      encoder.featureNames == [
        "carat", "carat rank", "carat is missing", "few", "cut=Good", "cut=Ideal", "member=yes",
        "day", "day rank",
      ])
    #expect(encoder.featureColumns == [0, 0, 0, 1, 2, 2, 3, 4, 4])
    let points = try encoder.encode(mixed, as: Double.self).coordinates
    let root = 12.0.squareRoot()
    // Four numbers; the missing cell is the median 0.6, between the mid-ranks 3/8 and 5/8.
    let ranks = points.column(1)
    #expect(ranks[0] == (0.125 - 0.5) * root && ranks[4] == (0.875 - 0.5) * root)
    #expect(abs(ranks[2]) < 1e-15)
    #expect(points.column(2) == [0, 0, 1, 0, 0])
    #expect(points.column(8) == [0.1, 0.4, 0.7, 0.4, 0.9].map { ($0 - 0.5) * root })
    // All else is as without ranks.
    let plain = try TableEncoder.fit(table: mixed)
    #expect(
      try plain.encode(mixed, as: Double.self).coordinates
        == points.columns(at: [0, 2, 3, 4, 5, 6, 7]))
    let single = try encoder.encode(mixed, as: Float.self)
    #expect(single.coordinates == Matrix<Float>(converting: points))
  }

  @Test func unseenNumbersStayWithinTheRanks() throws {
    let encoder = try TableEncoder.fit(
      table: table(numbers("x", [1, 2, 3, 4])), options: options)
    let points = try encoder.encode(
      table(numbers("x", [-1e6, 1, 4, 1e6])), as: Double.self)
    let ranks = points.coordinates.column(1)
    #expect(ranks[0] == ranks[1] && ranks[2] == ranks[3] && ranks[1] < ranks[2])
    // Sizes go on for a quarter of the range.
    #expect(abs(points.coordinates[3, 0] - 2.25 / 1.25.squareRoot()) < 1e-12)
  }

  @Test func aView() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: options)
    #expect(encoder.features(of: .standardised) == [0, 2, 3, 4, 5, 6, 7])
    #expect(encoder.features(of: .ranked) == [1, 2, 3, 4, 5, 6, 8])
    let plain = try TableEncoder.fit(table: mixed)
    for view in TableEncoder.View.allCases {
      #expect(plain.features(of: view) == Array(0..<plain.featureCount))
    }
    // A column that is nothing but its indicator.
    let odd = try TableEncoder.fit(
      table: table(numbers("same", [1, nil, 1, 1]), numbers("x", [4, 3, 2, 1])), options: options)
    #expect(odd.featureNames == ["same is missing", "x", "x rank"])
    #expect(odd.features(of: .standardised) == [0, 1])
    #expect(odd.features(of: .ranked) == [0, 2])
  }

  @Test func theEncoderSurvivesJSON() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: options)
    let read = try JSONDecoder().decode(TableEncoder.self, from: JSONEncoder().encode(encoder))
    #expect(read == encoder)
    #expect(try read.encode(mixed, as: Double.self) == encoder.encode(mixed, as: Double.self))
  }

  /// As written before there were ranks.
  @Test func olderEncodersAreRead() throws {
    let text = """
      {"columns":[{"name":"x","rule":{"numeric":{"deviation":0.5,"fill":1,"hasIndicator":false,\
      "isDate":false,"mean":1}}}],"omitted":[],"options":{"categories":"oneHot",\
      "maximumLevelCount":255,"minimumLevelRows":2}}
      """
    let read = try JSONDecoder().decode(TableEncoder.self, from: Data(text.utf8))
    #expect(read.options == EncoderOptions() && !read.options.addsRanks)
    #expect(read.featureNames == ["x"])
    let points = try read.encode(table(numbers("x", [2, 0.5])), as: Double.self)
    #expect(points.coordinates == Matrix(column: [2, -1]))
  }
}
