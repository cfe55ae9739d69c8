import MercerCore

/// A walk over the bit patterns of Float, in chunks of neighbours.
///
/// The reference is the Double function of the engine, whose own error (`ElementaryFunctionTests`
/// checks it against Foundation) is 2⁻²⁸ units of Float: Foundation takes 10 to 20 ns a value,
/// which for 2³² values and eight functions would be a quarter of an hour.
struct FloatSweep {
  let function: ElementaryFunction
  /// Patterns that follow each other, and how many chunks of them there are to one that is taken.
  let chunk: Int
  let stride: Int
  /// Beyond this size a chunk is taken only every `farStride`-th time.
  var farFrom = Float.infinity
  var farStride = 1

  /// The largest error of these loops.
  func worst(of loops: TileLoops<Float>) -> WorstError {
    let (map, exact) = (function.float(loops), function.double(Double.loops))
    var worst = WorstError()
    var x = [Float](repeating: 0, count: chunk)
    var wide = [Double](repeating: 0, count: chunk)
    // A function with a symmetry is walked over its positive half.
    let count = (function.symmetry == .none ? 1 << 32 : 1 << 31) / chunk
    for index in Swift.stride(from: 0, to: count, by: stride) {
      let first = UInt32(index * chunk)
      if Float(bitPattern: first).magnitude > farFrom && (index / stride) % farStride != 0 {
        continue
      }
      for i in 0..<chunk {
        x[i] = Float(bitPattern: first &+ UInt32(truncatingIfNeeded: i))
        wide[i] = Double(x[i])
      }
      exact(chunk, &wide)
      var y = x
      map(chunk, &y)
      Self.compare(x, y, wide, into: &worst)
      if function.symmetry != .none && index % 64 == 0 {
        mirror(x, y, map, into: &worst)
      }
    }
    return worst
  }

  private static func compare(
    _ x: [Float], _ y: [Float], _ exact: [Double], into worst: inout WorstError
  ) {
    for i in 0..<x.count {
      let units = difference(y[i], exact[i])
      if !(units <= worst.units) {
        worst.include(remarkable(y[i], exact[i]), at: Double(x[i]))
      }
    }
  }

  /// f(−x) has the digits of f(x).
  private func mirror(
    _ x: [Float], _ y: [Float], _ map: TileLoops<Float>.Map0, into worst: inout WorstError
  ) {
    var mirrored = x.map { -$0 }
    map(chunk, &mirrored)
    for i in 0..<chunk {
      let expected = function.symmetry == .odd ? -y[i] : y[i]
      if mirrored[i].bitPattern != expected.bitPattern && !(y[i].isNaN && mirrored[i].isNaN) {
        worst.include(.infinity, at: -Double(x[i]))
      }
    }
  }

  /// How far a value is from the exact one, in units of the last place of that: 2^(e − 23), 2⁻¹⁴⁹ at
  /// least. By its bits, because a sweep asks for it 2³² times.
  @inline(__always)
  private static func difference(_ value: Float, _ exact: Double) -> Double {
    let exponent = max((exact.bitPattern >> 52) & 0x7ff, 1023 - 126)
    return abs(Double(value) - exact) * Double(bitPattern: (2069 &- exponent) << 52)
  }

  /// The same where infinities and NaN may occur: they must occur together, and what is beyond the
  /// numbers counts as 2¹²⁸.
  private static func remarkable(_ value: Float, _ exact: Double) -> Double {
    if value.isNaN || exact.isNaN { return value.isNaN && exact.isNaN ? 0 : .infinity }
    let edge = 0x1p128
    let here = max(-edge, min(edge, Double(value)))
    let there = max(-edge, min(edge, exact))
    let size = min(there.magnitude, Double(Float.greatestFiniteMagnitude))
    return abs(here - there) / Double(Float(size).ulp)
  }
}
