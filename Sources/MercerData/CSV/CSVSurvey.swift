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

  /// Looks at the range; may look one byte beyond it.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    var place = range.lowerBound
    // Eight bytes in a word, sixteen words in a block, so that a count fits its byte. (Comparisons
    // of single bytes compile to a jump for each here, and SIMD types to calls for each lane.)
    let blockLength = 128
    while range.upperBound - place > blockLength {
      let block = bytes.baseAddress.map { $0 + place } ?? UnsafeRawPointer(base)
      var lineFeeds: UInt64 = 0
      var returns: UInt64 = 0
      var quotes: UInt64 = 0
      var nuls: UInt64 = 0
      var union: UInt64 = 0
      for index in stride(from: 0, to: blockLength, by: 8) {
        let word = block.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        lineFeeds &+= Self.ones(word, Byte.lineFeed)
        returns &+= Self.ones(word, Byte.carriageReturn)
        quotes &+= Self.ones(word, Byte.quote)
        nuls |= Self.ones(word, 0)
        union |= word
      }
      lineEndCount &+= Self.sum(lineFeeds)
      quoteCount &+= Self.sum(quotes)
      if nuls != 0 { hasNul = true }
      if union & 0x8080_8080_8080_8080 != 0 { hasNonASCII = true }
      if returns != 0 {
        var pairs: UInt64 = 0
        for index in stride(from: 0, to: blockLength, by: 8) {
          let word = block.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          let next = block.loadUnaligned(fromByteOffset: index + 1, as: UInt64.self)
          pairs &+= Self.ones(word, Byte.carriageReturn) & Self.ones(next, Byte.lineFeed)
        }
        lineEndCount &+= Self.sum(returns) - Self.sum(pairs)
      }
      place += blockLength
    }
    for index in place..<max(place, range.upperBound) {
      let byte = base[index]
      if byte == Byte.lineFeed {
        lineEndCount += 1
      } else if byte == Byte.carriageReturn {
        let isLast = index + 1 == bytes.count
        if isLast || base[index + 1] != Byte.lineFeed { lineEndCount += 1 }
      } else if byte == Byte.quote {
        quoteCount += 1
      }
      if byte == 0 { hasNul = true }
      if byte >= 0x80 { hasNonASCII = true }
    }
  }

  /// A 1 in each byte of a word that has this value, else 0.
  @inline(__always)
  private static func ones(_ word: UInt64, _ byte: UInt8) -> UInt64 {
    let difference = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
    let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    return ~((difference & lowBits) &+ lowBits | difference | lowBits) >> 7
  }

  /// The sum of the bytes of a word, when it is less than 256.
  @inline(__always)
  private static func sum(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x0101_0101_0101_0101) >> 56)
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
