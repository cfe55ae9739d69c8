import MercerCore

/// What is at the border of an image or a sequence.
public enum Padding: String, Sendable, CaseIterable {
  /// Zeros, as many as make the output ⌈size / stride⌉ long; the odd one at the end.
  case same
  /// Nothing: only windows that are inside.
  case valid
  /// The other end, for as many positions as `same` would add.
  case circular
}

/// Windows along one axis: the positions of the input that one position of the output sums over.
///
/// Axes have a period, at least their size, in which offsets between positions of two inputs count:
/// offset o and o − period are one slice, whose rows are then always full.
struct AxisWindow: Hashable, Sendable {
  /// The sizes and periods of the axis before and after.
  var inSize: Int, inPeriod: Int, outSize: Int, outPeriod: Int
  /// How many positions a window holds, how far apart two are, and how far the first one begins
  /// before the axis.
  var filter: Int, stride: Int, low: Int
  /// Whether positions outside are those of the other end.
  var isCircular: Bool

  /// Sizes that a window makes, before periods are known.
  ///
  /// - Throws: `.invalidParameter` when nothing is left.
  init(
    size: Int, filter: Int, stride: Int, padding: Padding, axis: String
  ) throws(MercerError) {
    inSize = size
    self.filter = filter
    self.stride = stride
    isCircular = padding == .circular
    if padding == .valid {
      guard filter <= size else {
        throw MercerError(
          .invalidParameter,
          "the \(axis) before it is \(size), smaller than its window of \(filter)",
          remedy: "use padding: same, or a smaller window")
      }
      outSize = (size - filter) / stride + 1
      low = 0
    } else {
      outSize = (size + stride - 1) / stride
      low = max((outSize - 1) * stride + filter - size, 0) / 2
    }
    (inPeriod, outPeriod) = (inSize, outSize)
  }

  /// The position of the input under a tap of the window of an output position; nil outside.
  func source(_ position: Int, _ tap: Int) -> Int? {
    let place = stride * position + tap - low
    if isCircular { return place.remainder(modulo: inSize) }
    return place >= 0 && place < inSize ? place : nil
  }

  /// How many taps a pair of taps with this distance can have.
  func tapCount(shift: Int) -> Int { max(0, filter - abs(shift)) }

  /// The positions p of x that the pair (p′, q′ = p′ − offset) of outputs sums over when the taps at
  /// x are `shift` ahead of those at z: one for each tap, nil where p or q is outside.
  func sources(of position: Int, offset: Int, shift: Int) -> [Int?] {
    let other = (position - offset).remainder(modulo: outPeriod)
    let first = max(0, shift)
    return (0..<tapCount(shift: shift)).map { index in
      guard position < outSize, other < outSize, source(other, first + index - shift) != nil else {
        return nil
      }
      return source(position, first + index)
    }
  }

  /// The offset of the inputs that meet under taps with this distance.
  func inputOffset(of offset: Int, shift: Int) -> Int {
    (stride * offset + shift).remainder(modulo: inPeriod)
  }

  /// The distances that two taps of one window can have.
  var shifts: ClosedRange<Int> { (1 - filter)...(filter - 1) }
}

extension Int {
  /// The number from 0 to `period` − 1 that differs by a multiple of it.
  func remainder(modulo period: Int) -> Int {
    let rest = self % period
    return rest < 0 ? rest + period : rest
  }
}
