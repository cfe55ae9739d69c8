import MercerCore

/// One column of a table, read by an encoder's rule and ready to be written as coordinates.
struct EncodedColumn {
  private enum Content {
    /// (x − mean) / deviation and the rank of x, with `fill` for NaN; the indicator follows.
    case numbers(
      [Double], mean: Double, deviation: Double?, fill: Double, hasIndicator: Bool,
      ranks: RankMap? = nil)
    /// For each row the coordinate that is `oneHotValue`, or −1 for none.
    case places([Int32])
  }

  /// The number of coordinates.
  let width: Int
  private let content: Content
  /// What follows the coordinates of the rule, and how many those are.
  private let added: [AddedValues]
  private let ruledWidth: Int
  /// Cells of numbers that stand for nothing.
  private let absent: AbsentCells?

  /// Reads a column by a rule, and notes what the fitted table did not have.
  ///
  /// - Throws: `.invalidData` for text or an infinity in a column of numbers.
  init(
    _ column: Column, by encoding: ColumnEncoding, absent: AbsentCells? = nil, source: String,
    notes: inout EncodingNotes
  ) throws(MercerError) {
    self.absent = absent
    width = encoding.featureCount
    ruledWidth = encoding.ruledFeatureCount
    content = try Self.content(
      of: column, by: encoding, absent: absent, source: source, notes: &notes)
    let numbers: [Double] =
      if case .numbers(let values, _, _, _, _, _) = content { values } else { [] }
    added = encoding.added.compactMap {
      AddedValues($0, rule: encoding.rule, column: column, numbers: numbers)
    }
  }

  private static func content(
    of column: Column, by encoding: ColumnEncoding, absent: AbsentCells?, source: String,
    notes: inout EncodingNotes
  ) throws(MercerError) -> Content {
    switch encoding.rule {
    case .numeric(let mean, let deviation, let fill, let hasIndicator, let isDate, let ranks):
      var values = try numbers(of: column, isDate: isDate, source: source)
      if !hasIndicator {
        notes.addFilled(
          column.name, values.count { $0.isNaN && absent?.contains($0) != true })
      }
      if let range = encoding.range { hold(&values, in: range, of: column.name, notes: &notes) }
      return .numbers(
        values, mean: mean, deviation: deviation, fill: fill, hasIndicator: hasIndicator,
        ranks: ranks)

    case .boolean(let negative, let positive, let hasIndicator):
      let lookup = LevelLookup([negative, positive], areTruthWords: true)
      let places = lookup.places(of: column, unseen: 2, missing: -1, notes: &notes)
      if !hasIndicator { notes.addFilled(column.name, places.count { $0 < 0 }) }
      // In the order of the places; an unseen value lies in the middle.
      let coordinates = [-(0.5.squareRoot()), 0.5.squareRoot(), 0]
      let values = places.map { $0 < 0 ? Double.nan : coordinates[Int($0)] }
      return .numbers(values, mean: 0, deviation: 1, fill: 0, hasIndicator: hasIndicator)

    case .category(let levels, let rareLevels, let hasMissing, let isCoded):
      let lookup = LevelLookup(levels, rare: rareLevels)
      let next = Int32(levels.count)
      let hasOther = !rareLevels.isEmpty
      let missing = hasMissing ? (hasOther ? next + 1 : next) : -2
      let places = lookup.places(
        of: column, unseen: hasOther ? next : -1, missing: missing, notes: &notes)
      if !hasMissing { notes.addFilled(column.name, places.count { $0 == -2 }) }
      // Coded, −1 and −2 equal no code of the fitted table, which is all that overlap asks.
      return isCoded
        ? .numbers(places.map(Double.init), mean: 0, deviation: 1, fill: 0, hasIndicator: false)
        : .places(places)
    }
  }

  /// Brings numbers that are far outside those learned from nearer, and notes them.
  private static func hold(
    _ values: inout [Double], in range: LearnedRange, of name: String, notes: inout EncodingNotes
  ) {
    var (held, coded) = (FarCells(), FarCells())
    for row in values.indices {
      let value = values[row]
      switch range.treatment(of: value) {
      case .asItIs: continue
      case .held(let end):
        held.add(value)
        values[row] = end
      case .asMissing:
        coded.add(value)
        values[row] = .nan
      }
    }
    if let cells = held.cells(of: name) { notes.heldCells.append(cells) }
    if let cells = coded.cells(of: name) { notes.codedCells.append(cells) }
  }

  /// Writes the coordinates of some rows; `base` is the first coordinate of row 0, all are 0.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  func write<Element: Scalar>(
    _ rows: Range<Int>, to base: UnsafeMutablePointer<Element>, stride: Int
  ) {
    switch content {
    case .numbers(let values, let mean, let deviation, let fill, let hasIndicator, let ranks):
      var indicator = 0
      if let deviation {
        for row in rows {
          let value = values[row]
          base[row &* stride] = Element(((value.isNaN ? fill : value) - mean) / deviation)
        }
        indicator = 1
        if let absent {
          for row in rows where absent.contains(values[row]) {
            base[row &* stride] = Element(absent.code)
          }
        }
        if let ranks {
          for row in rows {
            let value = values[row]
            base[row &* stride &+ 1] = Element(ranks.coordinate(of: value.isNaN ? fill : value))
          }
          indicator = 2
        }
      }
      if hasIndicator {
        for row in rows where values[row].isNaN {
          base[row &* stride &+ indicator] = Element(TableEncoder.oneHotValue)
        }
      }
    case .places(let places):
      for row in rows where places[row] >= 0 {
        base[row &* stride &+ Int(places[row])] = Element(TableEncoder.oneHotValue)
      }
    }
    var first = ruledWidth
    for values in added { first += values.write(rows, to: base + first, stride: stride) }
  }

  /// The values of a column that must hold numbers, with NaN for missing cells.
  static func numbers(
    of column: Column, isDate: Bool, source: String
  ) throws(MercerError) -> [Double] {
    func refused(_ message: String) -> MercerError {
      MercerError(
        .invalidData, message, at: .init(file: source, column: quoted(column.name)))
    }
    if isDate && column.kind == .numeric {
      throw refused("holds numbers, but dates in the table that the model was fitted on")
    }
    if !isDate && column.kind == .date {
      throw refused("holds dates, but numbers in the table that the model was fitted on")
    }
    switch column.values {
    case .numbers(let values):
      if let row = values.firstIndex(where: \.isInfinite) {
        throw refused("row \(row + 1) holds an infinite number")
      }
      return values
    case .levels(let codes, let names):
      let numbers = names.map { isDate ? DateText.seconds($0) : finiteNumber($0) }
      var values: [Double] = []
      values.reserveCapacity(codes.count)
      for (row, code) in codes.enumerated() {
        if code < 0 {
          values.append(.nan)
        } else if let number = numbers[Int(code)] {
          values.append(number)
        } else {
          throw refused(
            "row \(row + 1) holds \(quoted(names[Int(code)])), but the model needs "
              + (isDate ? "a date" : "a number"))
        }
      }
      return values
    }
  }
}

/// Numbers of one column that are counted, and the first different ones of them.
private struct FarCells {
  private var count = 0
  private var examples: [Double] = []

  mutating func add(_ value: Double) {
    count += 1
    if examples.count < 5, !examples.contains(value) { examples.append(value) }
  }

  func cells(of column: String) -> EncodingNotes.Cells? {
    guard count > 0 else { return nil }
    return EncodingNotes.Cells(
      column: column, count: count, examples: examples.map(numberText))
  }
}

extension EncodingNotes {
  fileprivate mutating func addFilled(_ column: String, _ count: Int) {
    if count > 0 { filledCells.append(Cells(column: column, count: count)) }
  }
}
