import Foundation
import MercerCore
import MercerKernels
import Testing

private func sequences(_ count: Int, _ dimension: Int, seed: UInt64 = 5) -> [[Double]] {
  var random = RandomStream(seed: seed, purpose: "sequences")
  return (0..<count).map { _ in (0..<dimension).map { _ in random.normal() } }
}

private func tangentGram(
  _ network: String, _ rows: [[Double]], _ columns: [[Double]]? = nil
) throws -> Matrix<Double> { try gram("ntk(\(network))", rows, columns) }

@Suite("Attention that sees positions")
struct AttentionPositionTests {
  /// neural-tangents takes the angle of equal inputs from a rounded cosine, which leaves up to 5e-9 in
  /// its ntk; ours are exact there.
  @Test("neural-tangents, Double: 1e-10 relative, and 5e-9 for the ntk of an input with itself")
  func golden() throws {
    let golden = try TextGolden.golden("network_positions.json")
    #expect(golden.groups.map(\.cases.count) == [24, 3])
    try golden.check(Double.self, tolerance: 1e-10, ownTolerance: 5e-9)
  }

  @Test("neural-tangents, Float: 2e-5 relative to the entry or a tenth of the largest")
  func goldenInFloat() throws {
    try TextGolden.golden("network_positions.json")
      .check(Float.self, tolerance: 2e-5, ownTolerance: 2e-5, floor: 0.1)
  }

  private static let mechanisms = ["softmax", "relu", "abs", "linear", "gaussianScores"]

  private static func network(_ arguments: String) -> String {
    "sequence(6, channels: 2) > dense > relu > attention(\(arguments)) > relu > "
      + "globalAveragePool > dense"
  }

  @Test("The order of positions counts with terms of positions, and not without")
  func order() throws {
    let rows = sequences(3, 12)
    let order = [3, 0, 5, 1, 4, 2]
    let moved = rows.map { row in order.flatMap { [row[2 * $0], row[2 * $0 + 1]] } }
    for mechanism in Self.mechanisms {
      let plain = Self.network("mechanism: \(mechanism)")
      let near = Self.network(
        "mechanism: \(mechanism), positions: sum, decay: exponential, decayLength: 4")
      let apart = Self.network("mechanism: \(mechanism), positions: sum, positionsIn: all")
      func expectEqual(_ a: Matrix<Double>, _ b: Matrix<Double>) {
        for i in 0..<3 {
          for j in 0..<3 where i != j {
            // The same sums in another order.
            #expect(abs(a[i, j] - b[i, j]) <= 1e-12 * abs(a[i, j]), "\(mechanism)")
          }
        }
      }
      func expectDifferent(_ a: Matrix<Double>, _ b: Matrix<Double>) {
        // Softmax of small scores looks everywhere nearly alike.
        #expect(abs(a[0, 1] - b[0, 1]) > 1e-7 * abs(a[0, 1]), "\(mechanism)")
      }
      let together = moved.map { $0 }
      expectEqual(try tangentGram(plain, rows), try tangentGram(plain, rows, moved))
      expectDifferent(try tangentGram(near, rows), try tangentGram(near, rows, moved))
      // Vectors of positions that have nothing in common know which is which, but no distances.
      expectDifferent(try tangentGram(apart, rows), try tangentGram(apart, rows, moved))
      expectEqual(try tangentGram(apart, rows), try tangentGram(apart, moved, together))
      expectDifferent(try tangentGram(near, rows), try tangentGram(near, moved, together))
    }
  }

  @Test("Without variance of positions nothing changes; a wide input drowns those beside it")
  func limits() throws {
    let rows = sequences(3, 12)
    for mechanism in Self.mechanisms {
      let plain = try tangentGram(Self.network("mechanism: \(mechanism)"), rows)
      for extent in ["scores", "all"] {
        let none = try tangentGram(
          Self.network(
            "mechanism: \(mechanism), positions: sum, positionVariance: 0, positionsIn: \(extent)"),
          rows)
        let drowned = try tangentGram(
          Self.network(
            "mechanism: \(mechanism), positions: concatenate, positionWidth: 1e-9, "
              + "positionsIn: \(extent)"), rows)
        for i in 0..<3 {
          for j in 0..<3 {
            #expect(abs(none[i, j] - plain[i, j]) <= 1e-13 * abs(plain[i, j]))
            #expect(abs(drowned[i, j] - plain[i, j]) <= 1e-6 * abs(plain[i, j]))
          }
        }
      }
      // Beside as many channels, k̂ is half of that of a sum.
      let sum = try tangentGram(
        Self.network(
          "mechanism: \(mechanism), positions: sum, queryVariance: 0.25, valueVariance: 0.5, "
            + "positionsIn: all"), rows)
      let beside = try tangentGram(
        Self.network("mechanism: \(mechanism), positions: concatenate, positionsIn: all"), rows)
      for i in 0..<3 {
        for j in 0..<3 { #expect(abs(sum[i, j] - beside[i, j]) <= 1e-12 * abs(sum[i, j])) }
      }
    }
  }

  @Test("Gram matrices are positive semi-definite")
  func positive() throws {
    let rows = sequences(8, 12)
    for mechanism in Self.mechanisms {
      let values = try SymmetricEigen.values(
        of: tangentGram(
          Self.network(
            "mechanism: \(mechanism), positions: concatenate, decay: rational, decayLength: 2"),
          rows))
      #expect(values[0] > -1e-12 * values[7])
    }
  }

  @Test("A function of the distance is one of Swift; one that makes no covariances is refused")
  func functions() throws {
    let rows = Points(rows: sequences(2, 12))
    func kernel(_ decay: PositionDecay) throws -> Matrix<Double> {
      let attention = try AttentionLayer(
        .relu, positions: PositionTerms(.sum, variance: 0.5, decay: decay))
      let network = try Network([
        InputShapeLayer(.sequence(length: 6, channels: 2)), DenseLayer(), RectifierLayer.relu,
        attention, ReadoutLayer(.flatten),
      ])
      return try NetworkKernel<Double>(.ntk, network).matrix(rows: rows, columns: rows)
    }
    let named = try kernel(.exponential(length: 2, power: 1))
    let own = try kernel(.function("halving", power: 1) { exp(-$0 / 2) })
    for i in 0..<2 {
      for j in 0..<2 { #expect(abs(named[i, j] - own[i, j]) <= 1e-13 * abs(named[i, j])) }
    }
    do {
      _ = try kernel(.function("far", power: 1) { $0 })
      Issue.record("distances are no covariances")
    } catch let error as MercerError {
      #expect(error.message.contains("layer 4, attention"), "\(error.message)")
      #expect(error.message.contains("positive semi-definite"), "\(error.message)")
    }
  }

  @Test(
    "What cannot be is refused",
    arguments: [
      ("positions: sum, positionWidth: 2", "positionWidth is of positions beside the units"),
      ("positions: sum, positionVariance: -1", "positionVariance of attention"),
      ("positions: sum, decay: exponential, decayLength: 0", "decayLength of attention"),
      ("positions: sum, decay: rational, distancePower: 3", "distancePower of attention"),
      ("positions: concatenate, positionWidth: 0", "positionWidth of attention"),
    ])
  func refused(_ arguments: String, _ message: String) throws {
    let error = #expect(throws: MercerError.self) {
      try tangentGram(Self.network(arguments), sequences(2, 12))
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("The text form parses back to an equal kernel")
  func texts() throws {
    for arguments in [
      "mechanism: abs, positions: sum, positionVariance: 0.5",
      "mechanism: linear, keyVariance: 2, positions: concatenate, positionWidth: 3, "
        + "decay: exponential, decayLength: 2, distancePower: 1, positionsIn: all",
      "positions: sum, decay: rational, positionsIn: all",
    ] {
      let text = "ntk(\(Self.network(arguments)))"
      let made = try makeKernel(parsing: text, of: Double.self)
      #expect(made.description == text)
      #expect(
        try makeKernel(parsing: made.description, of: Double.self).expression == made.expression)
    }
  }
}
