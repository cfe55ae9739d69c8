/// The colours of one theme.
///
/// Series differ in lightness as well as in hue (blue, orange, green, purple, ochre, grey, after Okabe
/// and Ito 2008), so they can be told apart without colour vision; each has a contrast of at least 3
/// with the paper, and each colour of text at least 4.5.
public struct Palette: Sendable {
  /// The background.
  public let paper: Colour
  /// Behind code, table heads and quiet boxes.
  public let surface: Colour
  /// Main text.
  public let ink: Colour
  /// Text beside the main one: captions, axis labels.
  public let softInk: Colour
  /// Lines of tables and grids.
  public let rule: Colour
  /// Lines that must be seen: axes, reference lines, edges of controls.
  public let line: Colour
  /// Links and focus.
  public let accent: Colour
  /// Behind a warning.
  public let warningSurface: Colour
  /// The edge and the sign of a warning.
  public let warning: Colour
  /// The colours of data, in the order they are taken.
  public let series: [Colour]
  /// The full end of a sequential scale, whose other end is the paper.
  public let sequential: Colour
  /// The positive end of a diverging scale, whose middle is the paper.
  public let positive: Colour
  /// The negative end of a diverging scale.
  public let negative: Colour

  /// Dark on light.
  public static let light = Palette(
    paper: Colour(0xFFFFFF), surface: Colour(0xF4F5F7), ink: Colour(0x1B1F24),
    softInk: Colour(0x57606A), rule: Colour(0xE3E6EA), line: Colour(0x818A94),
    accent: Colour(0x0A5CA8), warningSurface: Colour(0xFFF6E0), warning: Colour(0x8A5300),
    series: [0x1668B0, 0xC4560C, 0x128264, 0xA23A80, 0x7D6608, 0x5B6570].map(Colour.init),
    sequential: Colour(0x08488A), positive: Colour(0xA63A00), negative: Colour(0x08488A))

  /// Light on dark.
  public static let dark = Palette(
    paper: Colour(0x14171B), surface: Colour(0x1E2329), ink: Colour(0xE8EBEE),
    softInk: Colour(0xA9B2BC), rule: Colour(0x2C333B), line: Colour(0x76808B),
    accent: Colour(0x7DBBF5), warningSurface: Colour(0x2E2512), warning: Colour(0xF0B357),
    series: [0x69B1F0, 0xF79A5B, 0x4CC79E, 0xE08EC4, 0xD3B93F, 0x9AA5B1].map(Colour.init),
    sequential: Colour(0x8CC8FF), positive: Colour(0xFFA466), negative: Colour(0x8CC8FF))

  /// Every colour by the name of its CSS variable.
  var named: [(name: String, colour: Colour)] {
    [
      ("paper", paper), ("surface", surface), ("ink", ink), ("soft-ink", softInk), ("rule", rule),
      ("line", line), ("accent", accent), ("warning-surface", warningSurface),
      ("warning", warning), ("sequential", sequential), ("positive", positive),
      ("negative", negative),
    ] + series.enumerated().map { ("series-\($0 + 1)", $1) }
  }

  /// Black or white: what can be read on a colour painted over the paper. One of the two always has
  /// a contrast of 4.58 or more.
  func text(on colour: Colour, opacity: Double) -> Colour {
    let below = colour.painted(over: paper, opacity: opacity)
    let (black, white) = (Colour(0x000000), Colour(0xFFFFFF))
    return below.contrast(with: black) >= below.contrast(with: white) ? black : white
  }
}
