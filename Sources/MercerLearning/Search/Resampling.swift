import MercerCore

/// Which rows may stand in for rows yet unseen, and how they are kept apart from those fitted on.
package enum Resampling: Sendable {
  /// Rows are exchangeable.
  case random
  /// Rows of one group stay together; the group of each row.
  case grouped([Int])
  /// Later rows are predicted from earlier ones; the time of each row.
  case ordered([Double])

  /// Training and validation rows, as places in a list of rows.
  package struct Fold: Sendable, Equatable {
    package let training: [Int]
    package let validation: [Int]
  }

  /// Splits rows into folds several times over, each time in another random order; rows in order of
  /// time can be split in one way only.
  package func folds(of rows: [Int], count: Int, repeats: Int, seed: UInt64) -> [Fold] {
    if case .ordered = self { return folds(of: rows, count: count) }
    return (0..<repeats).flatMap { time in
      if time == 0 { return folds(of: rows, count: count) }
      var stream = RandomStream(seed: seed, purpose: "repeated folds", index: UInt64(time))
      let order = stream.permutation(rows.count)
      return folds(of: order.map { rows[$0] }, count: count).map { fold in
        Fold(
          training: fold.training.map { order[$0] }, validation: fold.validation.map { order[$0] })
      }
    }
  }

  /// Splits rows into folds; with a count of 1, three fifths of them train and the others validate.
  ///
  /// - Parameters:
  ///   - rows: rows of the table in random order.
  ///   - count: the number of folds, at least 1. Rows in order of time give each fold one later part
  ///     to validate on and all before it to train on.
  /// - Returns: folds without an empty side; none if the rows do not allow that.
  package func folds(of rows: [Int], count: Int) -> [Fold] {
    let folds: [Fold]
    switch self {
    case .random:
      folds =
        count == 1
        ? [Self.cut(Array(rows.indices), at: rows.count * 3 / 5)]
        : (0..<count).map { fold in Self.part(rows.indices) { $0 % count == fold } }
    case .grouped(let groups):
      folds = Self.folds(groups: rows.map { groups[$0] }, count: count)
    case .ordered(let times):
      folds = Self.folds(times: rows.map { times[$0] }, count: count)
    }
    return folds.filter { !$0.training.isEmpty && !$0.validation.isEmpty }
  }

  private static func cut(_ places: [Int], at cut: Int) -> Fold {
    Fold(training: Array(places[..<cut]), validation: Array(places[cut...]))
  }

  private static func part(_ places: Range<Int>, isHeld: (Int) -> Bool) -> Fold {
    Fold(training: places.filter { !isHeld($0) }, validation: places.filter(isHeld))
  }

  /// Whole groups, the largest first, each into the part with the fewest rows so far.
  private static func folds(groups: [Int], count: Int) -> [Fold] {
    var sizes: [Int: Int] = [:]
    for group in groups { sizes[group, default: 0] += 1 }
    var order: [Int] = []
    var known: Set<Int> = []
    for group in groups where known.insert(group).inserted { order.append(group) }
    // Stable, so that among groups of one size the random order of the rows decides.
    let sorted = order.enumerated().sorted {
      let (a, b) = (sizes[$0.element] ?? 0, sizes[$1.element] ?? 0)
      return a != b ? a > b : $0.offset < $1.offset
    }
    let parts = count == 1 ? 5 : count
    var loads = [Int](repeating: 0, count: parts)
    var partOfGroup: [Int: Int] = [:]
    for (_, group) in sorted {
      let part = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      partOfGroup[group] = part
      loads[part] += sizes[group] ?? 0
    }
    let partOfRow = groups.map { partOfGroup[$0] ?? 0 }
    if count == 1 { return [part(groups.indices) { partOfRow[$0] >= 3 }] }
    return (0..<count).map { fold in part(groups.indices) { partOfRow[$0] == fold } }
  }

  /// Growing pasts, each with the part that follows; rows of one time are never on both sides.
  private static func folds(times: [Double], count: Int) -> [Fold] {
    let sorted = times.sorted()
    guard sorted.count > 1 else { return [] }
    // One fold validates on the last third; several on parts of the later two thirds.
    let first = count == 1 ? 2.0 / 3 : 1.0 / 3
    var cuts: [Double] = []
    for fold in 0..<count {
      let share = first + (1 - first) * Double(fold) / Double(count)
      cuts.append(sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)])
    }
    cuts.append(.infinity)
    return zip(cuts, cuts.dropFirst()).map { start, end in
      Fold(
        training: times.indices.filter { times[$0] < start },
        validation: times.indices.filter { times[$0] >= start && times[$0] < end })
    }
  }
}
