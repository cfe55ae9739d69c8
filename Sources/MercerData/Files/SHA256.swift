public import MercerCore

/// The SHA-256 digest of bytes that come a part at a time.
///
/// - Source: National Institute of Standards and Technology, Secure Hash Standard, FIPS 180-4 (2015).
public struct SHA256: Sendable {
  private var state = Self.start
  private var block: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// The digest of nothing yet.
  public init() { block.reserveCapacity(64) }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var place = 0
    if !block.isEmpty {
      place = min(64 - block.count, bytes.count)
      block.append(contentsOf: bytes[..<place])
      guard block.count == 64 else { return }
      let whole = block
      whole.withUnsafeBytes { mix($0, at: 0) }
      block.removeAll(keepingCapacity: true)
    }
    while bytes.count - place >= 64 {
      mix(bytes, at: place)
      place += 64
    }
    block.append(contentsOf: bytes[place...])
  }

  /// The digest of all bytes, 64 hexadecimal digits.
  public var hexadecimal: String {
    var copy = self
    let bitCount = byteCount &* 8
    var padding: [UInt8] = [0x80]
    while (copy.block.count + padding.count) % 64 != 56 { padding.append(0) }
    padding += (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * UInt64($0))) }
    padding.withUnsafeBytes { copy.update($0) }
    return (0..<8).map { word in
      let digits = String(copy.state[word], radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The digest of a file as it lies on the disk.
  ///
  /// - Throws: `.unreadableFile`.
  public static func hexadecimal(ofFile path: String) throws(MercerError) -> String {
    let place = MercerError.Place(file: path)
    let descriptor = try InputFile.descriptor(of: path, place)
    defer { InputFile.closeDescriptor(descriptor) }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { room.deallocate() }
    var digest = SHA256()
    while true {
      let count = try InputFile.read(descriptor, into: room, place)
      if count == 0 { return digest.hexadecimal }
      digest.update(UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  /// One round of the function for a block of 64 bytes (section 6.2.2).
  private mutating func mix(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        w[t] = UInt32(
          bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4 * t, as: UInt32.self))
      }
      for t in 16..<64 {
        let (x, y) = (w[t - 15], w[t - 2])
        let s0 = Self.turned(x, 7) ^ Self.turned(x, 18) ^ x >> 3
        let s1 = Self.turned(y, 17) ^ Self.turned(y, 19) ^ y >> 10
        w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for t in 0..<64 {
        let s1 = Self.turned(e, 6) ^ Self.turned(e, 11) ^ Self.turned(e, 25)
        let first = h &+ s1 &+ (e & f ^ ~e & g) &+ Self.constants[t] &+ w[t]
        let s0 = Self.turned(a, 2) ^ Self.turned(a, 13) ^ Self.turned(a, 22)
        let second = s0 &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
      for (word, value) in [a, b, c, d, e, f, g, h].enumerated() { state[word] &+= value }
    }
  }

  @inline(__always)
  private static func turned(_ x: UInt32, _ count: UInt32) -> UInt32 {
    x &>> count | x &<< (32 &- count)
  }

  private static let start: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
