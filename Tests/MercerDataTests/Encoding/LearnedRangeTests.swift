import MercerCore
import MercerData
import Testing

/// Numbers far outside those that an encoder learned from.
@Suite struct LearnedRangeTests {
  private func encoder(_ values: [Double]) throws -> TableEncoder {
    try TableEncoder.fit(table: table(numbers("x", values)))
  }

  /// (x − mean) / deviation of [10, 20]: −1 and 1 at the ends.
  @Test(arguments: [
    (10, -1), (20, 1), (13, -0.4), (21, 1.2), (22.5, 1.5), (23, 1.5), (1e300, 1.5), (9, -1.2),
    (-20, -1.5), (0.5, -1.5),
  ])
  func aQuarterOfTheRangeIsGoneOn(value: Double, coordinate: Double) throws {
    let points = try encoder([10, 20]).encode(table(numbers("x", [value])), as: Double.self)
    #expect(abs(points.coordinates[0, 0] - coordinate) < 1e-12)
  }

  @Test func codesFarOutsideAreMissingCells() throws {
    let values = [10.0, 20, 16, 20, .nan]
    let encoder = try encoder(values)
    let (points, notes) = try encoder.encodeWithNotes(
      table(numbers("x", [.nan, 0, -999, 9, 9999, 77, 0])), as: Double.self)
    let missing = points.coordinates.row(0)
    #expect(missing[1] > 0)
    for row in [1, 2, 4, 6] { #expect(points.coordinates.row(row) == missing) }
    // 9 is a code, but less than half of the range outside; 77 is no code.
    for row in [3, 5] { #expect(points.coordinates[row, 1] == 0) }
    #expect(notes.codedCells == [.init(column: "x", count: 4, examples: ["0", "-999", "9999"])])
    #expect(notes.heldCells == [.init(column: "x", count: 1, examples: ["77"])])
  }

  @Test func theFittedTableIsAsItIs() throws {
    let values = [0, 9999, -1, 5, 1e9, 3]
    let fitted = table(numbers("x", values))
    let (_, notes) = try encoder(values).encodeWithNotes(fitted, as: Double.self)
    #expect(notes == EncodingNotes())
  }

  @Test func rangesThatAreNoNumberAreNone() throws {
    let encoder = try encoder([-1.7e308, 1.7e308])
    #expect(encoder.columns.allSatisfy { $0.range == nil })
  }
}
