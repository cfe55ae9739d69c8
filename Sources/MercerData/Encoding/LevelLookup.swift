/// Finds the place of a cell among the levels that a category had when it was fitted.
///
/// A small table may show another kind than the fitted one: the levels `1` and `2`, or `007`, look
/// like numbers where nothing else is in the column. So a number is compared by its value.
struct LevelLookup {
  private let places: [String: Int32]
  private let placesOfNumbers: [Double: Int32]
  private let placesOfTruths: [TruthWord: Int32]

  /// Levels in the order of their places; all rare ones share the next place. With truth words,
  /// `Yes` also finds `yes` or `true`.
  init(_ levels: [String], rare: [String] = [], areTruthWords: Bool = false) {
    var places: [String: Int32] = [:]
    var numbers: [Double: Int32] = [:]
    var truths: [TruthWord: Int32] = [:]
    for (index, level) in (levels + rare).enumerated() {
      let place = Int32(min(index, levels.count))
      places[level] = place
      if areTruthWords, let truth = TruthWord(level) { truths[truth] = place }
      guard let number = finiteNumber(level) ?? DateText.seconds(level) else { continue }
      // Of `1` and `01` the one that a number prints as has precedence.
      if numbers[number] == nil || numberText(number) == level { numbers[number] = place }
    }
    self.places = places
    placesOfNumbers = numbers
    // Only where the two levels mean opposite things do words of the same meaning stand for them.
    placesOfTruths = truths.count == 2 ? truths : [:]
  }

  /// The place of a text, or nil when it is none of the levels.
  func place(of text: String) -> Int32? {
    if let place = places[text] { return place }
    return TruthWord(text).flatMap { placesOfTruths[$0] }
  }

  /// The place of a number.
  func place(of number: Double) -> Int32? {
    placesOfNumbers[number] ?? place(of: numberText(number))
  }

  /// The places of the cells of a column; unseen levels are noted.
  func places(
    of column: Column, unseen: Int32, missing: Int32, notes: inout EncodingNotes
  ) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(column.values.count)
    var unseenCount = 0
    var examples: [String] = []
    func note(_ text: @autoclosure () -> String) {
      unseenCount += 1
      guard examples.count < 5 else { return }
      let text = text()
      if !examples.contains(text) { examples.append(text) }
    }
    switch column.values {
    case .levels(let codes, let names):
      let found = names.map { place(of: $0) }
      for code in codes {
        if code < 0 {
          result.append(missing)
        } else if let place = found[Int(code)] {
          result.append(place)
        } else {
          note(names[Int(code)])
          result.append(unseen)
        }
      }
    case .numbers(let values):
      var known: [Double: Int32?] = [:]
      for value in values {
        if value.isNaN {
          result.append(missing)
          continue
        }
        let found: Int32?
        if let seen = known[value] {
          found = seen
        } else {
          found = place(of: value)
          known[value] = .some(found)
        }
        if found == nil { note(numberText(value)) }
        result.append(found ?? unseen)
      }
    }
    if unseenCount > 0 {
      notes.unseenLevels.append(
        .init(column: column.name, count: unseenCount, examples: examples))
    }
    return result
  }
}
