import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

@Suite struct SafetensorsFileTests {
  private let small = SafetensorsFile(
    metadata: ["b": "2", "a": "one \"quoted\"\n\t\u{1} é \\"],
    tensors: [
      "z": NumericArray([Float(1), 2], shape: [2]),
      "m": NumericArray(Matrix<Double>(rows: [[1, 2], [3, 4]])),
      "flags": NumericArray([UInt8(1), 0, 1]),
      "empty": NumericArray([Double](), shape: [0, 7]),
    ])

  @Test func theReferenceFileIsRead() throws {
    let file = try SafetensorsFile(readingFrom: arrayPath("reference.safetensors"))
    #expect(file.metadata == ["format": "1", "note": "a \"quoted\" text, é"])
    #expect(file.tensors.count == 9)
    let expected: [(String, NumericType, [Int], [Double])] = [
      ("weights", .float32, [2, 3], [1, 2, 3, 4, 5, 6]), ("bias", .float64, [2], [0.5, -0.25]),
      ("half", .float16, [2], [1.5, -2]), ("brain", .bfloat16, [2], [1.5, -2]),
      ("codes", .int32, [3], [-1, 0, 1]), ("long", .int64, [1], [-0x1p40]),
      ("flags", .bool, [3], [1, 0, 1]), ("bytes", .uint8, [2], [0, 255]),
      ("none", .float32, [0, 4], []),
    ]
    for (name, type, shape, values) in expected {
      let tensor = try file.tensor(named: name)
      #expect(tensor.type == type)
      #expect(tensor.shape == shape)
      #expect(try tensor.values(as: Double.self) == values)
    }
    #expect(mercerError { _ = try file.tensor(named: "weight") }?.code == .malformedFile)
  }

  @Test func everyTypeSurvivesARoundTrip() throws {
    let read = try SafetensorsFile(readingFrom: arrayPath("reference.safetensors"))
    for file in [read, small, SafetensorsFile()] {
      #expect(try SafetensorsFile(bytes: file.encoded(), source: "memory") == file)
    }
    try withTemporaryDirectory { directory in
      let path = "\(directory)/model.safetensors"
      try small.write(to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(small.encoded()))
      #expect(try SafetensorsFile(readingFrom: path) == small)
    }
  }

  @Test func theBytesDependOnTheContentAlone() throws {
    var other = SafetensorsFile()
    for name in ["empty", "flags", "m", "z"] { other.tensors[name] = small.tensors[name] }
    for key in ["a", "b"] { other.metadata[key] = small.metadata[key] }
    let bytes = try small.encoded()
    #expect(try other.encoded() == bytes)
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    #expect(length % 8 == 0)
    let header = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
    #expect(header.hasPrefix("{\"__metadata__\":{\"a\":"))
    #expect(header.contains("\"m\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[0,32]}"))
    #expect(header.contains("\"z\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,40]}"))
  }

  @Test func matricesOfEitherPrecisionAreGiven() throws {
    let tensor = try small.tensor(named: "m")
    #expect(try tensor.matrix(as: Double.self) == Matrix(rows: [[1, 2], [3, 4]]))
    #expect(try tensor.matrix(as: Float.self) == Matrix(rows: [[1, 2], [3, 4]]))
    #expect(try NumericArray([Int32(-5), 6]).values(as: Float.self) == [-5, 6])
    #expect(try NumericArray([Int64(-5)]).values(as: Double.self) == [-5])
  }

  private func file(_ header: String, data: Int = 8) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
      + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: [
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "needs 8 bytes"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", "cut off"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "4 bytes more"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "gap"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}", "impossible offsets"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", "impossible offsets"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", "impossible offsets"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "impossible shape"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
      "impossible shape"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlaps"
    ),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "lacks \"data_offsets\""),
    ("{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", "wrong type"),
    ("{\"__metadata__\":{\"a\":1}}", "wrong type"), ("{\"a\":", "not valid JSON"),
    ("[1]", "not a JSON object"), ("", "not a JSON object"),
  ])
  func aBadHeaderIsRefused(header: String, words: String) {
    let error = mercerError { _ = try SafetensorsFile(bytes: file(header), source: "bad") }
    #expect(error?.code == .malformedFile)
    #expect(error?.message.contains(words) == true, "\(String(describing: error))")
  }

  @Test func anUnknownTypeIsRefusedByName() {
    let header = "{\"a\":{\"dtype\":\"F4\",\"shape\":[16],\"data_offsets\":[0,8]}}"
    let error = mercerError { _ = try SafetensorsFile(bytes: file(header), source: "new") }
    #expect(error?.code == .unsupportedFormat)
    #expect(error?.message.contains("\"F4\"") == true)
  }

  @Test func aFileCutAnywhereIsRefused() throws {
    let bytes = try small.encoded()
    for count in 0..<bytes.count {
      let error = mercerError {
        _ = try SafetensorsFile(bytes: Array(bytes[..<count]), source: "cut")
      }
      #expect(error?.code == .malformedFile)
    }
  }

  /// Each byte before the numbers takes other values; the file is read or refused, never more.
  @Test func aChangedHeaderNeverCrashes() throws {
    let original = try small.encoded()
    var generator = SplitMix64(seed: 7)
    var refused = 0
    for place in 0..<(original.count - 43) {
      for _ in 0..<3 {
        var bytes = original
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
        do throws(MercerError) {
          let file = try SafetensorsFile(bytes: bytes, source: "changed")
          for tensor in file.tensors.values {
            #expect(tensor.byteCount == tensor.count * tensor.type.byteCount)
          }
        } catch {
          refused += 1
          #expect(!error.message.contains("\n"))
        }
      }
    }
    #expect(refused > 0)
  }

  @Test func aReservedNameIsRefusedOnWriting() {
    let file = SafetensorsFile(tensors: ["__metadata__": NumericArray([1.0])])
    #expect(mercerError { _ = try file.encoded() }?.code == .invalidParameter)
  }
}
