import MercerCore
import Testing

@Suite struct WorkRecordTests {
  @Test func valuesComeBackToTheLastBit() throws {
    let numbers: [Double] = [0, -0.0, .nan, .infinity, .leastNonzeroMagnitude, 1.0 / 3]
    let matrix = Matrix<Float>(rowCount: 2, columnCount: 3) { buffer in
      for i in buffer.indices { buffer[i] = Float(i) / 7 }
    }
    var writer = WorkWriter()
    writer.append(-5)
    writer.append(1.0 / 3)
    writer.append("é, \n")
    writer.append(numbers)
    writer.append(matrix)
    writer.append(Matrix<Double>(rowCount: 0, columnCount: 4))
    var reader = WorkReader(writer.bytes)
    #expect(try reader.integer() == -5)
    #expect(try reader.number() == 1.0 / 3)
    #expect(try reader.text() == "é, \n")
    #expect(try reader.numbers().map(\.bitPattern) == numbers.map(\.bitPattern))
    #expect(try reader.matrix(of: Float.self) == matrix)
    #expect(!reader.isAtEnd)
    #expect(try reader.matrix(of: Double.self).columnCount == 4)
    #expect(reader.isAtEnd)
  }

  /// Bytes of something else are a mismatch, never a crash.
  @Test func otherBytes() {
    var writer = WorkWriter()
    writer.append(Int.max)
    writer.append(Int.max)
    writer.append(8)
    #expect(throws: WorkReader.Mismatch.self) {
      var reader = WorkReader(writer.bytes)
      _ = try reader.matrix(of: Double.self)
    }
    #expect(throws: WorkReader.Mismatch.self) {
      var reader = WorkReader(writer.bytes)
      _ = try reader.numbers()
    }
    #expect(throws: WorkReader.Mismatch.self) {
      var reader = WorkReader([1, 2, 3])
      _ = try reader.integer()
    }
    writer = WorkWriter()
    writer.append(-1)
    #expect(throws: WorkReader.Mismatch.self) {
      var reader = WorkReader(writer.bytes)
      _ = try reader.count()
    }
  }
}
