/// What a column turned out to be, once all its cells are known.
struct ColumnSettlement: Sendable {
  /// The kind.
  var kind: ColumnKind
  /// The levels of a column of text, sorted.
  var names: [String] = []
  /// The values of a column of text that turned out to be dates.
  var dates: [Double]?

  /// A column without values.
  static let nothing = ColumnSettlement(kind: .empty)

  private init(kind: ColumnKind) { self.kind = kind }

  /// Settles a column of numbers or dates; `kind` is what it is known to be.
  init(numbers: UnsafeBufferPointer<Double>, isDate: Bool, kind known: ColumnKind?) {
    if let known, known != .constant, known != .empty {
      kind = known
    } else if numbers.allSatisfy(\.isNaN) {
      kind = .empty
    } else if numbers.allSatisfy({ $0 == numbers[0] }) {
      kind = .constant
    } else {
      kind = isDate ? .date : .numeric
    }
  }

  /// Settles a column of text.
  init(text codes: UnsafeBufferPointer<Int32>, _ names: [String], kind known: ColumnKind?) {
    self.names = names
    if let known, known != .constant, known != .empty {
      kind = known
      return
    }
    if names.isEmpty {
      kind = .empty
      return
    }
    if let seconds = Self.dates(names) {
      let dates = codes.map { $0 < 0 ? .nan : seconds[Int($0)] }
      self.dates = dates
      kind = dates.withUnsafeBufferPointer { Self(numbers: $0, isDate: true, kind: nil).kind }
      return
    }
    let valueCount = codes.count { $0 >= 0 }
    if names.count == 1, valueCount == codes.count {
      kind = .constant
    } else if Self.meanYesAndNo(names) {
      kind = .boolean
    } else if valueCount >= 20, Double(names.count) > 0.9 * Double(valueCount) {
      kind = .identifier
    } else {
      kind = .categorical
    }
  }

  /// The times of all names, or nil when one of them is no date.
  private static func dates(_ names: [String]) -> [Double]? {
    var seconds: [Double] = []
    for name in names {
      var name = name
      guard let time = name.withUTF8({ DateParser.parse($0) }) else { return nil }
      seconds.append(time)
    }
    return seconds
  }

  private static func meanYesAndNo(_ names: [String]) -> Bool {
    let pairs: [Set<String>] = [["true", "false"], ["yes", "no"], ["t", "f"], ["y", "n"]]
    return names.count == 2 && pairs.contains(Set(names.map { $0.lowercased() }))
  }
}
