/// The order of the levels of a category, where their names show one, as a coordinate: the place in
/// the order, standardised over the rows of the fitted table.
///
/// Names show an order by numbers (`10-20`, `over 50`, `3 stars`), Roman numerals, letters that
/// follow each other (`D` to `J`), or words of a scale (`low`, `medium`, `high`). An order that only
/// the target shows is that of the target means (`TargetMeans`). Missing cells, levels that have no
/// place (`unknown`) and levels of later tables lie in the middle, at 0.
public struct LevelOrder: Sendable, Equatable, Codable {
  /// The levels that have a place, lowest first.
  public let levels: [String]
  /// The coordinate of each, not decreasing.
  public let coordinates: [Double]

  /// Two places are what one-hot coordinates say already.
  static let minimumPlaceCount = 3

  /// The order of some levels, or nil where their names show none.
  ///
  /// - Parameters:
  ///   - names: the levels, each once.
  ///   - rowCounts: how many rows have each.
  /// - Complexity: O(levels log levels).
  public init?(of names: [String], rowCounts: [Int]) {
    let known = names.indices.filter { !LevelNames.standForNoPlace(names[$0]) }
    guard let keys = LevelNames.keys(of: known.map { names[$0] }) else { return nil }
    let order = known.indices.sorted {
      keys[$0] != keys[$1]
        ? keys[$0] < keys[$1] : isOrderedBefore(names[known[$0]], names[known[$1]])
    }
    var places: [Double] = []
    for (position, index) in order.enumerated() {
      let isSame = position > 0 && keys[order[position - 1]] == keys[index]
      places.append(position == 0 ? 0 : places[position - 1] + (isSame ? 0 : 1))
    }
    let counts = order.map { Double(rowCounts[known[$0]]) }
    let total = counts.reduce(0, +)
    guard let last = places.last, last + 1 >= Double(Self.minimumPlaceCount), total > 0 else {
      return nil
    }
    let mean = zip(places, counts).reduce(0) { $0 + $1.0 * $1.1 } / total
    let variance =
      zip(places, counts).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
    guard variance > 0 else { return nil }
    levels = order.map { names[known[$0]] }
    coordinates = places.map { ($0 - mean) / variance.squareRoot() }
  }
}

extension LevelOrder {
  private enum CodingKeys: CodingKey {
    case levels, coordinates
  }

  /// Reads an order, and refuses what no column gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    levels = try container.decode([String].self, forKey: .levels)
    coordinates = try container.numbers(forKey: .coordinates)
    guard levels.count == coordinates.count, Set(levels).count == levels.count,
      coordinates.allSatisfy(\.isFinite)
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the order of levels is damaged"))
    }
  }
}
