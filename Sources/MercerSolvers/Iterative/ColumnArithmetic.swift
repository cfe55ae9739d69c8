import MercerCore

// Arithmetic on the columns of row-major n × k blocks, each column with a factor of its own. Sums
// are taken in Double, over rows in order, so they do not depend on threads. The two blocks may
// have different precisions: what accumulates is Double, what is multiplied by K its element type.

/// The inner product of each column of a with the same column of b.
@specialized(where A == Double, B == Double)
@specialized(where A == Double, B == Float)
@specialized(where A == Float, B == Float)
func columnDots<A: Scalar, B: Scalar>(_ a: Matrix<A>, _ b: Matrix<B>) -> [Double] {
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

/// y ← y diag(own) + x diag(factors), where an absent factor is 1.
@specialized(where A == Double, B == Double)
@specialized(where A == Double, B == Float)
@specialized(where A == Float, B == Float)
func combineColumns<A: Scalar, B: Scalar>(
  _ y: inout Matrix<A>, scaledBy own: [Double]? = nil, adding x: Matrix<B>,
  times factors: [Double]? = nil
) {
  let (n, k) = (x.rowCount, x.columnCount)
  let own = own ?? [Double](repeating: 1, count: k)
  let factors = factors ?? [Double](repeating: 1, count: k)
  y.withUnsafeMutableBufferPointer { y in
    x.withUnsafeBufferPointer { x in
      for i in 0..<n {
        for c in 0..<k {
          let place = i * k + c
          y[place] = A(own[c] * Double(y[place]) + factors[c] * Double(x[place]))
        }
      }
    }
  }
}
