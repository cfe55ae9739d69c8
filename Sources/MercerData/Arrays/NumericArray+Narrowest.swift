public import MercerCore

/// How many bytes a number has.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// IEEE 754 binary16: eleven binary digits.
  case half
  /// IEEE 754 binary32: 24 binary digits.
  case float
  /// IEEE 754 binary64: 53 binary digits.
  case double

  /// The nearest number of this precision; infinite beyond its range.
  public func rounded(_ value: Double) -> Double {
    switch self {
    case .half: Double(NumericDecoding.single(half: NumericEncoding.half(Float(value))))
    case .float: Double(Float(value))
    case .double: value
    }
  }
}

extension NumericArray {
  /// A matrix as an array of two axes, of the narrowest of three types that holds every number
  /// exactly.
  public init(narrowest matrix: Matrix<Double>) {
    let precision = Precision.allCases.first { precision in
      matrix.withUnsafeBufferPointer { $0.allSatisfy { precision.rounded($0) == $0 } }
    }
    switch precision {
    case .half?:
      let halves = matrix.withUnsafeBufferPointer { $0.map { NumericEncoding.half(Float($0)) } }
      self.init(
        shape: [matrix.rowCount, matrix.columnCount], type: .float16,
        bytes: halves.withUnsafeBytes { Array($0) }[...])
    case .float?: self.init(Matrix<Float>(converting: matrix))
    case .double?, nil: self.init(matrix)
    }
  }
}

/// The bits of numbers of lesser precision.
enum NumericEncoding {
  /// The nearest IEEE 754 binary16, ties to even. By bits, since `Float16` is not on every platform.
  static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7fff_ffff
    if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
    // From 65,520 on the nearest is infinity.
    if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
    if magnitude < 0x3880_0000 {
      // Subnormal: a whole multiple of 2⁻²⁴.
      let steps = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
      return sign | UInt16(steps)
    }
    let rebased = magnitude - 0x3800_0000
    let rounding: UInt32 = 0xfff + (rebased >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rebased + rounding) >> 13)
  }
}
