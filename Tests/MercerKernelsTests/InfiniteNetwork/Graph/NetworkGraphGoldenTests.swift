import MercerCore
import MercerKernels
import Testing

@Suite("Networks of all activations and of branches against reference values")
struct NetworkGraphGoldenTests {
  @Test("Double meets 1e-11 relative of 60-digit values")
  func exact() throws {
    let golden = try NetworkGolden.golden("nt_fc_exact.json")
    #expect(golden.cases.count == 45)
    let largest = try golden.largestError(Double.self)
    #expect(largest.error <= 1e-11, "\(largest)")
  }

  /// Inputs rounded to 6e-8, then ten steps. Values of the tangent kernel may pass through zero as sums
  /// of parts many times as large, whose rounding remains: entries below a hundredth of
  /// √(k(x, x) k(z, z)) are measured by that.
  @Test("Float meets 1e-5 relative of them")
  func float() throws {
    let largest = try NetworkGolden.golden("nt_fc_exact.json").largestError(Float.self, floor: 0.01)
    #expect(largest.error <= 1e-5, "\(largest)")
  }

  /// At exactly parallel inputs the tangent kernel of its rectifiers has 5e-9 of rounding.
  @Test("Double meets 1e-10 of neural-tangents, but for its own rounding at parallel inputs")
  func neuralTangents() throws {
    let golden = try NetworkGolden.golden("nt_fc.json")
    let rectifiers = ["Relu_nobias", "Abs_nobias"]
    let largest = try golden.largestError(Double.self) { name in
      !rectifiers.contains { name.hasSuffix($0) }
    }
    #expect(largest.error <= 1e-10, "\(largest)")
    let rest = try golden.largestError(Double.self) { name in
      rectifiers.contains { name.hasSuffix($0) }
    }
    #expect(rest.error <= 1e-8, "\(rest)")
  }

  @Test("Residual blocks, layer normalisation, mixed activations, concatenation: 1e-10 and 1e-5")
  func blocks() throws {
    let golden = try NetworkGolden.golden("nt_blocks.json")
    #expect(golden.cases.count == 4)
    let largest = try golden.largestError(Double.self)
    #expect(largest.error <= 1e-10, "\(largest)")
    let single = try golden.largestError(Float.self, floor: 0.01)
    #expect(single.error <= 1e-5, "\(single)")
  }
}
