import MercerPlatform

/// An opaque sRGB colour.
public struct Colour: Sendable, Equatable {
  /// Red, green and blue from 0 to 1.
  let red, green, blue: Double

  /// A colour of `0xRRGGBB`.
  public init(_ code: UInt32) {
    red = Double(code >> 16 & 0xFF) / 255
    green = Double(code >> 8 & 0xFF) / 255
    blue = Double(code & 0xFF) / 255
  }

  private init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// `#rrggbb`.
  public var css: String {
    func byte(_ part: Double) -> Int { Int((part * 255).rounded()) }
    return String(printf: "#%02x%02x%02x", byte(red), byte(green), byte(blue))
  }

  /// This colour painted over another one with an opacity from 0 to 1, as browsers mix them.
  public func painted(over below: Colour, opacity: Double) -> Colour {
    func mix(_ above: Double, _ below: Double) -> Double { above * opacity + below * (1 - opacity) }
    return Colour(
      red: mix(red, below.red), green: mix(green, below.green), blue: mix(blue, below.blue))
  }

  /// Relative luminance, 0 for black and 1 for white (WCAG 2.2).
  public var luminance: Double {
    func linear(_ part: Double) -> Double {
      part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The contrast ratio of two colours, 1 to 21 (WCAG 2.2); text needs 4.5, marks need 3.
  public func contrast(with other: Colour) -> Double {
    let (low, high) = (min(luminance, other.luminance), max(luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)
  }
}
