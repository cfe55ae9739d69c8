package import MercerCore
import MercerPlatform
import Synchronization

/// An order of rows in which neighbours have something in common that a regression has missed: by one
/// column, among equal values by the next, and so on.
package struct NeighbourOrder: Sendable, Equatable {
  /// The columns, the outermost first.
  package let columns: [Int]
  /// Over how many neighbours on each side a mean tells most.
  package let window: Int
  /// The squared correlation of a row's residual with that mean, 0 to 1.
  package let gain: Double
}

/// Looks for the orders in which neighbours miss alike.
///
/// A regression on a sample, or on centres, cannot see what only shows among rows that are close in a few
/// columns at once: the same day, the same place. Sorting by these columns brings such rows together, and
/// the correlation of a row's residual with the mean of its neighbours' then says how much there is to be
/// learned, to within 1/√n. Orders grow a column at a time from the best of the length before.
///
/// - Complexity: O(n) a trial (a counting sort for each column), about `columns²` + 3 · `beam` · `columns`
///   trials; 16 n bytes a thread.
/// - Source: the correlation is Moran's I (Moran, Notes on continuous stochastic phenomena, 1950) with
///   neighbours along an order.
package struct NeighbourOrderSearch: Sendable {
  /// The place of each row's value among those of its column, by column.
  private let codes: [[UInt16]]
  /// Residuals less their mean, an output after the other.
  private let residuals: [[Float]]
  private let shuffled: [Int32]

  /// The most rows that are looked at.
  static let rowLimit = 300_000
  /// Orders of each kind that are made longer, and how long.
  private static let beam = 3
  private static let lengthLimit = 4
  /// Columns of which all pairs are tried.
  private static let pairedColumns = 24
  /// Windows, from a few twins to a crowd: the best order of each kind is another start.
  private static let windows = [[1, 2, 4], [8, 16, 32], [64, 128, 256]]
  /// A longer order has to be better by this factor.
  private static let worthwhile = 1.02

  /// - Parameters:
  ///   - keys: a number for each row, by column; of categories any that tells them apart.
  ///   - residuals: n × k.
  package init(keys: [[Float]], residuals: Matrix<Double>, seed: UInt64) {
    codes = keys.map(Self.codes)
    let n = residuals.rowCount
    self.residuals = (0..<residuals.columnCount).map { c in
      let column = residuals.column(c)
      let mean = column.reduce(0, +) / Double(max(n, 1))
      return column.map { Float($0 - mean) }
    }
    var rows = (0..<Int32(n)).map(\.self)
    var stream = RandomStream(seed: seed, purpose: "neighbour orders")
    rows.shuffle(using: &stream)
    shuffled = rows
  }

  /// The best order for few, some and many neighbours, the best first.
  ///
  /// - Throws: `.cancelled`.
  package func orders(context: ExecutionContext) throws(MercerError) -> [NeighbourOrder] {
    let all = Array(codes.indices)
    var found = try gains(of: all.map { [$0] }, context)
    let paired = found.sorted { $0.best.gain > $1.best.gain }.prefix(Self.pairedColumns)
      .map { $0.columns[0] }
    var longest = try gains(
      of: paired.flatMap { a in paired.filter { $0 != a }.map { [a, $0] } }, context)
    found += longest
    for _ in 2..<Self.lengthLimit {
      var kept: [[Int]] = []
      for kind in Self.windows.indices {
        kept += longest.sorted { $0.orders[kind].gain > $1.orders[kind].gain }
          .prefix(Self.beam).map(\.columns).filter { !kept.contains($0) }
      }
      longest = try gains(
        of: kept.flatMap { order in
          all.filter { !order.contains($0) }.map { order + [$0] }
        }, context)
      found += longest
    }
    // A longer order has to be better by a factor.
    func worth(_ order: NeighbourOrder) -> Double {
      order.gain * pow(Self.worthwhile, -Double(order.columns.count))
    }
    let best = Self.windows.indices.compactMap { kind in
      found.map { $0.orders[kind] }.max { worth($0) < worth($1) }
    }
    return best.sorted { $0.gain > $1.gain }
  }

  /// What can be told from one order with each kind of window.
  private struct Trial {
    let columns: [Int]
    let orders: [NeighbourOrder]
    var best: NeighbourOrder { orders.max { $0.gain < $1.gain } ?? orders[0] }
  }

  private func gains(
    of candidates: [[Int]], _ context: ExecutionContext
  ) throws(MercerError) -> [Trial] {
    let found = Mutex([Trial?](repeating: nil, count: candidates.count))
    try context.forEach(candidates.count, scratch: { Scratch(count: shuffled.count) }) {
      (index, scratch: inout Scratch) throws(MercerError) in
      let trial = trial(candidates[index], &scratch)
      found.withLock { $0[index] = trial }
    }
    return found.withLock { $0 }.compactMap(\.self)
  }

  private struct Scratch {
    var rows: [Int32]
    var others: [Int32]
    var sums: [Double]
    var counts: [Int32]

    init(count: Int) {
      rows = [Int32](repeating: 0, count: count)
      others = rows
      sums = [Double](repeating: 0, count: count + 1)
      counts = [Int32](repeating: 0, count: 1 << 16)
    }
  }

  private func trial(_ columns: [Int], _ scratch: inout Scratch) -> Trial {
    scratch.rows = shuffled
    for column in columns.reversed() { sort(by: codes[column], &scratch) }
    let orders = Self.windows.map { windows in
      windows.map { NeighbourOrder(columns: columns, window: $0, gain: gain(of: $0, &scratch)) }
        .max { $0.gain < $1.gain }
    }
    return Trial(columns: columns, orders: orders.compactMap(\.self))
  }

  /// The squared correlation of residuals with the mean of so many neighbours on each side; 0 where it is
  /// negative.
  private func gain(of window: Int, _ scratch: inout Scratch) -> Double {
    let n = shuffled.count
    guard 2 * window < n else { return 0 }
    var (product, own, mean) = (0.0, 0.0, 0.0)
    for output in residuals {
      var sum = 0.0
      for place in 0..<n {
        sum += Double(output[Int(scratch.rows[place])])
        scratch.sums[place + 1] = sum
      }
      for place in window..<n - window {
        let value = Double(output[Int(scratch.rows[place])])
        let around = scratch.sums[place + window + 1] - scratch.sums[place - window] - value
        product += value * around
        own += value * value
        mean += around * around
      }
    }
    guard product > 0, own > 0, mean > 0 else { return 0 }
    return product / own * (product / mean)
  }

  /// A counting sort, which leaves rows of one code in the order that they had.
  private func sort(by codes: [UInt16], _ scratch: inout Scratch) {
    for index in scratch.counts.indices { scratch.counts[index] = 0 }
    for row in scratch.rows { scratch.counts[Int(codes[Int(row)])] += 1 }
    var start: Int32 = 0
    for index in scratch.counts.indices {
      let count = scratch.counts[index]
      scratch.counts[index] = start
      start += count
    }
    for row in scratch.rows {
      let code = Int(codes[Int(row)])
      scratch.others[Int(scratch.counts[code])] = row
      scratch.counts[code] += 1
    }
    swap(&scratch.rows, &scratch.others)
  }

  /// The place of each value among the different ones; by share of rows where there are too many.
  private static func codes(of values: [Float]) -> [UInt16] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var codes = [UInt16](repeating: 0, count: values.count)
    var places = [Int](repeating: 0, count: values.count)
    var place = 0
    for (rank, row) in order.enumerated() {
      if rank > 0, values[row] > values[order[rank - 1]] { place += 1 }
      places[row] = place
    }
    let levels = place + 1
    for row in codes.indices {
      codes[row] = UInt16(
        levels <= 1 << 16 ? places[row] : places[row] * ((1 << 16) - 1) / (levels - 1))
    }
    return codes
  }
}

extension NeighbourOrderSearch {
  /// The rows in an order.
  package func rows(in order: NeighbourOrder) -> [Int] {
    var scratch = Scratch(count: shuffled.count)
    scratch.rows = shuffled
    for column in order.columns.reversed() { sort(by: codes[column], &scratch) }
    return scratch.rows.map { Int($0) }
  }
}
