public import MercerCore

/// A binary tree of soft splits, which says how much each of its leaves counts at a point.
///
/// A split looks at one linear function of the point. Far below the threshold the lower branch counts
/// alone, far above it the upper one, and within the half-width h of the threshold t their shares go
/// from 1 to 0 smoothly: the upper share is 3u² − 2u³ with u = (⟨v, x⟩ − t + h) / 2h, cut off at 0 and 1.
/// The share of a leaf is the product along its path; shares of a point add up to 1, and only few are
/// not 0.
///
/// - Source: the splits are those of Beaglehole, Holzmüller, Radhakrishnan and Belkin, xRFM (2025).
public struct LocalTree: Sendable, Equatable {
  /// Where a split leads.
  public enum Branch: Sendable, Equatable, Codable {
    /// To another split, by its place in `splits`.
    case split(Int)
    /// To a leaf, by its number.
    case leaf(Int)
  }

  /// One split.
  public struct Split: Sendable, Equatable, Codable {
    /// v, one number for each coordinate.
    public let direction: [Double]
    /// t, in the units of ⟨v, x⟩.
    public let threshold: Double
    /// h, above 0: how far from the threshold both branches count.
    public let halfWidth: Double
    /// Where points below the threshold go.
    public let lower: Branch
    /// Where points above the threshold go.
    public let upper: Branch

    /// A split.
    public init(
      direction: [Double], threshold: Double, halfWidth: Double, lower: Branch, upper: Branch
    ) {
      self.direction = direction
      self.threshold = threshold
      self.halfWidth = halfWidth
      self.lower = lower
      self.upper = upper
    }

    /// How much the upper branch counts where ⟨v, x⟩ has this value, 0 to 1.
    public func upperShare(at projection: Double) -> Double {
      let u = (projection - threshold + halfWidth) / (2 * halfWidth)
      return u <= 0 ? 0 : u >= 1 ? 1 : u * u * (3 - 2 * u)
    }
  }

  /// The dimension of the points, d.
  public let dimension: Int
  /// The splits, each before those that it leads to; none when there is one leaf.
  public let splits: [Split]

  /// The number of leaves, one more than of splits.
  public var leafCount: Int { splits.count + 1 }

  private var root: Branch { splits.isEmpty ? .leaf(0) : .split(0) }

  /// A tree of splits, of which the first is the root.
  ///
  /// - Throws: `.invalidParameter` unless every other split and every leaf is led to exactly once, by
  ///   splits that come before, and numbers are finite and half-widths above 0.
  public init(dimension: Int, splits: [Split]) throws(MercerError) {
    var splitSeen = splits.indices.map { $0 == 0 }
    var leafSeen = [Bool](repeating: splits.isEmpty, count: splits.count + 1)
    for (index, split) in splits.enumerated() {
      guard split.direction.count == dimension, split.direction.allSatisfy(\.isFinite),
        split.threshold.isFinite, split.halfWidth > 0, split.halfWidth.isFinite
      else {
        throw MercerError(
          .invalidParameter,
          "split \(index) of the tree needs \(dimension) finite numbers as its direction, a finite "
            + "threshold and a half-width above 0")
      }
      for branch in [split.lower, split.upper] {
        let isNew =
          switch branch {
          case .split(let next):
            next > index && next < splits.count && !splitSeen[next]
          case .leaf(let leaf): leafSeen.indices.contains(leaf) && !leafSeen[leaf]
          }
        guard isNew else {
          throw MercerError(
            .invalidParameter,
            "split \(index) of the tree leads to \(branch), which is not below it")
        }
        switch branch {
        case .split(let next): splitSeen[next] = true
        case .leaf(let leaf): leafSeen[leaf] = true
        }
      }
    }
    // n − 1 splits have 2 (n − 1) branches: n − 2 splits and n leaves, each new, are all there are.
    self.dimension = dimension
    self.splits = splits
  }

  /// The points at which a leaf counts, and how much.
  public struct Members: Sendable, Equatable {
    /// Which points, ascending.
    public internal(set) var rows: [Int] = []
    /// The share of the leaf at each, above 0.
    public internal(set) var shares: [Double] = []
  }

  /// The points at which each leaf counts.
  ///
  /// - Complexity: O(m d) for each level of the tree.
  /// - Throws: `.shapeMismatch` when the points do not have `dimension` coordinates.
  public func members(of points: Points<Double>) throws(MercerError) -> [Members] {
    guard points.dimension == dimension else {
      throw MercerError(
        .shapeMismatch,
        "points of \(points.dimension) coordinates do not suit a tree of \(dimension)")
    }
    var result = [Members](repeating: Members(), count: leafCount)
    var open = [
      (
        root,
        Members(
          rows: Array(0..<points.count), shares: [Double](repeating: 1, count: points.count))
      )
    ]
    while let (branch, members) = open.popLast() {
      switch branch {
      case .leaf(let leaf): result[leaf] = members
      case .split(let index):
        let split = splits[index]
        let projections = points.projections(on: split.direction, at: members.rows)
        var (lower, upper) = (Members(), Members())
        for (place, row) in members.rows.enumerated() {
          let share = split.upperShare(at: projections[place])
          lower.append(row, members.shares[place] * (1 - share))
          upper.append(row, members.shares[place] * share)
        }
        open.append((split.lower, lower))
        open.append((split.upper, upper))
      }
    }
    return result
  }
}

extension LocalTree.Members {
  fileprivate mutating func append(_ row: Int, _ share: Double) {
    guard share > 0 else { return }
    rows.append(row)
    shares.append(share)
  }
}

extension LocalTree: Codable {
  private enum CodingKeys: CodingKey { case dimension, splits }

  /// Reads a tree, checked as by the other initialiser.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      dimension: container.decode(Int.self, forKey: .dimension),
      splits: container.decode([Split].self, forKey: .splits))
  }
}

extension Points<Double> {
  /// ⟨v, x⟩ for these rows.
  func projections(on direction: [Double], at rows: [Int]) -> [Double] {
    let d = dimension
    let used = direction.indices.filter { direction[$0] != 0 }
    return coordinates.withUnsafeBufferPointer { x in
      rows.map { row in
        var sum = 0.0
        for c in used { sum += direction[c] * x[row * d + c] }
        return sum
      }
    }
  }
}
