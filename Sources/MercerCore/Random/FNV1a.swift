/// The hash FNV-1a with 64 bits: the same for the same input on any machine, and quick for little of it.
///
/// Published for bytes; words of more bits may be added as one each.
/// - Source: Fowler, Noll, Vo and Eastlake, The FNV non-cryptographic hash algorithm (draft, 2011).
package struct FNV1a {
  /// The hash of all that was added.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Nothing added yet.
  package init() {}

  /// Of the UTF-8 bytes of a text.
  package init(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  /// Adds a byte, or a word.
  @inline(__always)
  package mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x0000_0100_0000_01b3 }
}
