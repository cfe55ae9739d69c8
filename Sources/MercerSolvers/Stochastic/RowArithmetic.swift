import MercerCore

extension Matrix {
  /// `self[rows[i], :] += factor · part[i, :]`.
  mutating func addRows(_ part: Matrix, times factor: Double, at rows: [Int]) {
    precondition(part.rowCount == rows.count && part.columnCount == columnCount)
    let width = columnCount
    withUnsafeMutableBufferPointer { target in
      part.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        Element.addRows(source, width: width, times: Element(factor), to: target, at: rows)
      }
    }
  }

  /// self += factor · other.
  mutating func add(_ other: Matrix, times factor: Double) {
    precondition(rowCount == other.rowCount && columnCount == other.columnCount)
    withUnsafeMutableBufferPointer { target in
      other.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        Element.axpy(count: other.count, alpha: Element(factor), x: source, y: target)
      }
    }
  }

  /// Rows of this matrix with those of another below.
  func appendingRows(_ other: Matrix) -> Matrix {
    precondition(columnCount == other.columnCount)
    let first = count
    return Matrix(rowCount: rowCount + other.rowCount, columnCount: columnCount) { buffer in
      guard let base = buffer.baseAddress else { return }
      withUnsafeBufferPointer { source in
        if let source = source.baseAddress { base.update(from: source, count: first) }
      }
      other.withUnsafeBufferPointer { source in
        if let source = source.baseAddress {
          (base + first).update(from: source, count: other.count)
        }
      }
    }
  }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func addRows(
    _ source: UnsafePointer<Self>, width: Int, times factor: Self,
    to target: UnsafeMutablePointer<Self>, at rows: [Int]
  ) {
    for (i, row) in rows.enumerated() {
      for j in 0..<width { target[row * width + j] += factor * source[i * width + j] }
    }
  }
}

/// The largest ‖r‖ / ‖y‖ over columns, from squared norms.
func largestRatio(_ squares: [Double], to norms: [Double]) -> Double {
  var worst = 0.0
  for (square, norm) in zip(squares, norms) where norm > 0 {
    let ratio = (square / norm).squareRoot()
    if ratio.isNaN { return .nan }
    worst = max(worst, ratio)
  }
  return worst
}

/// The largest ‖y − (K + λ I) α‖ / ‖y‖ over columns, from the squared norms of the targets.
func relativeResidual<Element: Scalar>(
  of gram: some GramOperator<Element>, ridge: Double, at alpha: Matrix<Element>,
  targets: Matrix<Element>, norms: [Double], _ context: ExecutionContext
) throws(MercerError) -> Double {
  var rest = try gram.applied(to: alpha, context: context)
  rest.add(alpha, times: ridge)
  rest.add(targets, times: -1)
  return largestRatio(columnDots(rest, rest), to: norms)
}
