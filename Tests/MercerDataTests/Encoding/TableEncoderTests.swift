import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

@Suite struct TableEncoderTests {
  /// One column of each kind, with missing cells in some.
  private let mixed = table(
    numbers("x", [1, 2, 3, 6]),
    numbers("age", [10, nil, 30, 80]),
    texts("cut", ["Ideal", "Good", "Ideal", "Good"]),
    texts("city", ["A", nil, "A", "B"]),
    texts("member", ["yes", "no", "no", "yes"], kind: .boolean),
    numbers("day", [0, 86_400, 172_800, 86_400], kind: .date),
    texts("id", ["a", "b", "c", "d"], kind: .identifier),
    numbers("same", [4, 4, 4, 4], kind: .constant),
    numbers("void", [nil, nil, nil, nil], kind: .empty),
    numbers("price", [5, 6, 7, 8]))

  private func column(_ name: String, of points: Points<Double>, by encoder: TableEncoder) throws
    -> [Double]
  {
    points.coordinates.column(try #require(encoder.featureNames.firstIndex(of: name)))
  }

  @Test func featuresAreNamedAndTraced() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    #expect(
      encoder.featureNames == [
        "x", "age", "age is missing", "cut=Good", "cut=Ideal", "city=A", "city is rare",
        "city is missing", "member=yes", "day",
      ])
    #expect(encoder.featureColumns == [0, 1, 1, 2, 2, 3, 3, 3, 4, 5])
    #expect(encoder.columns.map(\.name) == ["x", "age", "cut", "city", "member", "day"])
    #expect(encoder.featureCount == 10)
    #expect(encoder.overlapFeatures.isEmpty)
    #expect(
      encoder.omitted == [
        OmittedColumn(name: "id", reason: .identifier),
        OmittedColumn(name: "same", reason: .constant),
        OmittedColumn(name: "void", reason: .empty),
        OmittedColumn(name: "price", reason: .excluded),
      ])
  }

  @Test func numbersAreStandardizedAndMissingOnesFilledByTheMedian() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    let (points, notes) = try encoder.encodeWithNotes(mixed, as: Double.self)
    let x = try column("x", of: points, by: encoder)
    // Mean 3, population variance (4 + 1 + 0 + 9) / 4 = 3.5; rounding of one division each.
    for (value, raw) in zip(x, [1.0, 2, 3, 6]) {
      #expect(abs(value - (raw - 3) / 3.5.squareRoot()) < 1e-15)
    }
    let age = try column("age", of: points, by: encoder)
    // Of 10, 30, 80: mean 40, median 30, so the missing cell equals the third.
    #expect(age[1] == age[2])
    #expect(abs(age[0] + age[2] + age[3]) < 1e-15)
    #expect(try column("age is missing", of: points, by: encoder) == [0, 1, 0, 0])
    #expect(notes == EncodingNotes())
  }

  @Test(arguments: 1...40)
  func theMedianIsThatOfTheSortedNumbers(count: Int) throws {
    var generator = SplitMix64(seed: UInt64(count))
    let values = (0..<count).map { _ in Double(Int.random(in: 0...9, using: &generator)) }
    let sorted = values.sorted()
    let median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    let encoder = try TableEncoder.fit(table: table(numbers("x", values + [nil])))
    guard case .numeric(_, _, let fill, true, false, nil) = encoder.columns[0].rule else {
      Issue.record("not read as numbers")
      return
    }
    #expect(fill == median)
  }

  @Test func levelsAreAsFarApartAsRandomNumbers() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    let points = try encoder.encode(mixed, as: Double.self)
    #expect(try column("cut=Good", of: points, by: encoder) == [0, 1, 0, 1])
    #expect(try column("cut=Ideal", of: points, by: encoder) == [1, 0, 1, 0])
    let member = try column("member=yes", of: points, by: encoder)
    // Root mean square difference of two independent values of variance 1.
    #expect(abs(member[0] - member[1] - 2.squareRoot()) < 1e-15)
    #expect(try column("city is missing", of: points, by: encoder) == [0, 1, 0, 0])
    #expect(try column("city is rare", of: points, by: encoder) == [0, 0, 0, 1])
    let single = try encoder.encode(mixed, as: Float.self)
    #expect(single.coordinates == Matrix<Float>(converting: points.coordinates))
  }

  @Test func aTableOfOneRowIsReadByTheFittedKinds() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    let all = try encoder.encode(mixed, as: Double.self)
    for row in 0..<mixed.rowCount {
      let one = mixed.rows(at: [row])
      // In one row alone every column is constant or empty.
      let constant = Table(
        columns: one.columns.map {
          Column(
            name: $0.name, kind: $0.values.missingCount == 1 ? .empty : .constant,
            values: $0.values)
        }, rowCount: 1, source: "one.csv")
      let points = try encoder.encode(constant, as: Double.self)
      #expect(points.coordinates.row(0) == all.coordinates.row(row))
    }
  }

  @Test func emptyColumnsMayBeTextOrNumbers() throws {
    let encoder = try TableEncoder.fit(
      table: table(numbers("x", [1, 2]), texts("c", ["a", "a"]), texts("d", ["a", nil])))
    let empty = table(
      texts("x", [nil], kind: .empty), numbers("d", [nil], kind: .empty))
    let (points, notes) = try encoder.encodeWithNotes(empty, as: Double.self)
    #expect(encoder.featureNames == ["x", "d is rare", "d is missing"])
    #expect(points.coordinates == Matrix(rows: [[0, 0, 1]]))
    #expect(notes.filledCells == [.init(column: "x", count: 1)])
  }

  @Test func columnsMayBeReorderedAndExtraOnesAreNamed() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    var other = mixed
    other.columns.reverse()
    other.columns.insert(numbers("new", [1, 2, 3, 4]), at: 2)
    let (points, notes) = try encoder.encodeWithNotes(other, as: Double.self)
    #expect(try points == encoder.encode(mixed, as: Double.self))
    #expect(notes.extraColumns == ["new"])
    other.columns.removeAll { ["price", "id", "same"].contains($0.name) }
    #expect(try encoder.encode(other, as: Double.self) == points)
  }

  @Test func missingColumnsAreNamedWithASuggestion() throws {
    let encoder = try TableEncoder.fit(table: mixed, excluding: ["price"])
    var other = mixed
    other.columns.removeAll { $0.name == "age" }
    other.columns.append(numbers("Agee", [1, 2, 3, 4]))
    let one = mercerError { _ = try encoder.encode(other, as: Double.self) }
    #expect(one?.code == .invalidData)
    #expect(one?.message.contains("the column \"age\"") == true)
    #expect(one?.remedy == "is \"Agee\" the column \"age\"?")
    other.columns.removeAll { $0.name == "cut" }
    let two = mercerError { _ = try encoder.encode(other, as: Double.self) }
    #expect(two?.message.contains("2 columns") == true)
    #expect(two?.message.contains("\"age\", \"cut\"") == true)
    other = mixed
    other.columns.append(mixed.columns[0])
    #expect(
      mercerError { _ = try encoder.encode(other, as: Double.self) }?.message.contains("2 columns")
        == true)
  }

  @Test func textAmongNumbersIsRefusedByRowAndValue() throws {
    let encoder = try TableEncoder.fit(table: table(numbers("x", [1, 2, 3])))
    let error = mercerError {
      _ = try encoder.encode(table(texts("x", ["4", nil, "tall", "5"])), as: Double.self)
    }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("row 3 holds \"tall\"") == true)
    #expect(error?.place?.column == "\"x\"")
    // Text that is numbers is read as numbers.
    let points = try encoder.encode(table(texts("x", ["2", "2e0"])), as: Double.self)
    #expect(points.coordinates == Matrix(column: [0, 0]))
    let infinite = mercerError {
      _ = try encoder.encode(table(numbers("x", [1, .infinity])), as: Double.self)
    }
    #expect(infinite?.message.contains("row 2") == true)
    // A size that Float does not have is brought nearer before it is rounded.
    #expect(try encoder.encode(table(numbers("x", [1e300])), as: Float.self).coordinates.isFinite)
  }

  @Test func levelsThatLookLikeNumbersOrDatesAreFound() throws {
    let encoder = try TableEncoder.fit(
      table: table(
        texts("zip", ["007", "007", "1", "1", "01", "01", "x", "x"]),
        texts("since", Array(repeating: "2024-02-29", count: 4) + Array(repeating: "old", count: 4))
      ))
    #expect(
      encoder.featureNames
        == ["zip=007", "zip=01", "zip=1", "zip=x", "since=2024-02-29", "since=old"])
    let (points, notes) = try encoder.encodeWithNotes(
      table(
        numbers("zip", [7, 1, 9.5, 9.5]),
        numbers("since", [1_709_164_800, 1_709_164_800, 0, 0], kind: .date)), as: Double.self)
    #expect(
      points.coordinates
        == Matrix(rows: [
          [1, 0, 0, 0, 1, 0], [0, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0],
        ]))
    #expect(notes.unseenLevels.map(\.count) == [2, 2])
    #expect(notes.unseenLevels[0].examples == ["9.5"])
  }

  @Test func datesMayComeAsText() throws {
    let encoder = try TableEncoder.fit(
      table: table(numbers("day", [0, 86_400, 172_800], kind: .date)))
    let expected = try encoder.encode(
      table(numbers("day", [86_400 + 5400, 86_400], kind: .constant)), as: Double.self)
    let text = table(texts("day", ["1970-01-02T01:30:00Z", "1970-01-02"], kind: .constant))
    #expect(try encoder.encode(text, as: Double.self) == expected)
    for value in ["1970-02-30", "soon", "1970-01-02T25:00"] {
      let wrong = table(texts("day", [value], kind: .constant))
      #expect(
        mercerError { _ = try encoder.encode(wrong, as: Double.self) }?.message
          .contains("needs a date") == true)
    }
    #expect(
      mercerError { _ = try encoder.encode(table(numbers("day", [1, 2])), as: Double.self) }?.code
        == .invalidData)
  }

  @Test func unseenLevelsAreNoLevelOrRareOnesAndAreCounted() throws {
    let fitted = table(
      texts("plain", ["a", "a", "b", "b", "a"]), texts("tail", ["a", "a", "b", "b", "c"]),
      texts("flag", ["no", "yes", "no", "yes", "no"], kind: .boolean))
    let encoder = try TableEncoder.fit(table: fitted)
    #expect(
      encoder.featureNames
        == ["plain=a", "plain=b", "tail=a", "tail=b", "tail is rare", "flag=yes"])
    let (points, notes) = try encoder.encodeWithNotes(
      table(
        texts("plain", ["q", "b", nil]), texts("tail", ["q", "c", nil]),
        texts("flag", ["maybe", "TRUE", nil])),
      as: Double.self)
    let half = 0.5.squareRoot()
    #expect(
      points.coordinates
        == Matrix(rows: [[0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 1, half], [0, 0, 0, 0, 0, 0]]))
    #expect(
      notes.unseenLevels == [
        .init(column: "plain", count: 1, examples: ["q"]),
        .init(column: "tail", count: 1, examples: ["q"]),
        .init(column: "flag", count: 1, examples: ["maybe"]),
      ])
    #expect(notes.filledCells.map(\.column) == ["plain", "tail", "flag"])
    #expect(try encoder.encodeWithNotes(fitted, as: Double.self).notes == EncodingNotes())
  }

  @Test func onlyTheMostFrequentLevelsKeepAPlace() throws {
    let values = (0..<300).flatMap { level in
      Array(repeating: "l\(level)", count: level < 3 ? 9 : 2)
    }
    let encoder = try TableEncoder.fit(table: table(texts("c", values)))
    #expect(encoder.featureCount == 256)
    #expect(encoder.featureNames.last == "c is rare")
    let few = try TableEncoder.fit(
      table: table(texts("c", values)), options: EncoderOptions(maximumLevelCount: 3))
    #expect(few.featureNames == ["c=l0", "c=l1", "c=l2", "c is rare"])
    let rare = mercerError { _ = try TableEncoder.fit(table: table(texts("c", ["a", "b"]))) }
    #expect(rare?.code == .invalidData)
  }

  @Test func overlapGivesOneCodeForEachCategory() throws {
    let encoder = try TableEncoder.fit(
      table: table(
        numbers("x", [0, 0, 0, 1, 1, 1]), texts("c", ["b", "a", "a", "b", "rare", nil])),
      options: EncoderOptions(categories: .overlap))
    #expect(encoder.featureNames == ["x", "c"])
    #expect(encoder.overlapFeatures == [1])
    let points = try encoder.encode(
      table(numbers("x", [0, 0, 0, 0, 0]), texts("c", ["b", "a", "rare", nil, "new"])),
      as: Float.self)
    #expect(points.coordinates.column(1) == [1, 0, 2, 3, 2])
  }

  @Test func aSubsetOfRowsIsJudgedByItsOwnValues() throws {
    let part = mixed.rows(at: [1, 1])
    let encoder = try TableEncoder.fit(
      table: Table(
        columns: part.columns + [numbers("y", [1, 2]), numbers("seen", [3, nil])], rowCount: 2,
        source: "part"), excluding: ["price"])
    #expect(encoder.featureNames == ["y", "seen is missing"])
    let reasons = Dictionary(
      uniqueKeysWithValues: encoder.omitted.map { ($0.name, $0.reason) })
    #expect(reasons["x"] == .constant)
    #expect(reasons["cut"] == .constant)
    #expect(reasons["age"] == .empty)
    #expect(reasons["city"] == .empty)
  }

  @Test func extremeNumbersStayFinite() throws {
    let columns = [
      numbers("huge", [1e300, -1e300, 5e299]), numbers("tiny", [1e-300, 2e-300, 4e-300]),
      numbers("near", [1e15, 1e15 + 1, 1e15 + 2]),
    ]
    let encoder = try TableEncoder.fit(
      table: Table(columns: columns, rowCount: 3, source: "extreme"))
    let points = try encoder.encode(
      Table(columns: columns, rowCount: 3, source: "extreme"), as: Double.self)
    for feature in 0..<3 {
      let values = points.coordinates.column(feature)
      // A population variance of 1 and a mean of 0, up to the rounding of the mean at 1e15.
      #expect(abs(values.reduce(0, +)) < 1e-12)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 3 - 1) < 1e-12)
    }
  }

  @Test func theEncoderSurvivesJSON() throws {
    for categories in EncoderOptions.CategoryEncoding.allCases {
      let encoder = try TableEncoder.fit(
        table: mixed, excluding: ["price"], options: EncoderOptions(categories: categories))
      let json = try JSONEncoder().encode(encoder)
      let read = try JSONDecoder().decode(TableEncoder.self, from: json)
      #expect(read == encoder)
      #expect(
        try read.encode(mixed, as: Double.self) == encoder.encode(mixed, as: Double.self))
    }
  }

  @Test func wrongCallsAreRefused() {
    let ignored = mercerError { _ = try TableEncoder.fit(table: mixed, excluding: ["prise"]) }
    #expect(ignored?.code == .invalidParameter)
    #expect(ignored?.message.contains("did you mean \"price\"?") == true)
    let cases: [(Table, MercerError.Code)] = [
      (table(numbers("x", [])), .invalidData),
      (table(numbers("x", [1, 2]), numbers("x", [1, 2])), .invalidData),
      (table(numbers("x", [1, .infinity])), .invalidData),
      (table(numbers("x", [1, 1])), .invalidData),
    ]
    for (bad, code) in cases {
      #expect(mercerError { _ = try TableEncoder.fit(table: bad) }?.code == code)
    }
    #expect(
      mercerError {
        _ = try TableEncoder.fit(table: mixed, options: EncoderOptions(maximumLevelCount: 0))
      }?.code == .invalidParameter)
  }
}
