/// A first look at a range of bytes, fast enough not to matter: counts that tell how to cut it.
struct CSVSurvey: Sendable {
  /// Line ends whose last byte is in the range: LF, CR LF, or CR alone.
  private(set) var lineEndCount = 0
  /// Quote characters.
  private(set) var quoteCount = 0
  /// Whether there is a byte that text does not have: NUL.
  private(set) var hasNul = false
  /// Whether there is a byte beyond ASCII.
  private(set) var hasNonASCII = false

  private typealias Lanes = SIMD32<UInt8>

  /// Looks at the range; may look one byte beyond it.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard let base = bytes.baseAddress else { return }
    var place = range.lowerBound
    let width = Lanes.scalarCount
    let lineFeed = Lanes(repeating: Byte.lineFeed)
    let carriageReturn = Lanes(repeating: Byte.carriageReturn)
    let quote = Lanes(repeating: Byte.quote)
    let one = Lanes(repeating: 1)
    var smallest = Lanes(repeating: 255)
    var all = Lanes(repeating: 0)
    // The counts of one lane fit a byte for 127 rounds, as each round adds at most two.
    while range.upperBound - place > width {
      let rounds = min(127, (range.upperBound - place - 1) / width)
      var lines = Lanes(repeating: 0)
      var quotes = Lanes(repeating: 0)
      for _ in 0..<rounds {
        let here = base.loadUnaligned(fromByteOffset: place, as: Lanes.self)
        let next = base.loadUnaligned(fromByteOffset: place + 1, as: Lanes.self)
        let loneReturn = (here .== carriageReturn) .& (next .!= lineFeed)
        let ends = (here .== lineFeed) .| loneReturn
        lines = lines &+ Lanes(repeating: 0).replacing(with: one, where: ends)
        quotes = quotes &+ Lanes(repeating: 0).replacing(with: one, where: here .== quote)
        smallest = pointwiseMin(smallest, here)
        all |= here
        place += width
      }
      lineEndCount += Self.sum(lines)
      quoteCount += Self.sum(quotes)
    }
    hasNul = smallest.min() == 0
    var union = all.max()
    for index in place..<max(place, range.upperBound) {
      let byte = bytes[index]
      if byte == Byte.lineFeed {
        lineEndCount += 1
      } else if byte == Byte.carriageReturn {
        let isLast = index + 1 == bytes.count
        if isLast || bytes[index + 1] != Byte.lineFeed { lineEndCount += 1 }
      } else if byte == Byte.quote {
        quoteCount += 1
      }
      if byte == 0 { hasNul = true }
      union = max(union, byte)
    }
    hasNonASCII = union >= 0x80
  }

  private static func sum(_ lanes: Lanes) -> Int {
    Int(SIMD32<UInt16>(truncatingIfNeeded: lanes).wrappedSum())
  }
}

/// The first place in a range where a character begins that is not UTF-8, or nil. A character that
/// begins in the range may end after it.
func firstInvalidUTF8(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
  func continues(_ index: Int) -> Bool { index < bytes.count && bytes[index] & 0xC0 == 0x80 }
  func length(_ lead: UInt8) -> Int? {
    switch lead {
    case 0..<0x80: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: nil
    }
  }
  var place = range.lowerBound
  // A character that began before the range ends here.
  for back in 1...3 where place >= back && !continues(place - back) {
    if let length = length(bytes[place - back]) { place += max(0, length - back) }
    break
  }
  while place < range.upperBound {
    let lead = bytes[place]
    if lead < 0x80 {
      place += 1
      continue
    }
    guard let length = length(lead) else { return place }
    for next in place + 1..<place + length where !continues(next) { return place }
    let second = bytes[place + 1]
    switch lead {
    // Longer than needed, a surrogate, or beyond U+10FFFF.
    case 0xE0 where second < 0xA0, 0xED where second > 0x9F: return place
    case 0xF0 where second < 0x90, 0xF4 where second > 0x8F: return place
    default: break
    }
    place += length
  }
  return nil
}
