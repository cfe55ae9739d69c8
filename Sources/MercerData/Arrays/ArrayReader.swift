public import MercerCore

/// Reads an array from a file of any of the array formats, told apart by their first bytes.
public enum ArrayReader {
  /// The formats of array files.
  public enum Format: String, Sendable, CaseIterable {
    /// One NumPy array.
    case npy
    /// A zip archive of NumPy arrays.
    case npz
    /// Named tensors and metadata.
    case safetensors
  }

  /// Reads an array: the only one of the file, or the one of this name in an NPZ or safetensors
  /// file.
  ///
  /// - Throws: `.unreadableFile`, `.malformedFile` and `.unsupportedFormat` as the formats do;
  ///   `.unsupportedFormat` when the file is of none of them; `.invalidParameter` when it holds
  ///   several arrays and no name is given, or none of this name.
  public static func read(
    path: String, name: String? = nil
  ) throws(MercerError) -> NumericArray {
    // Of an archive only the one array is read; but a pipe can be read once only.
    guard WholeFile.isPlain(path), try format(path: path) == .npz else {
      return try read(bytes: WholeFile.read(path), source: path, name: name)
    }
    let file = try NPZFile(path: path)
    return try file.array(named: choose(name, among: file.names, path: path))
  }

  /// Reads an array from the bytes of a file, as from a path; `source` is its name in messages.
  ///
  /// - Throws: `.malformedFile`, `.unsupportedFormat` and `.invalidParameter`, as for a path.
  public static func read(
    bytes: [UInt8], source: String, name: String? = nil
  ) throws(MercerError) -> NumericArray {
    switch format(of: bytes.prefix(9)) {
    case .npy:
      guard name == nil else {
        throw MercerError(
          .invalidParameter, "an NPY file holds one array without a name", at: .init(file: source))
      }
      return try NPYFile.decode(bytes[...], source: source)
    case .npz:
      let file = try NPZFile(bytes: bytes, source: source)
      return try file.array(named: choose(name, among: file.names, path: source))
    case .safetensors:
      let file = try SafetensorsFile(bytes: bytes, source: source)
      return try file.tensor(named: choose(name, among: file.tensors.keys.sorted(), path: source))
    case nil:
      throw MercerError(
        .unsupportedFormat, "is not an array file", at: .init(file: source),
        remedy: "NPY, NPZ and safetensors are read")
    }
  }

  /// The format of a file by its first bytes, or nil when it is none of them.
  ///
  /// - Throws: `.unreadableFile`.
  public static func format(path: String) throws(MercerError) -> Format? {
    format(of: try WholeFile.read(path, limit: 9)[...])
  }

  private static func format(of start: ArraySlice<UInt8>) -> Format? {
    if start.starts(with: NPYHeader.magic) { return .npy }
    if start.starts(with: [0x50, 0x4b, 3, 4]) || start.starts(with: [0x50, 0x4b, 5, 6]) {
      return .npz
    }
    // A safetensors file has no signature, only a length of 8 bytes before a JSON object.
    return start.count == 9 && start.last == UInt8(ascii: "{") ? .safetensors : nil
  }

  private static func choose(
    _ name: String?, among names: [String], path: String
  ) throws(MercerError) -> String {
    if let name { return name }
    guard let only = names.first, names.count == 1 else {
      throw MercerError(
        .invalidParameter,
        names.isEmpty ? "holds no arrays" : "holds \(names.count) arrays: \(listed(names))",
        at: .init(file: path), remedy: names.isEmpty ? nil : "say which one to read")
    }
    return only
  }
}
