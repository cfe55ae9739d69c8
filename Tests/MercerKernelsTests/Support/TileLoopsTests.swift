import MercerCore
import Testing

/// The C loops that the kernels rest on, against one pair at a time, at sizes around their blocks
/// (4 rows; 1 and 4 vectors of up to 16 elements).
@Suite struct TileLoopsTests {
  private static let sizes = [(1, 1), (3, 5), (4, 16), (5, 67), (9, 130)]

  @Test(arguments: sizes)
  func pairsInDouble(rows: Int, columns: Int) { checkPairs(rows, columns, Double.self, 1e-13) }

  @Test(arguments: sizes)
  func pairsInFloat(rows: Int, columns: Int) { checkPairs(rows, columns, Float.self, 1e-5) }

  private func checkPairs<Element: Scalar>(
    _ rows: Int, _ columns: Int, _: Element.Type, _ tolerance: Double
  ) {
    let d = 3
    var numbers = TestNumbers(seed: 41)
    var (x, z) = (numbers.matrix(rows, d), numbers.matrix(columns, d))
    // Some equal coordinates, where slopes and differences have their special case.
    for k in 0..<d {
      x[0, k] = 0.25
      z[columns - 1, k] = k == 1 ? 0.5 : 0.25
    }
    let w = Matrix<Element>(converting: numbers.matrix(rows, columns))
    let (xs, panel) = (
      Matrix<Element>(converting: x), Matrix<Element>(converting: z).transposed()
    )
    let loops = Element.loops
    func difference(_ i: Int, _ j: Int, _ k: Int) -> Double {
      Double(xs[i, k]) - Double(panel[k, j])
    }
    func near(_ value: Element, _ expected: Double) -> Bool {
      abs(Double(value) - expected) <= tolerance * max(1, abs(expected))
    }
    let cases: [(TileLoops<Element>.Pairs, Element, (Double) -> Double)] = [
      (loops.pairsSquared, 2, { $0 * $0 }), (loops.pairsAbsolute, 1, { abs($0) }),
      (loops.pairsPower, 1.5, { power(abs($0), 1.5) }), (loops.pairsPower, 2, { $0 * $0 }),
      (loops.pairsPower, 0.6, { power(abs($0), 0.6000000238418579) }),
      (loops.pairsDiffering, 0, { $0 == 0 ? 0 : 1 }),
    ]
    for (pairs, q, term) in cases {
      var out = Matrix<Element>(rowCount: rows, columnCount: columns + 1, repeating: 7)
      out.withTile { out in
        xs.withUnsafeBufferPointer { x in
          panel.withUnsafeBufferPointer { z in
            guard let x = x.baseAddress, let z = z.baseAddress else { return }
            pairs(rows, columns, d, q, x, d, z, columns, out.base, columns + 1)
          }
        }
      }
      let ok = (0..<rows).allSatisfy { i in
        (0..<columns).allSatisfy { j in
          let expected = (0..<d).map { term(difference(i, j, $0)) }.reduce(0, +)
          // The power 0.6 is not the same number in both precisions: 5e-9 apart.
          return abs(Double(out[i, j]) - expected) <= max(tolerance, q == 0.6 ? 1e-6 : 0) * 3
        } && out[i, columns] == 7
      }
      #expect(ok, "pairs with q = \(q)")
    }
    for q in [Element(1), 1.5, 2] {
      var gradient = Matrix<Element>(rowCount: rows, columnCount: d, repeating: 1)
      var total = [Double](repeating: 1, count: d)
      gradient.withTile { gradient in
        xs.withUnsafeBufferPointer { x in
          panel.withUnsafeBufferPointer { z in
            w.withUnsafeBufferPointer { w in
              guard let x = x.baseAddress, let z = z.baseAddress, let w = w.baseAddress else {
                return
              }
              loops.pairsPowerGradient(
                rows, columns, d, q, x, d, z, columns, w, columns, gradient.base, d)
              loops.pairsPowerMoment(rows, columns, d, q, x, d, z, columns, w, columns, &total)
            }
          }
        }
      }
      for k in 0..<d {
        var moment = 1.0
        for i in 0..<rows {
          var slope = 1.0
          for j in 0..<columns {
            let delta = difference(i, j, k)
            let size = power(abs(delta), Double(q) - 1)
            slope += Double(w[i, j]) * (delta == 0 ? 0 : delta > 0 ? size : -size)
            moment += Double(w[i, j]) * power(abs(delta), Double(q))
          }
          // Sums of up to 130 terms of size 1.
          #expect(abs(Double(gradient[i, k]) - slope) <= 30 * tolerance, "gradient, q = \(q)")
        }
        #expect(abs(total[k] - moment) <= 100 * tolerance, "moment, q = \(q)")
      }
    }
  }

  @Test func rationalKeepsItsDigitsForLargeExponents() {
    // (1 + s/α)^−α tends to exp(−s); with log(1 + x) taken naively Float would be off by 10 %.
    for alpha in [1e3, 1e6, 1e12] {
      for s in [0, 1e-6, 0.1, 1, 20.0] {
        var float: [Float] = [Float(s)]
        Float.loops.rational(1, &float, 1, Float(1 / alpha), Float(alpha))
        var double = [s]
        Double.loops.rational(1, &double, 1, 1 / alpha, alpha)
        let expected = exponential(-alpha * logarithm(onePlus: s / alpha))
        // The exponent, up to 20, is rounded a few times.
        #expect(abs(double[0] - expected) <= 2e-14 * expected)
        #expect(abs(Double(float[0]) - expected) <= 5e-6 * expected)
      }
    }
    for s in [0, 1e-12, 1e-5, 0.3, 3, 1e9, Double.infinity] {
      var values = [s]
      Double.loops.logOnePlus(1, &values, 1, 1)
      let expected = logarithm(onePlus: s)
      #expect(s.isInfinite ? values[0] == s : abs(values[0] - expected) <= 1e-14 * abs(expected))
    }
  }
}
