import MercerCore
import MercerKernels
import Testing

@Suite("Networks against 60-digit values")
struct NetworkGoldenTests {
  @Test("Double meets 1e-12 relative: rounding of d + 10 steps, and of the file's values")
  func double() throws { try check(Double.self, tolerance: 1e-12) }

  @Test("Float meets 1e-5 relative: inputs rounded to 6e-8, then ten steps")
  func float() throws {
    try check(Float.self, tolerance: 1e-5) { $0.hasPrefix("fc_Relu") }
  }

  /// Values of the tangent kernel may pass through zero as sums of parts a hundred times as large,
  /// whose rounding remains: entries below a hundredth of √(k(x, x) k(z, z)) are measured by that.
  @Test("Float meets 1e-5 for other slopes, but for entries that cancel")
  func floatSlopes() throws {
    try check(Float.self, tolerance: 1e-5, floor: 0.01) { !$0.hasPrefix("fc_Relu") }
  }

  private func check<E: Scalar>(
    _: E.Type, tolerance: Double, floor: Double = 0,
    where isWanted: (String) -> Bool = { _ in true }
  ) throws {
    let golden = try NetworkGolden.golden("nt_fc_exact.json").filtered { name in
      ["Relu", "LeakyRelu", "Abs", "ABRelu"].contains { name.hasPrefix("fc_\($0)_") }
    }
    #expect(golden.cases.count == 20)
    let largest = try golden.largestError(E.self, floor: floor, where: isWanted)
    let train = Points(rows: golden.x1.map { $0.map { E($0) } })
    for item in golden.cases where isWanted(item.name) {
      let network = try Network(item.spec.made())
      for kind in NetworkKernel<E>.Kind.allCases {
        let diagonal = try NetworkKernel<E>(kind, network).diagonal(of: train)
        for i in 0..<train.count {
          let expected =
            kind == .nngp ? item.train_train.nngp[i][i] : item.train_train.ntk[i][i]
          #expect(abs(Double(diagonal[i]) - expected) <= tolerance * expected)
        }
      }
    }
    #expect(largest.error <= tolerance, "\(largest.place)")
  }
}
