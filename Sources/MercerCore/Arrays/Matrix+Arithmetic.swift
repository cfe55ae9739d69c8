extension Matrix {
  /// Multiplies each row by a factor of its own.
  ///
  /// - Precondition: there is one factor a row.
  package mutating func scaleRows(by factors: [Element]) {
    precondition(factors.count == rowCount)
    let width = columnCount
    withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for (i, factor) in factors.enumerated() {
        Element.loops.affine(width, base + i * width, factor, 0)
      }
    }
  }

  /// Each row times a factor of its own.
  package func scalingRows(by factors: [Element]) -> Matrix {
    var copy = self
    copy.scaleRows(by: factors)
    return copy
  }

  /// Every element times one factor.
  package func scaled(by factor: Element) -> Matrix {
    var copy = self
    copy.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Element.loops.affine(buffer.count, base, factor, 0)
    }
    return copy
  }

  /// Each row less the same values; all of it when there are none.
  package func subtractingFromRows(_ values: [Element]) -> Matrix {
    if values.isEmpty { return self }
    precondition(values.count == columnCount)
    var copy = self
    let (count, width) = (rowCount, columnCount)
    let negated = values.map { -$0 }
    copy.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for i in 0..<count { Element.loops.add(width, base + i * width, negated) }
    }
    return copy
  }

  /// The difference of two matrices of one shape.
  package func subtracting(_ other: Matrix) -> Matrix { adding(other, times: -1) }

  /// The sum of two matrices of one shape, the second multiplied.
  package func adding(_ other: Matrix, times factor: Element = 1) -> Matrix {
    precondition(rowCount == other.rowCount && columnCount == other.columnCount)
    var result = self
    result.withUnsafeMutableBufferPointer { buffer in
      other.withUnsafeBufferPointer { other in
        guard let base = buffer.baseAddress, let source = other.baseAddress else { return }
        Element.axpy(count: buffer.count, alpha: factor, x: source, y: base)
      }
    }
    return result
  }
}
