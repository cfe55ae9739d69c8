import MercerCore

// Arithmetic on the columns of row-major n × k blocks, each column with a factor of its own. Sums
// are taken in Double, over rows in order, so they do not depend on threads.

/// The inner product of each column of a with the same column of b.
@specialized(where Element == Double)
@specialized(where Element == Float)
func columnDots<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> [Double] {
  let (n, k) = (a.rowCount, a.columnCount)
  var totals = [Double](repeating: 0, count: k)
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      for i in 0..<n {
        for c in 0..<k { totals[c] += Double(a[i * k + c]) * Double(b[i * k + c]) }
      }
    }
  }
  return totals
}

/// y ← y + x diag(factors).
@specialized(where Element == Double)
@specialized(where Element == Float)
func addScaledColumns<Element: Scalar>(
  _ factors: [Double], _ x: Matrix<Element>, to y: inout Matrix<Element>
) {
  let (n, k) = (x.rowCount, x.columnCount)
  let factors = factors.map { Element($0) }
  y.withUnsafeMutableBufferPointer { y in
    x.withUnsafeBufferPointer { x in
      for i in 0..<n {
        for c in 0..<k { y[i * k + c] += factors[c] * x[i * k + c] }
      }
    }
  }
}

/// y ← x + y diag(factors).
@specialized(where Element == Double)
@specialized(where Element == Float)
func scaleColumns<Element: Scalar>(
  _ factors: [Double], adding x: Matrix<Element>, _ y: inout Matrix<Element>
) {
  let (n, k) = (x.rowCount, x.columnCount)
  let factors = factors.map { Element($0) }
  y.withUnsafeMutableBufferPointer { y in
    x.withUnsafeBufferPointer { x in
      for i in 0..<n {
        for c in 0..<k { y[i * k + c] = x[i * k + c] + factors[c] * y[i * k + c] }
      }
    }
  }
}
