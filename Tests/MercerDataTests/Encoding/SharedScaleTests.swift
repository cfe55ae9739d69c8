import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

@Suite("Columns as the numbers of one array")
struct SharedScaleTests {
  private let pixels = table(
    numbers("a", [0, 0, 0, 0]), numbers("b", [0, 4, 0, 4]),
    texts("c", ["1", "0", "1", "0"], kind: .boolean),
    texts("name", ["p", "q", "r", "s"], kind: .identifier), numbers("y", [5, 6, 7, 8]))

  private func encoder() throws -> TableEncoder {
    var options = EncoderOptions()
    options.sharesScale = true
    return try TableEncoder.fit(table: pixels, excluding: ["y"], options: options)
  }

  @Test("One coordinate a column, constant ones too, on one scale; 0 and 1 are numbers")
  func oneScale() throws {
    let encoder = try encoder()
    #expect(encoder.featureNames == ["a", "b", "c"])
    let points = try encoder.encode(pixels, as: Double.self)
    // 0 0 1, 0 4 0, 0 0 1, 0 4 0: mean 10/12, mean square 34/12.
    let mean = 10.0 / 12
    let deviation = (34.0 / 12 - mean * mean).squareRoot()
    for (row, values) in [[0.0, 0, 1], [0, 4, 0], [0, 0, 1], [0, 4, 0]].enumerated() {
      for (column, value) in values.enumerated() {
        #expect(abs(points.coordinates[row, column] - (value - mean) / deviation) < 1e-12)
      }
    }
  }

  @Test(
    "Cells that stand for nothing get a code of their own, and do not count in mean and deviation")
  func absentCells() throws {
    for (value, padding) in [(-1.0, -1.0), (nil, .nan)] as [(Double?, Double)] {
      let sequences = table(
        numbers("a", [1, 3, 5]), numbers("b", [3, padding, 3]),
        numbers("c", [padding, padding, 5]), numbers("y", [5, 6, 7]))
      var options = EncoderOptions()
      options.sharesScale = true
      options.absentCells = AbsentCells(value: value, code: -9)
      let encoder = try TableEncoder.fit(table: sequences, excluding: ["y"], options: options)
      let (points, notes) = try encoder.encodeWithNotes(sequences, as: Double.self)
      #expect(notes.filledCells.isEmpty)
      // 1, 3, 3, 5, 3, 5: mean 10/3, mean square 78/6.
      let (mean, deviation) = (10.0 / 3, (13.0 - 100.0 / 9).squareRoot())
      let expected = [[1, 3, nil], [3, nil, nil], [5, 3, 5]] as [[Double?]]
      for (row, values) in expected.enumerated() {
        for (column, value) in values.enumerated() {
          let found = points.coordinates[row, column]
          if let value {
            #expect(abs(found - (value - mean) / deviation) < 1e-12)
          } else {
            #expect(found == -9)
          }
        }
      }
      let data = try JSONEncoder().encode(encoder.options)
      #expect(try JSONDecoder().decode(EncoderOptions.self, from: data) == encoder.options)
    }
  }

  @Test("It is part of what a model keeps")
  func coded() throws {
    let encoder = try encoder()
    let data = try JSONEncoder().encode(encoder.options)
    #expect(try JSONDecoder().decode(EncoderOptions.self, from: data) == encoder.options)
  }

  @Test("Text in a column is refused")
  func refusesText() throws {
    var options = EncoderOptions()
    options.sharesScale = true
    let words = table(texts("a", ["red", "blue"]), numbers("b", [1, 2]))
    #expect(throws: MercerError.self) { try TableEncoder.fit(table: words, options: options) }
  }
}
