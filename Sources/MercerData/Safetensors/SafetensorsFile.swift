public import MercerCore

/// A safetensors file: named arrays, and texts by key.
///
/// The layout is a length in 8 bytes, little-endian; a JSON object of that length, which says of
/// each tensor its type, shape and place; then the numbers. Types read and written: F64, F32, F16,
/// BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL.
/// - Source: the safetensors format, https://huggingface.co/docs/safetensors.
public struct SafetensorsFile: Sendable, Equatable {
  /// Texts by key.
  public var metadata: [String: String]
  /// Arrays by name. The name `__metadata__` is taken by the format.
  public var tensors: [String: NumericArray]

  /// Files with a longer header are refused, as the reference implementation does.
  static let largestHeader = 100_000_000

  /// A file from its parts.
  public init(metadata: [String: String] = [:], tensors: [String: NumericArray] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// Reads a file. Its tensors share one block of memory.
  ///
  /// - Complexity: one read of the file; numbers are not copied until they are asked for.
  /// - Throws: `.unreadableFile`; `.malformedFile` when the header is no valid one, or a tensor is
  ///   out of range, overlaps another, or does not have the size its shape says;
  ///   `.unsupportedFormat` for a type that is not listed above.
  public init(readingFrom path: String) throws(MercerError) {
    try self.init(bytes: WholeFile.read(path), source: path)
  }

  /// Reads a file from its bytes; `source` is its name in messages.
  ///
  /// - Throws: `.malformedFile` and `.unsupportedFormat`, as for a path.
  public init(bytes: [UInt8], source: String) throws(MercerError) {
    func malformed(_ message: String) -> MercerError {
      MercerError(.malformedFile, message, at: .init(file: source))
    }
    guard bytes.count >= 8 else {
      throw malformed("is not a safetensors file: \(bytes.count) bytes are too few")
    }
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Self.largestHeader) else {
      throw malformed("is not a safetensors file: it does not begin with the length of a header")
    }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw malformed(
        "is cut off inside its header: \(start) bytes expected, \(bytes.count) found")
    }
    let header = try SafetensorsHeader(json: bytes[8..<start], source: source)
    try header.validate(dataCount: bytes.count - start, source: source)
    metadata = header.metadata
    tensors = header.entries.mapValues { entry in
      NumericArray(
        shape: entry.shape, type: entry.type,
        bytes: bytes[(start + entry.offsets.lowerBound)..<(start + entry.offsets.upperBound)])
    }
  }

  /// The tensor of this name.
  ///
  /// - Throws: `.malformedFile` when there is none.
  public func tensor(named name: String) throws(MercerError) -> NumericArray {
    guard let tensor = tensors[name] else {
      throw MercerError(
        .malformedFile, "there is no tensor \(quoted(name)) in the file",
        remedy: tensors.isEmpty ? nil : "it holds \(listed(tensors.keys.sorted()))")
    }
    return tensor
  }

  /// Writes the file, replacing an old one at once.
  ///
  /// The same content gives the same bytes: metadata are sorted by key; tensors by the width of
  /// their type (widest first, so that every number lies at a multiple of its width), then by name.
  /// - Throws: `.unwritableFile`; `.invalidParameter` for a tensor named `__metadata__`.
  public func write(to path: String) throws(MercerError) {
    let (header, order) = try encodedHeader()
    try AtomicFile.write(to: path) { (writer) throws(MercerError) in
      try writer.write(header)
      for (_, tensor) in order { try writer.write(tensor.bytes) }
    }
  }

  /// The bytes that `write` writes.
  ///
  /// - Throws: `.invalidParameter` for a tensor named `__metadata__`, `.unsupportedFormat` for a
  ///   header that would be longer than 100 MB.
  public func encoded() throws(MercerError) -> [UInt8] {
    let (header, order) = try encodedHeader()
    var bytes = header
    for (_, tensor) in order { bytes.append(contentsOf: tensor.bytes) }
    return bytes
  }

  private func encodedHeader() throws(MercerError) -> ([UInt8], [(String, NumericArray)]) {
    guard tensors[SafetensorsHeader.metadataKey] == nil else {
      throw MercerError(.invalidParameter, "a tensor cannot be named __metadata__")
    }
    let order = tensors.map { ($0.key, $0.value) }.sorted { a, b in
      let (wide, narrow) = (a.1.type.byteCount, b.1.type.byteCount)
      return wide != narrow ? wide > narrow : isOrderedBefore(a.0, b.0)
    }
    var header = SafetensorsHeader.json(metadata: metadata, tensors: order)
    header.append(
      contentsOf: [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    guard header.count <= Self.largestHeader else {
      throw MercerError(
        .unsupportedFormat, "names and metadata of \(header.count) bytes do not fit in a header")
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return (length + header, order)
  }
}

/// Whether one text comes before another by Unicode scalar, whatever the locale.
func isOrderedBefore(_ a: String, _ b: String) -> Bool {
  a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
}
