import MercerCore

/// The loops that turn stored numbers into `Float` or `Double`.
enum NumericDecoding {
  /// Whole numbers beyond this are not all representable in Double.
  static let largestExactInteger = 1 << 53

  /// Converts little-endian numbers of one type; `source` holds `target.count` of them, at any
  /// alignment.
  ///
  /// - Returns: the place of the first 64-bit integer beyond ±2⁵³, if there is one.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  static func decode<Element: Scalar>(
    _ type: NumericType, from source: UnsafeRawBufferPointer,
    to target: UnsafeMutableBufferPointer<Element>
  ) -> Int? {
    precondition(source.count == target.count * type.byteCount)
    let n = target.count
    switch type {
    case .bool: for i in 0..<n { target[i] = source[i] == 0 ? 0 : 1 }
    case .int8: for i in 0..<n { target[i] = Element(Int8(bitPattern: source[i])) }
    case .uint8: for i in 0..<n { target[i] = Element(source[i]) }
    case .int16:
      for i in 0..<n {
        target[i] = Element(Int16(littleEndian: load(source, i)))
      }
    case .uint16:
      for i in 0..<n {
        target[i] = Element(UInt16(littleEndian: load(source, i)))
      }
    case .int32:
      for i in 0..<n {
        target[i] = Element(Int32(littleEndian: load(source, i)))
      }
    case .uint32:
      for i in 0..<n {
        target[i] = Element(UInt32(littleEndian: load(source, i)))
      }
    case .int64:
      var firstInexact: Int?
      for i in 0..<n {
        let value = Int64(littleEndian: load(source, i))
        if value.magnitude > UInt64(largestExactInteger), firstInexact == nil { firstInexact = i }
        target[i] = Element(value)
      }
      return firstInexact
    case .uint64:
      var firstInexact: Int?
      for i in 0..<n {
        let value = UInt64(littleEndian: load(source, i))
        if value > UInt64(largestExactInteger), firstInexact == nil { firstInexact = i }
        target[i] = Element(value)
      }
      return firstInexact
    case .float16:
      for i in 0..<n {
        target[i] = Element(single(half: UInt16(littleEndian: load(source, i))))
      }
    case .bfloat16:
      for i in 0..<n {
        let bits = UInt32(UInt16(littleEndian: load(source, i))) << 16
        target[i] = Element(Float(bitPattern: bits))
      }
    case .float32:
      for i in 0..<n {
        target[i] = Element(Float(bitPattern: UInt32(littleEndian: load(source, i))))
      }
    case .float64:
      for i in 0..<n {
        target[i] = Element(Double(bitPattern: UInt64(littleEndian: load(source, i))))
      }
    }
    return nil
  }

  @inline(__always)
  private static func load<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, _ index: Int
  ) -> Stored {
    source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Stored>.size, as: Stored.self)
  }

  /// An IEEE 754 binary16 as binary32, exactly. By bits, since `Float16` is not on every platform.
  static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      // Subnormal: fraction · 2⁻²⁴, which a binary32 holds exactly.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// Reverses the bytes of every number of `width` bytes.
  static func swapBytes(_ bytes: inout [UInt8], width: Int) {
    guard width > 1 else { return }
    bytes.withUnsafeMutableBytes { buffer in
      switch width {
      case 2: swapAll(buffer, as: UInt16.self)
      case 4: swapAll(buffer, as: UInt32.self)
      default: swapAll(buffer, as: UInt64.self)
      }
    }
  }

  private static func swapAll<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: UnsafeMutableRawBufferPointer, as type: Stored.Type
  ) {
    let width = MemoryLayout<Stored>.size
    for offset in stride(from: 0, to: buffer.count - width + 1, by: width) {
      let value = buffer.loadUnaligned(fromByteOffset: offset, as: Stored.self)
      buffer.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: Stored.self)
    }
  }

  /// Copies numbers from column-major (Fortran) to row-major (C) order.
  ///
  /// Memory in Fortran order is the C order of the shape reversed, so for two axes this is a
  /// transpose, in blocks that fit the cache; more axes are walked by an odometer over the target.
  static func rowMajor(
    _ source: UnsafeRawBufferPointer, shape: [Int], width: Int
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: source.count) { buffer, count in
      count = source.count
      let target = UnsafeMutableRawBufferPointer(buffer)
      switch width {
      case 1: permute(source, target, shape, as: UInt8.self)
      case 2: permute(source, target, shape, as: UInt16.self)
      case 4: permute(source, target, shape, as: UInt32.self)
      default: permute(source, target, shape, as: UInt64.self)
      }
    }
  }

  private static func permute<Stored: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ shape: [Int],
    as type: Stored.Type
  ) {
    let width = MemoryLayout<Stored>.size
    guard !source.isEmpty else { return }
    if shape.count == 2 {
      let (rows, columns) = (shape[0], shape[1])
      for i0 in stride(from: 0, to: rows, by: 32) {
        for j0 in stride(from: 0, to: columns, by: 32) {
          for i in i0..<min(i0 + 32, rows) {
            for j in j0..<min(j0 + 32, columns) {
              let value = source.loadUnaligned(
                fromByteOffset: (j * rows + i) * width, as: Stored.self)
              target.storeBytes(
                of: value, toByteOffset: (i * columns + j) * width, as: Stored.self)
            }
          }
        }
      }
      return
    }
    var strides: [Int] = []
    var step = 1
    for extent in shape {
      strides.append(step)
      step *= extent
    }
    var index = [Int](repeating: 0, count: shape.count)
    var from = 0
    for to in 0..<(source.count / width) {
      let value = source.loadUnaligned(fromByteOffset: from * width, as: Stored.self)
      target.storeBytes(of: value, toByteOffset: to * width, as: Stored.self)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        from += strides[axis]
        if index[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
