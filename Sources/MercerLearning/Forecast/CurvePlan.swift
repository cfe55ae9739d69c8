import MercerCore

/// Which rows a learning curve is measured on: runs of a learner on parts of a table, each tested on
/// the rest of it.
///
/// The rows are cut into sixteen blocks (eight of a small table) that are alike in their targets. A run
/// learns from some blocks in a row and is tested on all others, so that the same rows test every size
/// and what is hard about them is the same at all sizes.
package struct CurvePlan: Sendable, Equatable {
  /// One fit.
  package struct Run: Sendable, Equatable {
    /// How many blocks it learns from.
    package let size: Int
    /// The first of them; they go on from the last block to the first.
    package let start: Int
  }

  /// The rows of each block, ascending.
  package let blocks: [[Int]]
  /// The fits, those on the fewest rows first.
  package let runs: [Run]
  /// What all fits take, in the units of the cost.
  package let cost: Double

  /// The fewest rows of which a curve can be measured.
  package static let leastRows = 40

  /// Plans the runs for a table.
  ///
  /// - Parameters:
  ///   - targets: what the blocks are to be alike in: the target, or the number of the class.
  ///   - groups: rows of one group stay together; nil when every row stands for itself.
  ///   - allowance: the cost that all runs together may have; one run of each size there is anyway.
  ///   - seed: of the blocks.
  ///   - dropsSizes: whether the largest sizes may be left out when they do not fit into the allowance.
  ///   - cost: what a fit of so many rows costs, in seconds.
  package init(
    targets: [Double], groups: [Int]? = nil, allowance: Double, seed: UInt64,
    dropsSizes: Bool = false, cost: (_ rows: Int) -> Double
  ) {
    let n = targets.count
    let units = groups.map { Set($0).count } ?? n
    let count = n >= 1600 && units >= 160 ? 16 : 8
    blocks = Self.blocks(targets, groups, count: count, seed: seed)
    // A half more than half of the rows is the most that leaves enough to be tested on.
    var sizes = [count / 16, count / 8, count / 4, count / 2, count * 3 / 4].filter { size in
      size > 0 && n * size / count >= min(Self.leastRows, n / 2)
    }
    func single(_ sizes: [Int]) -> Double { sizes.reduce(0) { $0 + cost(n * $1 / count) } }
    while dropsSizes, sizes.count > 2, single(sizes) > allowance { sizes.removeLast() }
    func starts(_ size: Int) -> [Int] {
      // Disjoint parts; of three quarters those that leave out disjoint quarters.
      size * 2 > count
        ? stride(from: 0, to: count, by: count - size).map { $0 }
        : stride(from: 0, to: count, by: size).prefix(8).map { $0 }
    }
    var chosen = Dictionary(uniqueKeysWithValues: sizes.map { ($0, 1) })
    var spent = single(sizes)
    // First every row is to be tested at every size; then come more choices of rows to learn from.
    let small = sizes.filter { 2 * $0 <= count }.map { ($0, 2) }
    let wishes = small.reversed() + sizes.suffix(1).map { ($0, 4) } + sizes.map { ($0, 8) }
    for (size, wish) in wishes {
      while chosen[size, default: 1] < min(wish, starts(size).count),
        spent + cost(n * size / count) <= allowance
      {
        chosen[size, default: 1] += 1
        spent += cost(n * size / count)
      }
    }
    runs = sizes.flatMap { size in
      starts(size).prefix(chosen[size, default: 1]).map { Run(size: size, start: $0) }
    }
    self.cost = spent
  }

  /// The rows that a run learns from, and those it is tested on, ascending.
  package func rows(of run: Run) -> (training: [Int], test: [Int]) {
    let inside = Set((0..<run.size).map { (run.start + $0) % blocks.count })
    let training = blocks.indices.filter(inside.contains).flatMap { blocks[$0] }
    let test = blocks.indices.filter { !inside.contains($0) }.flatMap { blocks[$0] }
    return (training.sorted(), test.sorted())
  }

  /// Neighbours in the order of the targets go to different blocks, at random.
  private static func blocks(
    _ targets: [Double], _ groups: [Int]?, count: Int, seed: UInt64
  ) -> [[Int]] {
    var stream = RandomStream(seed: seed, purpose: "learning curve blocks")
    // What is dealt out: rows, or groups of them by their mean target.
    var units: [(target: Double, rows: [Int])] = targets.indices.map { (targets[$0], [$0]) }
    if let groups {
      var rows: [Int: [Int]] = [:]
      for (row, group) in groups.enumerated() { rows[group, default: []].append(row) }
      units = rows.keys.sorted().map { group in
        let members = rows[group] ?? []
        return (members.reduce(0) { $0 + targets[$1] } / Double(members.count), members)
      }
    }
    // Equal targets in random order, as a table may be sorted.
    units = stream.permutation(units.count).map { units[$0] }
    let order = units.indices.sorted { (units[$0].target, $0) < (units[$1].target, $1) }
    var blocks = [[Int]](repeating: [], count: count)
    for stretch in stride(from: 0, to: order.count, by: count) {
      let places = stream.permutation(count)
      for (offset, unit) in order[stretch..<min(stretch + count, order.count)].enumerated() {
        blocks[places[offset]] += units[unit].rows
      }
    }
    return blocks.map { $0.sorted() }
  }
}
