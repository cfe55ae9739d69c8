import Foundation
import MercerData
import Testing

/// The digests that the standard's examples and a reference implementation (Python's hashlib) give.
@Suite struct SHA256Tests {
  private func digest(_ text: String, partLength: Int = .max) -> String {
    var digest = SHA256()
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: min(partLength, max(bytes.count, 1))) {
      let part = bytes[start..<min(start + min(partLength, bytes.count), bytes.count)]
      part.withUnsafeBytes { digest.update($0) }
    }
    return digest.hexadecimal
  }

  @Test func knownDigests() {
    #expect(
      digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  /// Lengths about the 55, 56 and 64 bytes where the padding changes, in parts of any size.
  @Test func partsDoNotMatter() {
    for length in [1, 54, 55, 56, 57, 63, 64, 65, 127, 128, 200] {
      let text = String(repeating: "a", count: length)
      let whole = digest(text)
      for part in [1, 3, 63, 64, 65] { #expect(digest(text, partLength: part) == whole) }
    }
    // hashlib.sha256(b"a" * 200).hexdigest()
    #expect(digest(String(repeating: "a", count: 200)) == Self.twoHundred)
  }

  private static let twoHundred =
    "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5"
}
