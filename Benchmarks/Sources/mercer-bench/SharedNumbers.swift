import Mercer

/// Numbers that look random and are the same in Swift and in Python (`peers/common.py`), so that
/// both sides work on the same data and their results can be compared.
///
/// - Source: Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators, OOPSLA
///   (SplitMix64), with the position in place of the state.
enum SharedNumbers {
  /// `count` doubles in [0, 1), from a stream of this number.
  static func uniform(_ count: Int, stream: UInt64) -> [Double] {
    (0..<UInt64(count)).map { position in
      var z = (stream << 40 &+ position &+ 1) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
  }

  /// n × d in [0, 1).
  static func matrix<Element: Scalar>(
    _ rowCount: Int, _ columnCount: Int, stream: UInt64, as: Element.Type = Element.self
  ) -> Matrix<Element> {
    Matrix(
      converting: Matrix<Double>(
        rowCount: rowCount, columnCount: columnCount,
        elements: uniform(rowCount * columnCount, stream: stream)))
  }
}
