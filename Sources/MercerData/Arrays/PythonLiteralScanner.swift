/// Reads the one kind of Python text an NPY header holds: a dictionary of texts, flags and tuples
/// of whole numbers.
struct PythonLiteralScanner {
  enum Value: Equatable {
    case text(String)
    case flag(Bool)
    case tuple([Int])
    /// A list, whose content does not matter: only structured types have one.
    case list
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The whole text as a dictionary, or nil when it is not one or holds a key twice.
  mutating func dictionary() -> [String: Value]? {
    var entries: [String: Value] = [:]
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = text(), take(":"), let value = value(), entries[key] == nil else {
        return nil
      }
      entries[key] = value
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    return position == bytes.count ? entries : nil
  }

  private mutating func value() -> Value? {
    skipSpace()
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map(Value.text)
    case UInt8(ascii: "("): return tuple().map(Value.tuple)
    case UInt8(ascii: "["): return skipList() ? .list : nil
    default:
      if takeWord("True") { return .flag(true) }
      if takeWord("False") { return .flag(false) }
      return nil
    }
  }

  private mutating func text() -> String? {
    skipSpace()
    guard position < bytes.count else { return nil }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { return nil }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      guard let number = number() else { return nil }
      numbers.append(number)
      let hasComma = take(",")
      // Python reads `(3)` as a number in parentheses; no writer means a scalar by it.
      if !hasComma {
        guard take(")") else { return nil }
        break
      }
    }
    return numbers
  }

  private mutating func number() -> Int? {
    skipSpace()
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      position += 1
    }
    guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      return nil
    }
    // Python 2 wrote long integers as `3L`.
    if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return number
  }

  private mutating func skipList() -> Bool {
    var depth = 0
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return true }
      default: break
      }
    }
    return false
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let rest = bytes[position...]
    let isThere = word.withUTF8Buffer { rest.starts(with: $0) }
    if isThere { position += word.utf8CodeUnitCount }
    return isThere
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }
}
