public import MercerCore

/// The largest |aᵢ − bᵢ| over the largest |bᵢ|: an error relative to the whole of b.
///
/// Infinite when the counts differ or a value of either is not finite; when b is all zero, the
/// largest |aᵢ|.
public func maximumRelativeError<A: Scalar, B: Scalar>(_ a: [A], _ b: [B]) -> Double {
  guard a.count == b.count else { return .infinity }
  var (difference, scale) = (0.0, 0.0)
  for (a, b) in zip(a, b) {
    let (a, b) = (Double(a), Double(b))
    guard a.isFinite, b.isFinite else { return .infinity }
    difference = max(difference, abs(a - b))
    scale = max(scale, abs(b))
  }
  return scale > 0 ? difference / scale : difference
}

/// The largest |aᵢⱼ − bᵢⱼ| over the largest |bᵢⱼ|; infinite when the shapes differ.
public func maximumRelativeError<A: Scalar, B: Scalar>(_ a: Matrix<A>, _ b: Matrix<B>) -> Double {
  guard a.rowCount == b.rowCount, a.columnCount == b.columnCount else { return .infinity }
  return maximumRelativeError(a.elements, b.elements)
}
