import Foundation
import MercerCore
import MercerData
import Testing

/// Coordinates that are added to numbers, and the views that choose among them.
@Suite struct TableEncoderViewTests {
  private let mixed = table(
    numbers("price", [0.3, 0.5, nil, 0.7, 4, 40, 400]),
    numbers("few", [1, 2, 3, 2, 1, 1, 2]),
    texts("cut", ["Ideal", "Good", "Ideal", "Good", "Good", nil, "Ideal"]),
    numbers("day", [0, 86_400, 172_800, 86_400, 1e6, 1e7, 1e9], kind: .date))
  private let all = EncoderOptions(
    additions: [.ranks, .normalScores, .logarithms, .densityIntegrals])

  @Test func everyColumnGetsWhatItHasAUseFor() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: all)
    #expect(
      encoder.featureNames == [
        "price", "price rank", "price is missing", "price normal score", "price logarithm",
        "price density integral", "few", "cut=Good", "cut=Ideal", "cut is missing", "day",
        "day rank", "day normal score", "day density integral",
      ])
    #expect(encoder.featureKinds.count == encoder.featureCount)
    #expect(encoder.featureColumns == [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 3, 3])
    let points = try encoder.encode(mixed, as: Double.self).coordinates
    // What is added changes nothing of what was there.
    let ranked = try TableEncoder.fit(table: mixed, options: EncoderOptions(addsRanks: true))
    #expect(
      try ranked.encode(mixed, as: Double.self).coordinates
        == points.columns(at: [0, 1, 2, 6, 7, 8, 9, 10, 11]))
    // A missing cell is the median 2.35 = (0.7 + 4) / 2 in each of them.
    let filled = try encoder.encode(
      table(
        numbers("price", [2.35, nil]), numbers("few", [1, 1]), texts("cut", ["Good", "Good"]),
        numbers("day", [0, 0], kind: .date)), as: Double.self
    ).coordinates
    for feature in [0, 1, 3, 4, 5] { #expect(filled[0, feature] == filled[1, feature]) }
    #expect(filled[1, 2] == 1 && filled[0, 2] == 0)
    // Every added coordinate grows with the number.
    for feature in [3, 4, 5] {
      let column = points.column(feature)
      let rows = [0, 1, 3, 4, 5, 6].map { column[$0] }
      #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func normalScoresNeedNoRankCoordinate() throws {
    let with = try TableEncoder.fit(table: mixed, options: all)
    let without = try TableEncoder.fit(
      table: mixed, options: EncoderOptions(additions: [.normalScores]))
    #expect(without.featureNames.contains("price normal score"))
    #expect(!without.featureNames.contains("price rank"))
    let feature = without.featureNames.firstIndex(of: "price normal score")!
    let found = try without.encode(mixed, as: Double.self).coordinates.column(feature)
    #expect(try found == with.encode(mixed, as: Double.self).coordinates.column(3))
  }

  @Test func aViewHasEachColumnOnce() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: all)
    let common = [2, 6, 7, 8, 9]
    #expect(encoder.features(of: .standardised) == (common + [0, 10]).sorted())
    #expect(encoder.features(of: .ranked) == (common + [1, 11]).sorted())
    #expect(encoder.features(of: .normal) == (common + [3, 12]).sorted())
    // A date has no logarithm, and a number of three values only its size.
    #expect(encoder.features(of: .logarithmic) == (common + [4, 10]).sorted())
    #expect(encoder.features(of: .densityIntegral) == (common + [5, 13]).sorted())
    #expect(encoder.features(of: .both) == (common + [0, 1, 10, 11]).sorted())
  }

  @Test func viewsThatSeeTheSameAreEqual() throws {
    let even = table(
      numbers("x", (0..<50).map(Double.init)),
      texts("c", Array(repeating: "a", count: 25) + Array(repeating: "b", count: 25)))
    let encoder = try TableEncoder.fit(table: even, options: all)
    #expect(encoder.features(of: .logarithmic) == encoder.features(of: .standardised))
    #expect(encoder.features(of: .normal) != encoder.features(of: .standardised))
    let plain = try TableEncoder.fit(table: even)
    for view in TableEncoder.View.allCases {
      #expect(plain.features(of: view) == Array(0..<plain.featureCount))
    }
  }

  @Test func levelsOfACategoryAreABlock() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: all)
    let features = encoder.features(of: .ranked)
    #expect(features == [1, 2, 6, 7, 8, 9, 11])
    #expect(encoder.featureBlocks(among: features) == [[3, 4, 5]])
    let coded = try TableEncoder.fit(
      table: mixed, options: EncoderOptions(categories: .overlap))
    #expect(coded.featureBlocks(among: Array(0..<coded.featureCount)) == [[3]])
  }

  @Test func theEncoderSurvivesJSON() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: all)
    let json = try JSONEncoder().encode(encoder)
    let read = try JSONDecoder().decode(TableEncoder.self, from: json)
    #expect(read == encoder)
    #expect(try read.encode(mixed, as: Double.self) == encoder.encode(mixed, as: Double.self))
    // A coordinate of a kind that the column cannot have.
    var text = try #require(String(data: json, encoding: .utf8))
    text = text.replacingOccurrences(of: #""ranks":"#, with: #""rank":"#)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TableEncoder.self, from: Data(text.utf8))
    }
  }

  @Test func aBandwidthOutOfRangeIsRefused() {
    for bandwidth in [0, -1, 1e4, .nan, .infinity] {
      let options = EncoderOptions(
        additions: [.densityIntegrals], densityBandwidth: bandwidth)
      #expect(
        mercerError { _ = try TableEncoder.fit(table: mixed, options: options) }?.code
          == .invalidParameter)
    }
  }

  /// Σ |xᵢ − zᵢ| over the two halves is |x − z| of the ranks between numbers, and half the range of
  /// the ranks between a number and a missing cell, whatever the number.
  @Test func missingCellsAreApart() throws {
    let encoder = try TableEncoder.fit(
      table: mixed, options: EncoderOptions(additions: [.missingApart, .ranks]))
    let features = encoder.features(of: .missingApart)
    #expect(
      features.map { encoder.featureNames[$0] } == [
        "price is missing", "price half rank, missing low", "price half rank, missing high", "few",
        "cut=Good", "cut=Ideal", "cut is missing", "day rank",
      ])
    #expect(encoder.featureBlocks(among: features) == [[1, 2], [4, 5, 6]])
    let points = try encoder.encode(mixed, as: Double.self).coordinates
    let names = encoder.featureNames
    let first = try #require(names.firstIndex(of: "price half rank, missing low"))
    let rank = try #require(names.firstIndex(of: "price rank"))
    func distance(_ a: Int, _ b: Int) -> Double {
      [first, first + 1].reduce(0) { $0 + abs(points[a, $1] - points[b, $1]) }
    }
    let present = [0, 1, 3, 4, 5, 6]
    let ranks = present.map { points[$0, rank] }
    let half = (ranks.max()! - ranks.min()!) / 2
    for a in present {
      #expect(abs(distance(a, 2) - half) < 1e-15)
      for b in present {
        #expect(abs(distance(a, b) - abs(points[a, rank] - points[b, rank])) < 1e-15)
      }
    }
    // Numbers of later tables stay within the range, and so at that distance.
    let later = try encoder.encode(
      table(
        numbers("price", [1e9, nil, -5]), numbers("few", [1, 1, 1]),
        texts("cut", ["Good", "Good", "Good"]),
        numbers("day", [0, 0, 0], kind: .date)), as: Double.self
    ).coordinates
    for row in [0, 2] {
      let found = [first, first + 1].reduce(0) { $0 + abs(later[row, $1] - later[1, $1]) }
      #expect(abs(found - half) < 1e-15)
    }
    // Without missing cells there is nothing to keep apart.
    let whole = try TableEncoder.fit(
      table: table(numbers("x", [1, 2, 3, 4])), options: EncoderOptions(additions: [.missingApart]))
    #expect(whole.featureNames == ["x"])
  }

  /// What median and indicator alone say: a missing cell is as far from a number as the median is,
  /// and the indicator's value further. So an ℓ₁ kernel, whose scales can grow the indicator's alone,
  /// has a constant for `missing or not`, but sees missing cells as near the middle numbers.
  @Test func medianAndIndicatorAddAConstant() throws {
    let encoder = try TableEncoder.fit(table: mixed, options: EncoderOptions(addsRanks: true))
    let points = try encoder.encode(mixed, as: Double.self).coordinates
    for (feature, names) in [(0, "size"), (1, "rank")] {
      let median = points[2, feature]
      for row in [0, 1, 3, 4, 5, 6] {
        let distance =
          abs(points[row, feature] - points[2, feature]) + abs(points[row, 2] - points[2, 2])
        #expect(
          abs(distance - (abs(points[row, feature] - median) + TableEncoder.oneHotValue)) < 1e-15,
          "\(names)")
      }
    }
  }

  /// What is kept has the same names and values, whatever else goes.
  @Test(arguments: TableEncoder.View.allCases)
  func unseenCoordinatesCanGo(view: TableEncoder.View) throws {
    let encoder = try TableEncoder.fit(
      table: mixed, options: EncoderOptions(additions: Set(EncoderOptions.Addition.allCases)),
      targets: Matrix(column: [1, 2, 3, 4, 5, 6, 7]))
    let seen = encoder.features(of: view)
    let (kept, features) = encoder.keeping(Set(seen))
    #expect(features.count == kept.featureCount && kept.featureCount < encoder.featureCount)
    #expect(Set(features).isSuperset(of: seen))
    #expect(kept.featureNames == features.map { encoder.featureNames[$0] })
    #expect(kept.featureKinds == features.map { encoder.featureKinds[$0] })
    let all = try encoder.encode(mixed, as: Double.self).coordinates
    #expect(try kept.encode(mixed, as: Double.self).coordinates == all.columns(at: features))
    #expect(kept.features(of: view).map { features[$0] } == seen)
    let (whole, every) = encoder.keeping(Set(0..<encoder.featureCount))
    #expect(whole == encoder && every == Array(0..<encoder.featureCount))
    let json = try JSONEncoder().encode(kept)
    #expect(try JSONDecoder().decode(TableEncoder.self, from: json) == kept)
  }
}
