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
