/// A dense matrix, row-major and contiguous, with value semantics (copy on write).
///
/// The first element is 64-byte aligned. Element access by `[row, column]` is for tests and for
/// small matrices: loops that matter take a span or a pointer to the whole.
public struct Matrix<Element: Scalar>: Sendable {
  /// The number of rows.
  public private(set) var rowCount: Int
  /// The number of columns, which is also the distance between rows.
  public private(set) var columnCount: Int
  private var storage: AlignedStorage<Element>

  /// The number of elements.
  public var count: Int { rowCount * columnCount }
  /// The size of the elements in bytes.
  public var byteCount: Int { count * MemoryLayout<Element>.stride }

  /// A matrix whose elements all have one value.
  ///
  /// - Precondition: the sizes are not negative.
  public init(rowCount: Int, columnCount: Int, repeating value: Element = 0) {
    self.init(uninitializedRowCount: rowCount, columnCount: columnCount)
    if value == 0 && value.sign == .plus {
      // Zero bytes are zeros, and clearing bytes needs no specialisation for the element.
      UnsafeMutableRawPointer(storage.base).initializeMemory(
        as: UInt8.self, repeating: 0, count: byteCount)
    } else {
      storage.base.initialize(repeating: value, count: count)
    }
  }

  /// A matrix whose elements are written by the closure, which must write all of them.
  public init<E: Error>(
    rowCount: Int, columnCount: Int,
    initializingWith body: (UnsafeMutableBufferPointer<Element>) throws(E) -> Void
  ) throws(E) {
    self.init(uninitializedRowCount: rowCount, columnCount: columnCount)
    try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  private init(uninitializedRowCount rowCount: Int, columnCount: Int) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix cannot have a negative size")
    self.rowCount = rowCount
    self.columnCount = columnCount
    storage = AlignedStorage(uninitializedCount: rowCount * columnCount)
  }

  /// A matrix from its elements in row-major order.
  ///
  /// - Precondition: there are `rowCount * columnCount` elements.
  public init(rowCount: Int, columnCount: Int, elements: [Element]) {
    precondition(elements.count == rowCount * columnCount, "element count does not match the size")
    self.init(rowCount: rowCount, columnCount: columnCount) { buffer in
      _ = buffer.initialize(from: elements)
    }
  }

  /// A matrix from its rows.
  ///
  /// - Precondition: the rows are equally long.
  public init(rows: [[Element]]) {
    self.init(
      rowCount: rows.count, columnCount: rows.first?.count ?? 0, elements: rows.flatMap { $0 })
  }

  /// A matrix of one column.
  public init(column: [Element]) {
    self.init(rowCount: column.count, columnCount: 1, elements: column)
  }

  /// The identity.
  public static func identity(_ n: Int) -> Matrix {
    var matrix = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n { matrix[i, i] = 1 }
    return matrix
  }

  /// One element. For tests and small matrices only: each write checks for uniqueness.
  public subscript(row: Int, column: Int) -> Element {
    get {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      return storage.base[row * columnCount + column]
    }
    set {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      makeUnique()
      storage.base[row * columnCount + column] = newValue
    }
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
  }

  /// Whether two matrices are the same block of memory (not merely equal).
  public func sharesStorage(with other: Matrix) -> Bool { storage === other.storage }
}

// MARK: - Whole-matrix access

extension Matrix {
  /// Calls the closure with all elements, row-major.
  public func withSpan<R, E: Error>(_ body: (Span<Element>) throws(E) -> R) throws(E) -> R {
    try body(UnsafeBufferPointer(start: storage.base, count: count).span)
  }

  /// Calls the closure with all elements for writing, row-major.
  public mutating func withMutableSpan<R, E: Error>(
    _ body: (inout MutableSpan<Element>) throws(E) -> R
  ) throws(E) -> R {
    makeUnique()
    var span = UnsafeMutableBufferPointer(start: storage.base, count: count).mutableSpan
    return try body(&span)
  }

  /// Calls the closure with a pointer to the elements, for BLAS and for tiles.
  public func withUnsafeBufferPointer<R, E: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeBufferPointer(start: storage.base, count: count))
  }

  /// Calls the closure with a mutable pointer to the elements, for BLAS and for tiles.
  public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws(E) -> R
  ) throws(E) -> R {
    makeUnique()
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  /// Calls the closure with the whole matrix as a tile that may be written, also from several
  /// threads as long as they write disjoint parts.
  public mutating func withTile<R, E: Error>(
    _ body: (Tile<Element>) throws(E) -> R
  ) throws(E) -> R {
    makeUnique()
    return try body(
      Tile(rows: 0..<rowCount, columns: 0..<columnCount, stride: columnCount, base: storage.base))
  }

  /// The elements in row-major order.
  public var elements: [Element] {
    Array(UnsafeBufferPointer(start: storage.base, count: count))
  }
}

// MARK: - Parts and shapes

extension Matrix {
  /// A copy of one row.
  public func row(_ index: Int) -> [Element] {
    precondition(index >= 0 && index < rowCount)
    return Array(
      UnsafeBufferPointer(start: storage.base + index * columnCount, count: columnCount))
  }

  /// A copy of one column.
  public func column(_ index: Int) -> [Element] {
    precondition(index >= 0 && index < columnCount)
    return (0..<rowCount).map { storage.base[$0 * columnCount + index] }
  }

  /// A copy of consecutive rows.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount)
    return Matrix(rowCount: range.count, columnCount: columnCount) { buffer in
      buffer.baseAddress?.update(
        from: storage.base + range.lowerBound * columnCount, count: range.count * columnCount)
    }
  }

  /// A copy of the rows with these numbers, in this order.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  public func rows(at indices: [Int]) -> Matrix {
    Matrix(rowCount: indices.count, columnCount: columnCount) { buffer in
      guard let base = buffer.baseAddress else { return }
      for (i, index) in indices.enumerated() {
        precondition(index >= 0 && index < rowCount)
        (base + i * columnCount).update(
          from: storage.base + index * columnCount, count: columnCount)
      }
    }
  }

  /// A copy of the columns with these numbers, in this order.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  public func columns(at indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < columnCount })
    return Matrix(rowCount: rowCount, columnCount: indices.count) { buffer in
      guard let base = buffer.baseAddress else { return }
      indices.withUnsafeBufferPointer { indices in
        for i in 0..<rowCount {
          let (source, target) = (storage.base + i * columnCount, base + i * indices.count)
          for j in 0..<indices.count { target[j] = source[indices[j]] }
        }
      }
    }
  }

  /// A copy of consecutive columns; the matrix itself when those are all.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  public func columns(in range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columnCount)
    guard range.count < columnCount else { return self }
    return Matrix(rowCount: rowCount, columnCount: range.count) { buffer in
      guard let base = buffer.baseAddress else { return }
      for i in 0..<rowCount {
        (base + i * range.count).update(
          from: storage.base + (i * columnCount + range.lowerBound), count: range.count)
      }
    }
  }

  /// The transpose, copied in blocks that fit the cache.
  public func transposed() -> Matrix {
    let block = 32
    return Matrix(rowCount: columnCount, columnCount: rowCount) { buffer in
      guard let base = buffer.baseAddress else { return }
      for i0 in stride(from: 0, to: rowCount, by: block) {
        for j0 in stride(from: 0, to: columnCount, by: block) {
          for i in i0..<min(i0 + block, rowCount) {
            for j in j0..<min(j0 + block, columnCount) {
              base[j * rowCount + i] = storage.base[i * columnCount + j]
            }
          }
        }
      }
    }
  }

  /// The same elements under another shape.
  ///
  /// - Precondition: the number of elements stays the same.
  public func reshaped(rowCount: Int, columnCount: Int) -> Matrix {
    precondition(rowCount * columnCount == count, "a reshape keeps the number of elements")
    var copy = self
    copy.rowCount = rowCount
    copy.columnCount = columnCount
    return copy
  }

  /// The diagonal of a square matrix.
  public var diagonal: [Element] {
    (0..<min(rowCount, columnCount)).map { storage.base[$0 * columnCount + $0] }
  }

  /// The same values in another precision, each rounded to nearest.
  public init<Other: Scalar>(converting other: Matrix<Other>) {
    self.init(rowCount: other.rowCount, columnCount: other.columnCount) { target in
      other.withUnsafeBufferPointer { source in
        Element.convert(from: source, to: target)
      }
    }
  }

  /// Whether every element is finite.
  public var isFinite: Bool {
    Element.allFinite(UnsafeBufferPointer(start: storage.base, count: count))
  }
}

extension Matrix: Equatable {
  /// Whether sizes and all elements are equal (so a NaN makes a matrix unequal to itself).
  public static func == (a: Matrix, b: Matrix) -> Bool {
    a.rowCount == b.rowCount && a.columnCount == b.columnCount && a.elements == b.elements
  }
}
