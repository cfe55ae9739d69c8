/// The distinct texts of a column in the order they appeared, each with its number.
///
/// An open-addressing hash table over one buffer of bytes: no object for each text.
struct LevelTable: Sendable {
  /// All texts after one another.
  private var bytes: [UInt8] = []
  /// Where text i begins; one more at the end.
  private var offsets: [Int] = [0]
  private var hashes: [UInt64] = []
  /// The number of the text in each place of the hash table, or −1.
  private var slots = [Int32](repeating: -1, count: 32)
  private var last: Int32 = -1

  /// How many distinct texts there are.
  var count: Int { hashes.count }

  /// The number of this text, which is new when the text is.
  mutating func code(for text: UnsafeBufferPointer<UInt8>) -> Int32 {
    if last >= 0, matches(Int(last), text) { return last }
    let hash = Self.hash(text)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let code = slots[slot]
      if hashes[Int(code)] == hash, matches(Int(code), text) {
        last = code
        return code
      }
      slot = (slot + 1) & mask
    }
    let code = Int32(count)
    slots[slot] = code
    bytes.append(contentsOf: text)
    offsets.append(bytes.count)
    hashes.append(hash)
    if 2 * count > slots.count { grow() }
    last = code
    return code
  }

  /// Calls the body with all texts, in the order of their numbers; they hold only meanwhile.
  func withTexts(_ body: ([UnsafeBufferPointer<UInt8>]) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      body(
        (0..<count).map { UnsafeBufferPointer(rebasing: bytes[offsets[$0]..<offsets[$0 + 1]]) })
    }
  }

  @inline(__always)
  private func matches(_ index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = offsets[index]
    guard offsets[index + 1] - start == text.count else { return false }
    for place in 0..<text.count where bytes[start + place] != text[place] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    let mask = slots.count - 1
    for (code, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(code)
    }
  }

  /// Mixes eight bytes at a time by multiplication.
  @inline(__always)
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(text.count) &* 0x9E37_79B9_7F4A_7C15
    let raw = UnsafeRawBufferPointer(text)
    var place = 0
    while text.count - place >= 8 {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      hash = (hash ^ UInt64(littleEndian: word)) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 29
      place += 8
    }
    var word: UInt64 = 0
    while place < text.count {
      word = word << 8 | UInt64(text[place])
      place += 1
    }
    hash = (hash ^ word) &* 0x94D0_49BB_1331_11EB
    return hash ^ hash >> 32
  }
}
