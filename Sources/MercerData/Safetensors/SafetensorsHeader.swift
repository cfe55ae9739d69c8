import MercerCore
import MercerPlatform

/// The JSON object at the start of a safetensors file.
struct SafetensorsHeader {
  struct Entry {
    var type: NumericType
    var shape: [Int]
    /// The bytes of the tensor, counted from the end of the header.
    var offsets: Range<Int>
  }

  var metadata: [String: String]
  var entries: [String: Entry]

  static let metadataKey = "__metadata__"

  /// Reads the object; shapes and places are checked by `validate`.
  init(json: ArraySlice<UInt8>, source: String) throws(MercerError) {
    guard json.first == UInt8(ascii: "{") else {
      throw Self.malformed(source, "is not a safetensors file: its header is not a JSON object")
    }
    let raw: RawHeader
    do {
      raw = try JSONDecoder().decode(RawHeader.self, from: Data(json))
    } catch {
      throw Self.malformed(source, "has a header that cannot be read: \(Self.reason(error))")
    }
    metadata = raw.metadata
    entries = [:]
    for (name, tensor) in raw.tensors {
      guard let type = NumericType(safetensorsName: tensor.dtype) else {
        throw MercerError(
          .unsupportedFormat,
          "the tensor \(quoted(name)) has the type \(quoted(tensor.dtype)), which is not read",
          at: .init(file: source))
      }
      guard tensor.offsets.count == 2, tensor.offsets[0] >= 0,
        tensor.offsets[0] <= tensor.offsets[1]
      else {
        throw Self.malformed(
          source, "the tensor \(quoted(name)) has impossible offsets: \(tensor.offsets)")
      }
      entries[name] = Entry(
        type: type, shape: tensor.shape, offsets: tensor.offsets[0]..<tensor.offsets[1])
    }
  }

  /// Checks that the tensors have the sizes their shapes say and fill the data without gaps.
  func validate(dataCount: Int, source: String) throws(MercerError) {
    let ordered = entries.sorted {
      ($0.value.offsets.lowerBound, $0.value.offsets.upperBound, $0.key)
        < ($1.value.offsets.lowerBound, $1.value.offsets.upperBound, $1.key)
    }
    var end = 0
    for (name, entry) in ordered {
      guard let expected = ArrayShape.byteCount(entry.shape, entry.type) else {
        throw Self.malformed(
          source, "the tensor \(quoted(name)) has an impossible shape: \(entry.shape)")
      }
      guard entry.offsets.count == expected else {
        throw Self.malformed(
          source,
          "the tensor \(quoted(name)) needs \(expected) bytes by its shape, "
            + "but \(entry.offsets.count) by its offsets")
      }
      guard entry.offsets.lowerBound >= end else {
        throw Self.malformed(source, "the tensor \(quoted(name)) overlaps another one")
      }
      guard entry.offsets.lowerBound == end else {
        throw Self.malformed(source, "there is a gap before the tensor \(quoted(name))")
      }
      end = entry.offsets.upperBound
      guard end <= dataCount else {
        throw Self.malformed(
          source,
          "is cut off: the tensor \(quoted(name)) ends at byte \(end) of the data, "
            + "which has \(dataCount)")
      }
    }
    guard end == dataCount else {
      throw Self.malformed(
        source, "holds \(dataCount - end) bytes more than its tensors need")
    }
  }

  /// The object as JSON without white space: metadata first, by key; tensors in this order.
  static func json(
    metadata: [String: String], tensors: [(String, NumericArray)]
  ) -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.keys.sorted(by: isOrderedBefore).map { key in
        "\(escaped(key)):\(escaped(metadata[key] ?? ""))"
      }
      parts.append("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(escaped(name)):{\"dtype\":\"\(tensor.type.safetensorsName)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return Array("{\(parts.joined(separator: ","))}".utf8)
  }

  private static func escaped(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func malformed(_ source: String, _ message: String) -> MercerError {
    MercerError(.malformedFile, message, at: .init(file: source))
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "\(place(context)) lacks \(quoted(key.stringValue))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(place(context)) is of the wrong type"
    default: "it is not valid JSON"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    guard let first = context.codingPath.first else { return "it" }
    return quoted(first.stringValue)
  }
}

/// The header as it is in the file.
private struct RawHeader: Decodable {
  struct Tensor: Decodable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var metadata: [String: String] = [:]
  var tensors: [String: Tensor] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == SafetensorsHeader.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors[key.stringValue] = try container.decode(Tensor.self, forKey: key)
      }
    }
  }
}
