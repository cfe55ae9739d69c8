import MercerCore

/// The header of an NPY file: magic, version, length, and a Python dictionary as text.
///
/// - Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays", versions 1.0,
///   2.0 (longer headers) and 3.0 (UTF-8 headers).
struct NPYHeader: Equatable {
  var type: NumericType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The header at the start of `bytes`, and where the numbers begin.
  static func parse(
    _ bytes: some RandomAccessCollection<UInt8>, source: String
  ) throws(MercerError) -> (header: NPYHeader, dataOffset: Int) {
    let prefix = Array(bytes.prefix(12))
    guard prefix.starts(with: magic) else {
      throw malformed(source, "is not an NPY file: it does not begin with the NPY signature")
    }
    guard prefix.count >= 10 else {
      throw malformed(source, "is cut off inside the NPY header, after \(prefix.count) bytes")
    }
    let version = prefix[6]
    let start: Int
    let length: Int
    switch version {
    case 1:
      start = 10
      length = Int(prefix[8]) | Int(prefix[9]) << 8
    case 2, 3:
      guard prefix.count == 12 else {
        throw malformed(source, "is cut off inside the NPY header, after \(prefix.count) bytes")
      }
      start = 12
      length = prefix[8...11].reversed().reduce(0) { $0 << 8 | Int($1) }
    default:
      throw MercerError(
        .unsupportedFormat, "has version \(version).\(prefix[7]) of the NPY format",
        at: .init(file: source), remedy: "versions 1 to 3 are read")
    }
    guard bytes.count - start >= length else {
      throw malformed(
        source,
        "is cut off inside the NPY header: \(start + length) bytes expected, \(bytes.count) found")
    }
    let text = String(decoding: bytes.dropFirst(start).prefix(length), as: UTF8.self)
    var scanner = PythonLiteralScanner(text)
    guard let entries = scanner.dictionary() else {
      throw malformed(source, "has an NPY header that cannot be read: \(quoted(text))")
    }
    return (try NPYHeader(entries, text: text, source: source), start + length)
  }

  private init(
    _ entries: [String: PythonLiteralScanner.Value], text: String, source: String
  ) throws(MercerError) {
    guard let description = entries["descr"],
      case .flag(let isFortranOrder) = entries["fortran_order"],
      case .tuple(let shape) = entries["shape"], entries.count == 3
    else {
      throw Self.malformed(
        source, "has an NPY header without descr, fortran_order and shape: \(quoted(text))")
    }
    guard case .text(let code) = description else {
      throw MercerError(
        .unsupportedFormat, "holds records with named fields, not plain numbers",
        at: .init(file: source), remedy: "save each field as an array of a numeric dtype")
    }
    let order = code.first ?? " "
    guard "<>=|".contains(order), let type = NumericType(numpyCode: String(code.dropFirst()))
    else { throw Self.unsupportedType(code, source: source) }
    guard ArrayShape.byteCount(shape, type) != nil else {
      throw Self.malformed(source, "has an impossible shape: \(shape)")
    }
    self.type = type
    self.isBigEndian = order == ">"
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  private static func unsupportedType(_ code: String, source: String) -> MercerError {
    let remedy = "save it with a numeric dtype, for example array.astype(\"float64\")"
    let what =
      switch code.dropFirst().first ?? " " {
      case "O": "holds Python objects (dtype object), not numbers"
      case "c": "holds complex numbers (dtype \(code))"
      case "U", "S", "a": "holds text (dtype \(code)), not numbers"
      case "M", "m": "holds dates or durations (dtype \(code))"
      default: "holds values of dtype \(quoted(code)), which is not read"
      }
    return MercerError(.unsupportedFormat, what, at: .init(file: source), remedy: remedy)
  }

  static func malformed(_ source: String, _ message: String) -> MercerError {
    MercerError(.malformedFile, message, at: .init(file: source))
  }

  /// The bytes of a version 1 header for little-endian numbers in C order, padded so that the
  /// numbers begin at a multiple of 64, as NumPy does.
  static func encoded(shape: [Int], type: String) -> [UInt8] {
    let extents = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    var text = "{'descr': '<\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
  }
}
