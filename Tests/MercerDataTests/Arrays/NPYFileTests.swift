import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

@Suite struct NPYFileTests {
  @Test(arguments: ["version1.npy", "version2.npy", "version3.npy"])
  func everyFormatVersionIsRead(name: String) throws {
    let array = try NPYFile.read(path: arrayPath(name))
    #expect(array.shape == [2, 2])
    #expect(array.type == .float64)
    #expect(try array.matrix(as: Double.self) == Matrix(rows: [[1, 2], [3, 4]]))
  }

  @Test func ranksKeepTheirShape() throws {
    let single = try NPYFile.read(path: arrayPath("rank0.npy"))
    #expect(single.shape.isEmpty)
    #expect(try single.matrix(as: Double.self) == Matrix(rows: [[6.25]]))

    let vector = try NPYFile.read(path: arrayPath("rank1.npy"))
    #expect(vector.shape == [3])
    #expect(try vector.matrix(as: Float.self) == Matrix(column: [1, 2, 3]))

    let empty = try NPYFile.read(path: arrayPath("no_rows.npy"))
    let matrix = try empty.matrix(as: Double.self)
    #expect(matrix.rowCount == 0)
    #expect(matrix.columnCount == 5)
  }

  @Test(arguments: ["rank3.npy", "rank3_fortran_big.npy"])
  func trailingAxesAreFlattenedInRowMajorOrder(name: String) throws {
    let array = try NPYFile.read(path: arrayPath(name))
    #expect(array.shape == [2, 3, 4])
    var expected: [[Double]] = []
    for i in 0..<2 {
      var row: [Double] = []
      for j in 0..<3 { for k in 0..<4 { row.append(Double(100 * i + 10 * j + k)) } }
      expected.append(row)
    }
    #expect(try array.flattened(as: Double.self) == Matrix(rows: expected))
    #expect(try array.values(as: Float.self) == expected.joined().map { Float($0) })
    #expect(mercerError { _ = try array.matrix(as: Double.self) }?.code == .shapeMismatch)
  }

  @Test func halfPrecisionIsExactForEveryExponent() throws {
    let half = try NPYFile.read(path: arrayPath("half.npy"))
    let expected = try NPYFile.read(path: arrayPath("half_as_double.npy"))
    #expect(half.type == .float16)
    #expect(try half.values(as: Double.self) == expected.values(as: Double.self))
  }

  @Test func integersThatDoubleCannotHoldAreRefused() throws {
    let array = try NPYFile.read(path: arrayPath("beyond_double.npy"))
    let error = mercerError { _ = try array.matrix(as: Double.self) }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("number 3") == true)
  }

  @Test(arguments: [
    ("object.npy", "Python objects"), ("complex.npy", "complex"), ("text.npy", "text"),
    ("dates.npy", "dates"), ("records.npy", "named fields"),
  ])
  func whatIsNotANumberIsRefusedWithARemedy(name: String, word: String) throws {
    let path = try arrayPath(name)
    let error = mercerError { _ = try NPYFile.read(path: path) }
    #expect(error?.code == .unsupportedFormat)
    #expect(error?.message.contains(word) == true)
    #expect(error?.remedy != nil)
  }

  @Test func aFileCutAnywhereIsRefused() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arrayPath("version1.npy"))))
    for count in 0..<bytes.count {
      let error = mercerError { _ = try NPYFile.decode(bytes[..<count], source: "cut.npy") }
      #expect(error?.code == .malformedFile)
    }
    let error = mercerError { _ = try NPYFile.decode(bytes.dropLast(5), source: "cut.npy") }
    #expect(error?.message.contains("32 bytes of numbers expected, 27 found") == true)
    let longer = mercerError { _ = try NPYFile.decode((bytes + [0])[...], source: "long.npy") }
    #expect(longer?.message.contains("1 bytes more") == true)
  }

  @Test func impossibleShapesAndHeadersAreRefused() {
    func file(_ header: String) -> [UInt8] {
      let text = Array(header.utf8)
      return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text
    }
    let headers = [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904, 9), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
      "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }",
      "{'descr': '<f8', 'shape': (1,), }", "{'descr': '<f8'", "", "{}", "nonsense", "{{{{",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } garbage",
      "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
    ]
    for header in headers {
      let error = mercerError { _ = try NPYFile.decode(file(header)[...], source: "bad.npy") }
      #expect(error?.code == .malformedFile, "\(header)")
    }
    let newer = [0x93] + Array("NUMPY".utf8) + [9, 0, 0, 0, 0, 0]
    #expect(
      mercerError { _ = try NPYFile.decode(newer[...], source: "new.npy") }?.code
        == .unsupportedFormat)
  }

  /// Each byte of a header takes other values; the file is read or refused, and never more.
  @Test func aChangedHeaderNeverCrashes() throws {
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: arrayPath("version1.npy"))))
    var generator = SplitMix64(seed: 7)
    var refused = 0
    for place in 0..<128 {
      for _ in 0..<4 {
        var bytes = original
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
        do throws(MercerError) {
          let array = try NPYFile.decode(bytes[...], source: "changed.npy")
          #expect(array.byteCount == array.count * array.type.byteCount)
        } catch {
          refused += 1
          #expect(!error.message.contains("\n"))
        }
      }
    }
    #expect(refused > 0)
  }

  @Test func matricesSurviveARoundTrip() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/m.npy"
      let double = Matrix<Double>(rows: [[1, -0.0, .pi], [.infinity, 0x1p-1060, -7]])
      try NPYFile.write(double, to: path)
      let read = try NPYFile.read(path: path)
      #expect(try read.matrix(as: Double.self) == double)
      #expect(read == NumericArray(double))
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      #expect(size == 128 + 48)

      let single = Matrix<Float>(rows: [[1.5], [2.5]])
      try NPYFile.write(single, to: path)
      #expect(try NPYFile.read(path: path).type == .float32)
      #expect(try NPYFile.read(path: path).matrix(as: Float.self) == single)

      let cube = NumericArray((0..<24).map(Double.init), shape: [2, 3, 4])
      try NPYFile.write(cube, to: path)
      #expect(try NPYFile.read(path: path) == cube)
    }
  }
}
