import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct NPZFileTests {
  @Test(arguments: ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
  func everyTypeAndOrderIsRead(code: String) throws {
    let file = try NPZFile(path: arrayPath("all_types.npz"))
    let first = code == "b1" || code.hasPrefix("u") ? 0.0 : -2.0
    var expected = Matrix<Double>(
      rowCount: 2, columnCount: 3, elements: (0..<6).map { first + Double($0) })
    if code == "b1" { expected = Matrix(rows: [[0, 1, 0], [1, 0, 1]]) }
    for order in ["little", "big"] {
      for layout in ["C", "F"] {
        let array = try file.array(named: "\(code)_\(order)_\(layout)")
        #expect(array.type.numpyCode == code)
        #expect(try array.matrix(as: Double.self) == expected)
        #expect(try array.matrix(as: Float.self) == Matrix<Float>(converting: expected))
      }
    }
  }

  @Test func anArchiveInMemoryIsAsOneInAFile() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arrayPath("stored.npz"))))
    let file = try NPZFile(bytes: bytes, source: "stored.npz")
    #expect(file.names == ["first", "second"])
    #expect(try file.array(named: "first").values(as: Double.self) == [1.5, -2.5])
    let array = try ArrayReader.read(bytes: bytes, source: "stored.npz", name: "first")
    #expect(try array == file.array(named: "first"))
    for count in [1, bytes.count / 2] {
      #expect(throws: MercerError.self) {
        _ = try NPZFile(bytes: Array(bytes.prefix(count)), source: "cut.npz")
      }
    }
  }

  @Test func namesAreListedAndAWrongOneGetsASuggestion() throws {
    let file = try NPZFile(path: arrayPath("stored.npz"))
    #expect(file.names == ["first", "second"])
    #expect(try file.array(named: "first").values(as: Double.self) == [1.5, -2.5])
    let names = file.names
    #expect(names.count == 2)
    do {
      _ = try file.array(named: "secnd")
      Issue.record("no error was thrown")
    } catch {
      #expect(error.code == .invalidParameter)
      #expect(error.description.contains("did you mean \"second\"?"))
    }
  }

  @Test func damageIsFoundAndNeverCrashes() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arrayPath("stored.npz"))))
    try withTemporaryDirectory { directory in
      let path = "\(directory)/x.npz"
      var refused = 0
      for place in stride(from: 0, to: bytes.count, by: 7) {
        var changed = bytes
        changed[place] ^= 0x55
        try Data(changed).write(to: URL(fileURLWithPath: path))
        do throws(MercerError) {
          let file = try NPZFile(path: path)
          for name in file.names { _ = try file.array(named: name) }
        } catch {
          refused += 1
        }
      }
      #expect(refused > 10)
      try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: path))
      #expect(mercerError { _ = try NPZFile(path: path) }?.code == .malformedFile)
    }
  }

  @Test func theReaderTellsFormatsApart() throws {
    #expect(try ArrayReader.format(path: arrayPath("rank1.npy")) == .npy)
    #expect(try ArrayReader.format(path: arrayPath("stored.npz")) == .npz)
    #expect(try ArrayReader.format(path: arrayPath("reference.safetensors")) == .safetensors)
    #expect(try ArrayReader.read(path: arrayPath("rank1.npy")).shape == [3])
    #expect(try ArrayReader.read(path: arrayPath("stored.npz"), name: "second").shape == [1, 1])
    let reference = try arrayPath("reference.safetensors")
    #expect(try ArrayReader.read(path: reference, name: "bias").type == .float64)
    let error = mercerError { _ = try ArrayReader.read(path: reference) }
    #expect(error?.message.contains("holds 9 arrays") == true)

    try withTemporaryDirectory { directory in
      let path = "\(directory)/text.csv"
      try Data("a,b\n1,2\n".utf8).write(to: URL(fileURLWithPath: path))
      #expect(mercerError { _ = try ArrayReader.read(path: path) }?.code == .unsupportedFormat)
      #expect(mercerError { _ = try ArrayReader.read(path: directory) }?.code == .unreadableFile)
      #expect(
        mercerError { _ = try ArrayReader.read(path: directory + "/none") }?.message
          == "there is no such file")
    }
  }
}
