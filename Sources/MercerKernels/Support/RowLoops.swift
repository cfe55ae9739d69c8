import MercerCore

// The few loops over coordinates that are not tile loops: once a point, not once a pair. Marked for
// both element types so that none runs unspecialised.

extension Matrix {
  /// Calls the body with a pointer to the first element.
  func withBase(_ body: (UnsafePointer<Element>) -> Void) {
    withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { body(base) }
    }
  }

  /// (x − center) ∘ scales for each row x; what is absent does nothing.
  func shiftedAndScaled(center: [Element]?, scales: [Element]?) -> Matrix {
    let d = columnCount
    return Matrix(rowCount: rowCount, columnCount: d) { target in
      guard let target = target.baseAddress, d > 0 else { return }
      withBase { source in
        Element.shiftAndScale(
          rows: rowCount, d, source, into: target,
          center: center ?? [Element](repeating: 0, count: d),
          scales: scales ?? [Element](repeating: 1, count: d))
      }
    }
  }

  /// The mean of each column, summed in Double; zeros when there are no rows.
  func columnMeans() -> [Element] {
    var sums = [Double](repeating: 0, count: columnCount)
    withBase { Element.addColumns(rows: rowCount, columnCount, $0, to: &sums) }
    return sums.map { Element(rowCount == 0 ? 0 : $0 / Double(rowCount)) }
  }

  /// ‖x‖² for each row x, summed in Double.
  func squaredRowNorms() -> [Element] {
    var norms = [Element](repeating: 0, count: rowCount)
    withBase { base in
      for i in 0..<rowCount {
        let row = UnsafeBufferPointer(start: base + i * columnCount, count: columnCount)
        norms[i] = Element(Element.dot(row, row))
      }
    }
    return norms
  }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func shiftAndScale(
    rows: Int, _ d: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    center: [Self], scales: [Self]
  ) {
    // Pointers, as the check of an index would keep the loop from being vectorised.
    center.withUnsafeBufferPointer { center in
      scales.withUnsafeBufferPointer { scales in
        guard let center = center.baseAddress, let scales = scales.baseAddress else { return }
        for i in 0..<rows {
          let (source, target) = (x + i * d, y + i * d)
          for k in 0..<d { target[k] = (source[k] - center[k]) * scales[k] }
        }
      }
    }
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func addColumns(
    rows: Int, _ d: Int, _ x: UnsafePointer<Self>, to sums: inout [Double]
  ) {
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      for i in 0..<rows {
        let row = x + i * d
        for k in 0..<d { sums[k] += Double(row[k]) }
      }
    }
  }

  /// `sums[k] += weight x[k] y[k]`, in Double.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func addProducts(
    _ d: Int, weight: Double, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>,
    to sums: inout [Double]
  ) {
    for k in 0..<d { sums[k] += weight * Double(x[k]) * Double(y[k]) }
  }

  /// `y[j] ← 0` wherever `s[j]` is 0.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func clear(_ count: Int, _ y: UnsafeMutablePointer<Self>, whereZero s: UnsafePointer<Self>)
  {
    for j in 0..<count where s[j] == 0 { y[j] = 0 }
  }
}
