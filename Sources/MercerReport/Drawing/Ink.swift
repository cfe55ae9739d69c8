/// What a mark is painted with: a role, which the theme turns into a colour.
public enum Ink: Sendable, Equatable {
  /// The colour of a series, from 0; it starts anew after the sixth.
  case series(Int)
  /// Quiet marks: reference lines, whiskers.
  case line
  /// The background, to set a line apart from what is below it.
  case paper
  /// Grid lines.
  case rule
  /// Text in full strength, and marks as strong as text.
  case ink
  /// A share from 0 to 1 on a sequential scale.
  case sequential(Double)
  /// A value from −1 to 1 on a diverging scale.
  case diverging(Double)

  /// The class that the style sheet paints.
  var className: String {
    switch self {
    case .series(let index): "s\((index % Palette.light.series.count) + 1)"
    case .line: "ln"
    case .rule: "rl"
    case .paper: "pp"
    case .ink: "ik"
    case .sequential: "sq"
    case .diverging(let value): value < 0 ? "ng" : "ps"
    }
  }

  /// How strong the ink is, for scales.
  var opacity: Double? {
    switch self {
    case .sequential(let share): min(max(share, 0), 1)
    case .diverging(let value): min(abs(value), 1)
    default: nil
    }
  }

  /// The class of text that is read on this ink in both themes: it says in which of them the ink is
  /// so strong that text must change sides.
  var classOfTextOnTop: String {
    func isWhite(_ palette: Palette) -> Bool {
      let colour =
        switch self {
        case .sequential: palette.sequential
        case .diverging(let value): value < 0 ? palette.negative : palette.positive
        default: palette.paper
        }
      return palette.text(on: colour, opacity: opacity ?? 1) == Colour(0xFFFFFF)
    }
    return "on-\(isWhite(.light) ? "w" : "k")\(isWhite(.dark) ? "w" : "k")"
  }
}
