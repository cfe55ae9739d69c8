internal import CZlib

extension SafetensorsFile {
  /// The CRC-32 of some texts and all tensors by name, eight hexadecimal digits: whether a file is as
  /// it was written.
  public func checksum(ofMetadata keys: [String]) -> String {
    var sum: UInt = 0
    func add(_ bytes: UnsafeRawBufferPointer) {
      sum = crc32_z(sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }
    for key in keys {
      var text = metadata[key] ?? ""
      text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }
    for name in tensors.keys.sorted(by: isOrderedBefore) {
      var text = name
      text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
      tensors[name]?.bytes.withUnsafeBytes(add)
    }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
