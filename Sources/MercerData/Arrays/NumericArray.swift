public import MercerCore

/// An array of numbers of any type and rank, as it is stored in a file.
///
/// The numbers stay as they were read, little-endian and row-major (C order), until a matrix of
/// `Float` or `Double` is asked for. Arrays read from one file share its memory.
public struct NumericArray: Sendable {
  /// The extent of each axis, outermost first; empty for a single number.
  public let shape: [Int]
  /// The type of the stored numbers.
  public let type: NumericType
  /// The numbers, little-endian and row-major: `count * type.byteCount` bytes.
  let bytes: ArraySlice<UInt8>

  /// How many numbers there are: the product of the shape.
  public var count: Int { shape.reduce(1, *) }
  /// The number of axes.
  public var rank: Int { shape.count }
  /// The size of the numbers in bytes.
  public var byteCount: Int { bytes.count }

  /// An array from stored bytes, whose number the caller has compared with the shape.
  init(shape: [Int], type: NumericType, bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == shape.reduce(1, *) * type.byteCount)
    self.shape = shape
    self.type = type
    self.bytes = bytes
  }

  /// A matrix as an array of two axes and of its own precision.
  public init<Element: Scalar>(_ matrix: Matrix<Element>) {
    let bytes = matrix.withUnsafeBufferPointer { buffer in
      Array(UnsafeRawBufferPointer(buffer))
    }
    self.init(
      shape: [matrix.rowCount, matrix.columnCount],
      type: Element.self == Float.self ? .float32 : .float64, bytes: bytes[...])
  }

  /// Numbers in Double under a shape; without one, an array of one axis.
  ///
  /// - Precondition: the shape has as many numbers.
  public init(_ values: [Double], shape: [Int]? = nil) {
    self.init(numbers: values, type: .float64, shape: shape)
  }

  /// Numbers in Float under a shape; without one, an array of one axis.
  ///
  /// - Precondition: the shape has as many numbers.
  public init(_ values: [Float], shape: [Int]? = nil) {
    self.init(numbers: values, type: .float32, shape: shape)
  }

  /// Whole numbers of 32 bits under a shape; without one, an array of one axis.
  ///
  /// - Precondition: the shape has as many numbers.
  public init(_ values: [Int32], shape: [Int]? = nil) {
    self.init(numbers: values, type: .int32, shape: shape)
  }

  /// Whole numbers of 64 bits under a shape; without one, an array of one axis.
  ///
  /// - Precondition: the shape has as many numbers.
  public init(_ values: [Int64], shape: [Int]? = nil) {
    self.init(numbers: values, type: .int64, shape: shape)
  }

  /// Bytes under a shape; without one, an array of one axis.
  ///
  /// - Precondition: the shape has as many numbers.
  public init(_ values: [UInt8], shape: [Int]? = nil) {
    self.init(numbers: values, type: .uint8, shape: shape)
  }

  private init<Number: BitwiseCopyable>(numbers: [Number], type: NumericType, shape: [Int]?) {
    // Every platform Swift runs on here is little-endian, so memory is the file's order.
    let bytes = numbers.withUnsafeBytes { Array($0) }
    self.init(shape: shape ?? [numbers.count], type: type, bytes: bytes[...])
  }
}

// MARK: - As Float or Double

extension NumericArray {
  /// All numbers in row-major order, each rounded to nearest.
  ///
  /// - Throws: `.invalidData` for a 64-bit integer beyond ±2⁵³, which Double cannot hold exactly.
  /// - Complexity: O(count), at the speed of memory.
  public func values<Element: Scalar>(as element: Element.Type) throws(MercerError) -> [Element] {
    try reshaped(rowCount: count, columnCount: 1, as: element).elements
  }

  /// A matrix: one axis becomes a column, two axes stay as they are, a single number is 1 × 1.
  ///
  /// Numbers are rounded to nearest; a Double beyond the range of `Float` becomes infinite.
  /// - Throws: `.shapeMismatch` for three or more axes (see `flattened`); `.invalidData` for a
  ///   64-bit integer beyond ±2⁵³, which Double cannot hold exactly.
  /// - Complexity: O(count), at the speed of memory.
  public func matrix<Element: Scalar>(
    as element: Element.Type
  ) throws(MercerError) -> Matrix<Element> {
    guard rank <= 2 else {
      throw MercerError(
        .shapeMismatch, "an array of shape \(shapeText) is not a matrix: it has \(rank) axes",
        remedy: "save it with two axes, one row for each input")
    }
    return try flattened(as: element)
  }

  /// A matrix with one row for each entry of the first axis and all other axes laid out along it,
  /// in row-major order: n × h × w × c images become n × (h · w · c).
  ///
  /// - Throws: `.invalidData` for a 64-bit integer beyond ±2⁵³.
  /// - Complexity: O(count), at the speed of memory.
  public func flattened<Element: Scalar>(
    as element: Element.Type
  ) throws(MercerError) -> Matrix<Element> {
    try reshaped(
      rowCount: shape.first ?? 1, columnCount: shape.dropFirst().reduce(1, *), as: element)
  }

  private func reshaped<Element: Scalar>(
    rowCount: Int, columnCount: Int, as element: Element.Type
  ) throws(MercerError) -> Matrix<Element> {
    var inexact: Int?
    let matrix = bytes.withUnsafeBytes { source in
      Matrix<Element>(rowCount: rowCount, columnCount: columnCount) { target in
        inexact = NumericDecoding.decode(type, from: source, to: target)
      }
    }
    if let inexact {
      throw MercerError(
        .invalidData,
        "number \(inexact + 1) of the array is a 64-bit integer beyond 2^53, "
          + "which a floating-point number cannot hold exactly",
        remedy: "scale it down, or save the array as floating point if the loss is acceptable")
    }
    return matrix
  }

  /// The shape as NumPy prints it: `(3, 4)`, `(5,)`, `()`.
  var shapeText: String {
    shape.count == 1
      ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}

extension NumericArray: Equatable {
  /// Whether shape, type and stored bytes are the same.
  public static func == (a: NumericArray, b: NumericArray) -> Bool {
    a.shape == b.shape && a.type == b.type && a.bytes == b.bytes
  }
}

/// Checks of shapes that come from files.
enum ArrayShape {
  /// The size in bytes of an array of this shape, or nil when it does not fit in an `Int`.
  ///
  /// Axes of extent 0 count as 1 in the check, so that any product of some of the axes fits too.
  static func byteCount(_ shape: [Int], _ type: NumericType) -> Int? {
    var bound = type.byteCount
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(extent, 1))
      if overflow { return nil }
      bound = product
    }
    return shape.contains(0) ? 0 : bound
  }
}
