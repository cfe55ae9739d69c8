/// The last steps s and changes of the gradient y, from which the inverse Hessian is approximated.
struct CurvatureHistory {
  private var pairs: [(step: [Double], change: [Double])] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func removeAll() { pairs.removeAll() }

  /// Remembers a step, unless the curvature along it is not positive beyond rounding.
  mutating func append(step: [Double], change: [Double]) {
    guard dot(step, change) > Double.ulpOfOne * dot(change, change) else { return }
    if pairs.count == limit { pairs.removeFirst() }
    pairs.append((step, change))
  }

  /// −H g over the free variables, with H the approximate inverse Hessian; 0 for the others.
  /// (Nocedal and Wright 2006, algorithm 7.4, and eq. 7.20 for the scale.)
  func direction(for gradient: [Double], free: [Bool]) -> [Double] {
    func masked(_ v: [Double]) -> [Double] { v.indices.map { free[$0] ? v[$0] : 0 } }
    var q = masked(gradient)
    let usable = pairs.compactMap { pair -> (s: [Double], y: [Double], rho: Double)? in
      let (s, y) = (masked(pair.step), masked(pair.change))
      let product = dot(s, y)
      return product > Double.ulpOfOne * dot(y, y) ? (s, y, 1 / product) : nil
    }
    var coefficients: [Double] = []
    for pair in usable.reversed() {
      let a = pair.rho * dot(pair.s, q)
      coefficients.append(a)
      add(-a, pair.y, to: &q)
    }
    if let last = usable.last {
      let scale = 1 / (last.rho * dot(last.y, last.y))
      for i in q.indices { q[i] *= scale }
    }
    for (pair, a) in zip(usable, coefficients.reversed()) {
      add(a - pair.rho * dot(pair.y, q), pair.s, to: &q)
    }
    return q.map { -$0 }
  }
}

// MARK: - Vectors short enough for plain loops

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var total = 0.0
  for i in a.indices { total += a[i] * b[i] }
  return total
}

func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

func subtract(_ a: [Double], _ b: [Double]) -> [Double] { a.indices.map { a[$0] - b[$0] } }

func add(_ factor: Double, _ x: [Double], to y: inout [Double]) {
  for i in y.indices { y[i] += factor * x[i] }
}
