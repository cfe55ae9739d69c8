import RealModule

/// The rule of Gauss and Hermite for expectations under the standard normal distribution: exact for
/// polynomials of degree below twice the number of nodes.
///
/// - Source: Golub and Welsch 1969, Calculation of Gauss quadrature rules; the eigenvalues of the Jacobi
///   matrix by bisection, the weights from the orthonormal polynomials there.
struct GaussHermite: Sendable {
  let nodes: [Double]
  let weights: [Double]

  init(count: Int) {
    let largest = 2 * Double(count).squareRoot()
    nodes = (0..<count).map { index in
      var (low, high) = (-largest, largest)
      for _ in 0..<80 {
        let middle = (low + high) / 2
        if Self.eigenvaluesBelow(middle, count) > index { high = middle } else { low = middle }
      }
      return (low + high) / 2
    }
    weights = nodes.map { node in
      1 / Self.polynomials(at: node, count).reduce(0) { $0 + $1 * $1 }
    }
  }

  /// How many eigenvalues of the Jacobi matrix (off-diagonal √i) are below x, by Sturm's sequence.
  private static func eigenvaluesBelow(_ x: Double, _ count: Int) -> Int {
    var (pivot, below) = (-x, -x < 0 ? 1 : 0)
    for i in 1..<max(count, 1) {
      if pivot == 0 { pivot = .leastNormalMagnitude }
      pivot = -x - Double(i) / pivot
      if pivot < 0 { below += 1 }
    }
    return below
  }

  /// The orthonormal Hermite polynomials of degrees 0 ..< count at x.
  static func polynomials(at x: Double, _ count: Int) -> [Double] {
    var values = [1.0, x]
    for n in 1..<max(count - 1, 1) {
      let (order, next) = (Double(n).squareRoot(), Double(n + 1).squareRoot())
      values.append((x * values[n] - order * values[n - 1]) / next)
    }
    return Array(values.prefix(count))
  }
}
