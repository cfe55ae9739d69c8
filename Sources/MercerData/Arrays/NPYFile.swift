public import MercerCore

/// Files of one NumPy array (`.npy`).
///
/// Read: format versions 1 to 3; bool, signed and unsigned integers of 1 to 8 bytes, floats of 2,
/// 4 and 8 bytes; both byte orders; C and Fortran order; any rank. Written: version 1,
/// little-endian, C order.
/// - Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
public enum NPYFile {
  /// Reads an array.
  ///
  /// - Complexity: one read of the file; C-order little-endian numbers are not copied again.
  /// - Throws: `.unreadableFile`; `.malformedFile` when it is not an NPY file, is cut off, or holds
  ///   more than one array; `.unsupportedFormat` for objects, text, records and complex numbers.
  public static func read(path: String) throws(MercerError) -> NumericArray {
    try decode(WholeFile.read(path)[...], source: path)
  }

  /// Reads an array from the bytes of an NPY file; `source` is its name in messages.
  ///
  /// - Throws: `.malformedFile` and `.unsupportedFormat`, as for a path.
  public static func decode(
    _ bytes: ArraySlice<UInt8>, source: String
  ) throws(MercerError) -> NumericArray {
    let (header, offset) = try NPYHeader.parse(bytes, source: source)
    let found = bytes.count - offset
    guard let expected = ArrayShape.byteCount(header.shape, header.type) else {
      throw NPYHeader.malformed(source, "has an impossible shape: \(header.shape)")
    }
    guard found >= expected else {
      throw NPYHeader.malformed(
        source, "is cut off: \(expected) bytes of numbers expected, \(found) found")
    }
    guard found == expected else {
      throw MercerError(
        .malformedFile, "holds \(found - expected) bytes more than its one array needs",
        at: .init(file: source), remedy: "save one array in a file, or use NPZ")
    }
    var data = bytes.dropFirst(offset)
    if header.isBigEndian && header.type.byteCount > 1 {
      var copy = Array(data)
      NumericDecoding.swapBytes(&copy, width: header.type.byteCount)
      data = copy[...]
    }
    if header.isFortranOrder && header.shape.count > 1 {
      let copy = data.withUnsafeBytes { source in
        NumericDecoding.rowMajor(source, shape: header.shape, width: header.type.byteCount)
      }
      data = copy[...]
    }
    return NumericArray(shape: header.shape, type: header.type, bytes: data)
  }

  /// Writes a matrix as an array of two axes in its own precision, replacing the file at once.
  ///
  /// - Throws: `.unwritableFile`.
  public static func write<Element: Scalar>(
    _ matrix: Matrix<Element>, to path: String
  ) throws(MercerError) {
    let code = Element.self == Float.self ? "f4" : "f8"
    let header = NPYHeader.encoded(shape: [matrix.rowCount, matrix.columnCount], type: code)
    try AtomicFile.write(to: path) { (writer) throws(MercerError) in
      try writer.write(header)
      try matrix.withUnsafeBufferPointer { (buffer) throws(MercerError) in
        try writer.write(UnsafeRawBufferPointer(buffer))
      }
    }
  }

  /// Writes an array, replacing the file at once.
  ///
  /// - Throws: `.unwritableFile`; `.unsupportedFormat` for bfloat16, which NumPy does not have, and
  ///   for thousands of axes.
  public static func write(_ array: NumericArray, to path: String) throws(MercerError) {
    let header = try header(of: array)
    try AtomicFile.write(to: path) { (writer) throws(MercerError) in
      try writer.write(header)
      try writer.write(array.bytes)
    }
  }

  private static func header(of array: NumericArray) throws(MercerError) -> [UInt8] {
    guard let code = array.type.numpyCode else {
      throw MercerError(
        .unsupportedFormat, "NPY has no type for \(array.type.rawValue) numbers",
        remedy: "convert them to float32 first")
    }
    // Version 1 has 16 bits for the length of the header; NumPy itself stops at 64 axes.
    guard array.rank <= 64 else {
      throw MercerError(.unsupportedFormat, "NPY arrays have at most 64 axes, not \(array.rank)")
    }
    return NPYHeader.encoded(shape: array.shape, type: code)
  }
}
