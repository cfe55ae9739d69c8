import Foundation
import MercerCore
import MercerLearning
import Testing

@Suite struct LocalTreeTests {
  /// x₀ split at 1, and above it x₁ split at −2.
  private func tree() throws -> LocalTree {
    try LocalTree(
      dimension: 2,
      splits: [
        .init(direction: [1, 0], threshold: 1, halfWidth: 0.5, lower: .leaf(0), upper: .split(1)),
        .init(direction: [0, 2], threshold: -4, halfWidth: 1, lower: .leaf(1), upper: .leaf(2)),
      ])
  }

  @Test func sharesAddUpAndOneLeafCountsAwayFromBorders() throws {
    let points = Points<Double>(rows: [[0, 0], [3, -9], [3, 9], [1, 5], [1.1, -2.1]])
    let members = try tree().members(of: points)
    #expect(members[0].rows == [0, 3, 4] && members[1].rows == [1, 4])
    #expect(members[2].rows == [2, 3, 4])
    #expect(members[0].shares[0] == 1 && members[1].shares[0] == 1 && members[2].shares[0] == 1)
    // On the first border, far above the second.
    #expect(members[0].shares[1] == 0.5 && members[2].shares[1] == 0.5)
    var sums = [Double](repeating: 0, count: 5)
    for member in members {
      for (row, share) in zip(member.rows, member.shares) { sums[row] += share }
    }
    // Products of two numbers: a few units of the last place.
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-15 })
  }

  @Test func shareIsSmooth() throws {
    let split = try tree().splits[0]
    #expect(split.upperShare(at: 0.5) == 0 && split.upperShare(at: 1.5) == 1)
    // Its slope is 0 at both ends: the share of a step of 1e-4 is 3e-8.
    #expect(split.upperShare(at: 0.5001) < 1e-7 && split.upperShare(at: 1.4999) > 1 - 1e-7)
    #expect(split.upperShare(at: 0.9) < split.upperShare(at: 1.1))
  }

  @Test func survivesItsTextForm() throws {
    let tree = try tree()
    let text = try JSONEncoder().encode(tree)
    #expect(try JSONDecoder().decode(LocalTree.self, from: text) == tree)
  }

  /// A split that leads to itself or above, a leaf twice, a half-width of 0, too few numbers.
  @Test(arguments: [
    (LocalTree.Branch.split(0), LocalTree.Branch.leaf(1), 0.5, [1.0, 0.0]),
    (.leaf(0), .leaf(0), 0.5, [1, 0]),
    (.leaf(0), .leaf(2), 0.5, [1, 0]),
    (.leaf(0), .leaf(1), 0, [1, 0]),
    (.leaf(0), .leaf(1), 0.5, [1]),
    (.leaf(0), .leaf(1), 0.5, [.nan, 0]),
  ])
  func damagedTreesAreErrors(
    _ lower: LocalTree.Branch, _ upper: LocalTree.Branch, _ halfWidth: Double,
    _ direction: [Double]
  ) {
    #expect(throws: MercerError.self) {
      try LocalTree(
        dimension: 2,
        splits: [
          .init(
            direction: direction, threshold: 1, halfWidth: halfWidth, lower: lower, upper: upper)
        ])
    }
  }

  @Test func otherDimensionsAreErrors() throws {
    #expect(throws: MercerError.self) { try tree().members(of: Points<Double>(rows: [[1]])) }
  }
}
