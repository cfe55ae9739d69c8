import MercerCore

/// Which numbers of an input stand for nothing, as in sequences that are padded to one length:
/// `sequence(12, channels: 4, mask: 0)`, `mask: missing`.
///
/// A position of which all channels are masked is absent: its units are zero in every layer, means over
/// all positions leave it out, and attention does not look at it. A masked number at a position that
/// has others is a zero.
/// - Source: `mask_constant` of neural-tangents (Novak et al. 2020, 1912.02803).
public enum InputMask: Sendable, Hashable {
  /// Numbers equal to this finite one.
  case value(Double)
  /// Missing numbers: NaN, and `missingCode`.
  case missing

  /// What a missing cell of a table is written as: the least number that half precision holds. Of
  /// numbers that have a deviation of one, none other is as far from 0.
  public static let missingCode = -65504.0

  /// The mask in the text form.
  var value: NetworkExpression.Value {
    switch self {
    case .value(let value): .number(value)
    case .missing: .word("missing")
    }
  }

  /// The mask that an argument means, or nil where there is none.
  ///
  /// - Throws: `.invalidExpression` for another word than `missing`; `.invalidParameter` for a number
  ///   that is not finite.
  init?(_ value: KernelExpression.Value?) throws(MercerError) {
    switch value {
    case .number(let number):
      guard number.isFinite else {
        throw MercerError(.invalidParameter, "the mask must be a finite number, or missing")
      }
      self = .value(number)
    case .word("missing"): self = .missing
    case nil: return nil
    default:
      throw MercerError(
        .invalidExpression, "the mask must be a number, or the word missing",
        remedy: "write mask: 0, or mask: missing for empty cells and NaN")
    }
  }
}

extension Matrix {
  /// The inputs, of which masked numbers become 0, and which positions are there: one byte each,
  /// inputs × positions, 0 for an absent one.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  func masked(
    by mask: InputMask, channels: Int
  ) -> (inputs: Matrix, presence: [UInt8]) where Element: Scalar {
    var inputs = self
    var code: Element = 0
    var takesNaN = false
    switch mask {
    case .value(let value): code = Element(value)
    case .missing:
      code = Element(InputMask.missingCode)
      takesNaN = true
    }
    var presence = [UInt8](repeating: 0, count: inputs.count / Swift.max(channels, 1))
    inputs.withUnsafeMutableBufferPointer { numbers in
      for position in presence.indices {
        for place in (position * channels)..<((position + 1) * channels) {
          if numbers[place] == code || (takesNaN && numbers[place].isNaN) {
            numbers[place] = 0
          } else {
            presence[position] = 1
          }
        }
      }
    }
    return (inputs, presence)
  }
}
