import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct TargetEncoderTests {
  private func task(_ column: Column) throws -> LearningTask {
    try TargetEncoder.fit(column: column, source: "test.csv").encoder.task
  }

  private func repeated(_ counts: [Int], from first: Double = 0) -> [Double?] {
    counts.enumerated().flatMap { Array(repeating: first + Double($0.offset), count: $0.element) }
  }

  @Test func theTaskFollowsFromTheValues() throws {
    #expect(try task(numbers("y", [1.5, 2, 3])) == .regression)
    #expect(try task(numbers("y", [0, 1, 1])) == .binary)
    #expect(try task(numbers("y", [2.5, 7])) == .binary)
    #expect(try task(texts("y", ["a", "b", "a"])) == .binary)
    #expect(try task(texts("y", ["a", "b", "c"])) == .multiclass)
    // Digits, and labels from 1.
    #expect(try task(numbers("y", repeated(Array(repeating: 18, count: 10)))) == .multiclass)
    #expect(try task(numbers("y", repeated([50, 50, 50], from: 1))) == .multiclass)
    // Forest cover types: the rarest of 7 is a thirtieth of an even share.
    #expect(
      try task(numbers("y", repeated([211, 283, 36, 3, 10, 17, 20], from: 1))) == .multiclass)
    // Counts: far, or with a thin tail.
    #expect(try task(numbers("y", repeated(Array(repeating: 3, count: 31)))) == .regression)
    #expect(try task(numbers("y", repeated([400, 300, 90, 30, 5, 1]))) == .regression)
    // Ratings from 3, gaps, fractions, dates.
    #expect(try task(numbers("y", repeated([10, 50, 60, 40, 9], from: 3))) == .regression)
    #expect(try task(numbers("y", [0, 0, 1, 1, 3, 3])) == .regression)
    #expect(try task(numbers("y", [0, 0, 1, 1, 2, 2], kind: .date)) == .regression)
  }

  @Test func rowsWithoutATargetAreDroppedAndCounted() throws {
    let (_, target) = try TargetEncoder.fit(
      column: numbers("y", [1.5, nil, 4, 2]), source: "test.csv")
    #expect(target.values == [1.5, 4, 2])
    #expect(target.keptRows == [0, 2, 3])
    #expect(target.droppedRowCount == 1)
    #expect(target.classIndices.isEmpty)

    let (_, classes) = try TargetEncoder.fit(
      column: texts("y", ["b", nil, "a", "c"]), source: "test.csv")
    #expect(classes.classNames == ["a", "b", "c"])
    #expect(classes.classIndices == [1, 0, 2])
    #expect(classes.keptRows == [0, 2, 3])
  }

  @Test func theTaskCanBeForced() throws {
    let digits = numbers("y", [0, 1, 2, 0, 1, 2])
    let (_, target) = try TargetEncoder.fit(column: digits, task: .regression, source: "t")
    #expect(target.values == [0, 1, 2, 0, 1, 2])
    let ratings = numbers("y", [-1, 10, 2.5, -0.0, 0])
    let (encoder, classes) = try TargetEncoder.fit(column: ratings, task: .multiclass, source: "t")
    #expect(encoder.classNames == ["-1", "0", "2.5", "10"])
    #expect(classes.classIndices == [0, 3, 2, 1, 1])
    let text = try TargetEncoder.fit(
      column: texts("y", ["1", "2.5"]), task: .regression, source: "t")
    #expect(text.target.values == [1, 2.5])

    #expect(
      mercerError { _ = try TargetEncoder.fit(column: digits, task: .binary, source: "t") }?
        .message.contains("two different values, not 3") == true)
    let wrong = mercerError {
      _ = try TargetEncoder.fit(column: texts("y", ["1", "dear"]), task: .regression, source: "t")
    }
    #expect(wrong?.message.contains("row 2 of the target holds \"dear\"") == true)
    let names = texts("y", ["a", "b", "c"], kind: .identifier)
    #expect(
      mercerError { _ = try TargetEncoder.fit(column: names, source: "t") }?.code == .invalidData)
    #expect(
      try TargetEncoder.fit(column: names, task: .multiclass, source: "t").target.classIndices
        == [0, 1, 2])
  }

  @Test func targetsThatTeachNothingAreRefused() {
    let cases: [(Column, String)] = [
      (numbers("y", [3, 3, nil]), "\"3\" in every row"), (texts("y", ["a", "a"]), "\"a\""),
      (numbers("y", [nil, nil]), "no value"), (texts("y", [nil]), "no value"),
      (numbers("y", [1, 2, .infinity]), "row 3"), (numbers("y", [4]), "in every row"),
      (numbers("y", []), "no value"),
    ]
    for (column, words) in cases {
      let error = mercerError { _ = try TargetEncoder.fit(column: column, source: "test.csv") }
      #expect(error?.code == .invalidData)
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      #expect(error?.place?.column == "\"y\"")
    }
  }

  @Test func anotherTableIsReadByTheKnownClasses() throws {
    let (encoder, _) = try TargetEncoder.fit(
      column: texts("y", ["low", "high", "mid"]), source: "t")
    let target = try encoder.decode(texts("y", ["mid", nil, "mid"], kind: .constant), source: "u")
    #expect(target.classIndices == [2, 2])
    #expect(target.classNames == ["high", "low", "mid"])
    #expect(target.droppedRowCount == 1)
    let error = mercerError {
      _ = try encoder.decode(texts("y", ["mid", "middle"]), source: "u")
    }
    #expect(error?.message.contains("row 2 of the target holds \"middle\"") == true)
    #expect(error?.remedy == "it knows \"high\", \"low\", \"mid\"")

    // Classes that were text look like numbers in another table, and the other way round.
    let (mixed, _) = try TargetEncoder.fit(column: texts("y", ["1", "2", "none"]), source: "t")
    #expect(try mixed.decode(numbers("y", [2, 1]), source: "u").classIndices == [1, 0])
    let (digits, _) = try TargetEncoder.fit(column: numbers("y", [0, 1]), source: "t")
    #expect(try digits.decode(texts("y", ["1.0", "0"]), source: "u").classIndices == [1, 0])
    let (regression, _) = try TargetEncoder.fit(column: numbers("y", [0.5, 1, 7]), source: "t")
    #expect(try regression.decode(numbers("y", [3], kind: .constant), source: "u").values == [3])
  }

  @Test func theEncoderSurvivesJSON() throws {
    let (encoder, _) = try TargetEncoder.fit(column: texts("y", ["b", "a", "é"]), source: "t")
    let json = try JSONEncoder().encode(encoder)
    #expect(try JSONDecoder().decode(TargetEncoder.self, from: json) == encoder)
  }
}
