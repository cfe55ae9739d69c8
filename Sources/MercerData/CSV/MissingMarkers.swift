/// The words that stand for a missing cell, ready to be compared with bytes.
struct MissingMarkers: Sendable {
  /// Whether a marker reads as a number, so that it must be looked for before numbers are.
  let mayBeNumeric: Bool
  private let words: [[UInt8]]
  private let longest: Int
  /// Whether a byte begins a marker.
  private let begins: [Bool]

  init(_ markers: [String]) {
    words = markers.map { Array($0.utf8).map(Byte.lowercased) }.filter { !$0.isEmpty }
    longest = words.map(\.count).max() ?? 0
    var begins = [Bool](repeating: false, count: 256)
    for word in words { begins[Int(word[0])] = true }
    self.begins = begins
    let decimals = DecimalParser(acceptsComma: true)
    mayBeNumeric = words.contains { word in
      word.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return false }
        return decimals.parse(base, base + bytes.count).end == base + bytes.count
      }
    }
  }

  /// Whether a trimmed cell is missing.
  @inline(__always)
  func contains(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    if cell.isEmpty { return true }
    guard cell.count <= longest, begins[Int(Byte.lowercased(cell[0]))] else { return false }
    return words.contains { word in
      word.count == cell.count && cell.indices.allSatisfy { Byte.lowercased(cell[$0]) == word[$0] }
    }
  }
}
