public import MercerCore

/// Reads targets: which task a column is, and which classes there are. Part of the model.
///
/// The task, unless it is given:
/// - text: two levels are binary, more are multiclass;
/// - numbers of two different values are binary;
/// - numbers are multiclass when they look like labels: whole, 3 to 20 different ones that run
///   without a gap from 0 or from 1, each in two rows or more and at least a fiftieth as frequent
///   as if all were equally so. So digits 0…9 are classes; counts, whose tail is thin or reaches
///   further, and ratings such as 3…9, which begin elsewhere, are a regression;
/// - all other numbers, and dates, are a regression.
public struct TargetEncoder: Sendable, Equatable, Codable {
  /// The name of the target's column.
  public let column: String
  /// What is to be learned.
  public let task: LearningTask
  /// The classes: numbers by size, text by Unicode scalar; empty for a regression.
  public let classNames: [String]

  /// Finds the task and the classes from a column, and reads it. Rows without a target are left
  /// out and counted.
  ///
  /// - Parameters:
  ///   - column: the target.
  ///   - task: the task if the user says which.
  ///   - source: the table's name in messages.
  /// - Complexity: O(rows), and a sort of the different values.
  /// - Throws: `.invalidData` when no row has a target, all have the same, a number is infinite, the
  ///   column names the rows, or the task asked for does not fit the values.
  public static func fit(
    column: Column, task: LearningTask? = nil, source: String
  ) throws(MercerError) -> (encoder: TargetEncoder, target: Target) {
    let cells = try TargetCells(column, source: source)
    guard cells.distinctCount > 1 else {
      throw cells.refused(
        cells.keptRows.isEmpty
          ? "the target has no value in any row"
          : "the target is \(quoted(cells.name(ofFirst: 0))) in every row: "
            + "there is nothing to learn",
        remedy: "name another column, or give rows that differ in this one")
    }
    let chosen = if let task { task } else { try cells.likelyTask() }
    let encoder = TargetEncoder(
      column: column.name, task: chosen,
      classNames: chosen == .regression ? [] : cells.classNames)
    if chosen == .binary && cells.distinctCount != 2 {
      throw cells.refused(
        "a binary target has two different values, not \(cells.distinctCount)",
        remedy: "leave out --task binary")
    }
    return (encoder, try encoder.decode(cells))
  }

  /// Reads the target of another table by the task and the classes found before. Rows without a
  /// target are left out and counted; all of one class are allowed.
  ///
  /// - Throws: `.invalidData` for a class that was not there before, text where there were numbers,
  ///   an infinite number, or no target in any row.
  public func decode(_ column: Column, source: String) throws(MercerError) -> Target {
    let cells = try TargetCells(column, source: source)
    guard !cells.keptRows.isEmpty else {
      throw cells.refused(
        "the target has no value in any row", remedy: "give rows that have one")
    }
    return try decode(cells)
  }

  private func decode(_ cells: TargetCells) throws(MercerError) -> Target {
    if task == .regression {
      return Target(
        values: try cells.numbers(), keptRows: cells.keptRows,
        droppedRowCount: cells.droppedRowCount)
    }
    return Target(
      task: task, classIndices: try cells.indices(among: classNames), classNames: classNames,
      keptRows: cells.keptRows, droppedRowCount: cells.droppedRowCount)
  }
}

/// The cells of a target's column that are not missing.
private struct TargetCells {
  private enum Values {
    case numbers([Double])
    case levels([Int], names: [String])
  }

  let column: Column
  let source: String
  let keptRows: [Int]
  var droppedRowCount: Int { column.values.count - keptRows.count }
  private let values: Values
  /// The different values: numbers by size, or the names of the levels that occur.
  private let distinctNumbers: [Double]
  private let rowCounts: [Int]
  let classNames: [String]
  var distinctCount: Int { classNames.count }

  init(_ column: Column, source: String) throws(MercerError) {
    self.column = column
    self.source = source
    switch column.values {
    case .numbers(let all):
      let rows = all.indices.filter { !all[$0].isNaN }
      if let row = rows.first(where: { all[$0].isInfinite }) {
        throw Self.refused(
          "row \(row + 1) of the target holds an infinite number", column: column, source: source)
      }
      // Zero has two signs, which are one value and one class.
      let kept = rows.map { all[$0] + 0 }
      var counts: [Double: Int] = [:]
      for value in kept { counts[value, default: 0] += 1 }
      keptRows = rows
      values = .numbers(kept)
      distinctNumbers = counts.keys.sorted()
      rowCounts = distinctNumbers.map { counts[$0] ?? 0 }
      classNames = distinctNumbers.map(numberText)
    case .levels(let codes, let names):
      let rows = codes.indices.filter { codes[$0] >= 0 }
      let kept = rows.map { Int(codes[$0]) }
      var counts = [Int](repeating: 0, count: names.count)
      for code in kept { counts[code] += 1 }
      let present = names.indices.filter { counts[$0] > 0 }
      keptRows = rows
      values = .levels(kept, names: names)
      distinctNumbers = []
      rowCounts = present.map { counts[$0] }
      classNames = present.map { names[$0] }.sorted(by: isOrderedBefore)
    }
  }

  /// The value of the n-th row that has one, as text.
  func name(ofFirst index: Int) -> String {
    switch values {
    case .numbers(let numbers): numberText(numbers[index])
    case .levels(let codes, let names): names[codes[index]]
    }
  }

  func likelyTask() throws(MercerError) -> LearningTask {
    switch values {
    case .levels:
      guard column.kind != .identifier else {
        throw refused(
          "the target is text that differs in nearly every row",
          remedy: "if these are classes, say --task multiclass")
      }
      return distinctCount == 2 ? .binary : .multiclass
    case .numbers:
      if distinctCount == 2 { return .binary }
      return column.kind != .date && lookLikeLabels ? .multiclass : .regression
    }
  }

  private var lookLikeLabels: Bool {
    guard (3...20).contains(distinctCount), let first = distinctNumbers.first,
      let last = distinctNumbers.last, first == 0 || first == 1,
      distinctNumbers.allSatisfy({ $0 == $0.rounded() }),
      last - first == Double(distinctCount - 1), let fewest = rowCounts.min()
    else { return false }
    return fewest >= 2 && fewest * 50 * distinctCount >= keptRows.count
  }

  func numbers() throws(MercerError) -> [Double] {
    switch values {
    case .numbers(let numbers): return numbers
    case .levels(let codes, let names):
      let numbers = names.map { finiteNumber($0) ?? DateText.seconds($0) }
      var result: [Double] = []
      for (row, code) in zip(keptRows, codes) {
        guard let number = numbers[code] else {
          throw refused(
            "row \(row + 1) of the target holds \(quoted(names[code])), "
              + "but a regression needs numbers",
            remedy: "if these are classes, use --task multiclass")
        }
        result.append(number)
      }
      return result
    }
  }

  func indices(among classNames: [String]) throws(MercerError) -> [Int] {
    let lookup = LevelLookup(classNames, areTruthWords: classNames.count == 2)
    let places: [Int32?]
    switch values {
    case .numbers(let numbers):
      var known: [Double: Int32?] = [:]
      for number in distinctNumbers { known[number] = .some(lookup.place(of: number)) }
      places = numbers.map { known[$0] ?? nil }
    case .levels(let codes, let names):
      let known = names.map { lookup.place(of: $0) ?? finiteNumber($0).flatMap(lookup.place) }
      places = codes.map { known[$0] }
    }
    var result: [Int] = []
    result.reserveCapacity(places.count)
    for (index, place) in places.enumerated() {
      guard let place else {
        throw refused(
          "row \(keptRows[index] + 1) of the target holds \(quoted(name(ofFirst: index))), "
            + "a class that the model does not know",
          remedy: "it knows \(listed(classNames))")
      }
      result.append(Int(place))
    }
    return result
  }

  func refused(_ message: String, remedy: String? = nil) -> MercerError {
    Self.refused(message, remedy: remedy, column: column, source: source)
  }

  private static func refused(
    _ message: String, remedy: String? = nil, column: Column, source: String
  ) -> MercerError {
    MercerError(
      .invalidData, message, at: .init(file: source, column: quoted(column.name)), remedy: remedy)
  }
}
