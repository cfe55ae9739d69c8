import RealModule

extension Scalar {
  /// Adds to each total the sum of squares of one column of a packed matrix, in Double.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func addSquaredColumns(
    of x: UnsafePointer<Self>, rowCount: Int, columnCount: Int,
    to totals: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<rowCount {
      let row = x + i * columnCount
      for j in 0..<columnCount {
        totals[j] = Relaxed.multiplyAdd(Double(row[j]), Double(row[j]), totals[j])
      }
    }
  }
}

extension Scalar {
  /// The largest |xᵢ|; 0 of nothing.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  public static func largestMagnitude(_ x: UnsafeBufferPointer<Self>) -> Self {
    var largest: Self = 0
    for value in x where value.magnitude > largest { largest = value.magnitude }
    return largest
  }
}

extension Scalar {
  /// Writes the columns of a row-major matrix as rows of `stride` elements, padded with zeros.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func packTransposed(
    _ source: UnsafePointer<Self>, rowCount: Int, columnCount: Int, stride: Int,
    into target: UnsafeMutablePointer<Self>
  ) {
    for c in 0..<columnCount {
      let row = target + c * stride
      for i in 0..<rowCount { row[i] = source[i * columnCount + c] }
      for i in rowCount..<max(stride, rowCount) { row[i] = 0 }
    }
  }
}
