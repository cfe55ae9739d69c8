import MercerCore
import RealModule

/// What the levels of a category are worth, and how frequent they are: coordinates for prediction,
/// with the mean targets of all rows of the fitted table.
public struct LevelStatistics: Sendable, Equatable, Codable {
  /// The levels, sorted by Unicode scalar.
  public let levels: [String]
  /// Whether missing cells count as one more level, the last.
  public let hasMissing: Bool
  /// Which columns of the matrix of targets there are means of.
  public let outputs: [Int]
  /// For each of these, the coordinate of each level (`TargetMeans`).
  public let means: [[Double]]
  /// The logarithm of the number of rows of each level, standardised over rows, last that of a level
  /// that has none; nil where the category has few levels.
  public let frequencies: [Double]?

  /// How many levels there are, missing cells among them.
  var count: Int { levels.count + (hasMissing ? 1 : 0) }

  /// There are means of at most so many targets: of many classes, the most frequent.
  public static let maximumOutputCount = 4

  init(
    levels: [String], hasMissing: Bool, outputs: [Int], means: [[Double]], frequencies: [Double]?
  ) {
    self.levels = levels
    self.hasMissing = hasMissing
    self.outputs = outputs
    self.means = means
    self.frequencies = frequencies
  }

  /// The codes of a column's cells: the place of a level, and −1 for one that there is none of.
  func codes(of column: Column) -> [Int32] {
    // What is unseen was noted where the column's rule was applied.
    var notes = EncodingNotes()
    return LevelLookup(levels).places(
      of: column, unseen: -1, missing: hasMissing ? Int32(levels.count) : -1, notes: &notes)
  }

  /// The columns of a matrix of targets that means are made of: all, or those of the largest
  /// variance, which for class codes are the most frequent classes.
  static func outputs(of targets: Matrix<Double>) -> [Int] {
    let all = Array(0..<targets.columnCount)
    guard all.count > maximumOutputCount else { return all }
    let variances = all.map { column in
      let values = targets.column(column)
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return all.sorted { variances[$0] != variances[$1] ? variances[$0] > variances[$1] : $0 < $1 }
      .prefix(maximumOutputCount).sorted()
  }

  /// log of the counts, standardised over rows, and that of a level in no row, which counts as in one.
  static func frequencies(counts: [Int]) -> [Double]? {
    let logarithms = counts.map { Double.log(Double(max($0, 1))) }
    let total = Double(counts.reduce(0, +))
    guard total > 0 else { return nil }
    let mean = zip(logarithms, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / total
    let variance =
      zip(logarithms, counts).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * Double($1.1) }
      / total
    guard variance > 1e-12 else { return nil }
    return (logarithms + [0]).map { ($0 - mean) / variance.squareRoot() }
  }
}

extension LevelStatistics {
  private enum CodingKeys: CodingKey {
    case levels, hasMissing, outputs, means, frequencies
  }

  /// Reads the statistics, and refuses what no column gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    levels = try container.decode([String].self, forKey: .levels)
    hasMissing = try container.decode(Bool.self, forKey: .hasMissing)
    outputs = try container.decode([Int].self, forKey: .outputs)
    means = try container.decode([[Double]].self, forKey: .means)
    frequencies = try container.decodeIfPresent([Double].self, forKey: .frequencies)
    guard Set(levels).count == levels.count, means.count == outputs.count,
      means.allSatisfy({ $0.count == count && $0.allSatisfy(\.isFinite) }),
      frequencies?.count ?? count + 1 == count + 1,
      frequencies?.allSatisfy(\.isFinite) ?? true, outputs.allSatisfy({ $0 >= 0 })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the target means are damaged"))
    }
  }
}
