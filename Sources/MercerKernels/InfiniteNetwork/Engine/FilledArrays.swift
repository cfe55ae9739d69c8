import MercerCore

// Where a loop over elements would run unspecialised.

extension UnsafeMutablePointer where Pointee: Scalar {
  /// Writes one value to `count` elements.
  func fill(_ value: Pointee, count: Int) { Pointee.fill(self, value, count: count) }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func fill(
    _ elements: UnsafeMutablePointer<Self>, _ value: Self, count: Int
  ) {
    for i in 0..<count { elements[i] = value }
  }
}
