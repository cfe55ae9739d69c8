/// The style sheet of plots.
enum PlotStyle {
  /// Interface fonts of the common systems.
  static let fonts =
    "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif"

  /// For plots in a page, whose colours are CSS variables.
  static var forPage: String {
    geometry
      + colours(
        named: { "var(--\($0))" }, isDark: nil)
  }

  /// For a plot that is a file of its own. Colours stand there as they are, as viewers other than
  /// browsers know no variables.
  static var forFile: String {
    func rules(_ palette: Palette, isDark: Bool) -> String {
      let names = Dictionary(uniqueKeysWithValues: palette.named.map { ($0.name, $0.colour.css) })
      return colours(named: { names[$0] ?? "none" }, isDark: isDark)
    }
    return geometry + rules(.light, isDark: false) + "@media (prefers-color-scheme:dark){"
      + rules(.dark, isDark: true) + "}\n"
  }

  private static let geometry = """
    .plot{font-family:\(fonts);font-size:\(short(SVGCanvas.textSize))px;font-variant-numeric:tabular-nums}
    .plot .l{fill:none;stroke-linejoin:round;stroke-linecap:butt}
    .plot .sn{fill:none;pointer-events:all}
    .plot .tt{font-size:13px;font-weight:600}
    .plot .pt{font-weight:600}
    .plot .cl{font-size:10px}
    .plot rect{shape-rendering:crispEdges}

    """

  private static func colours(named colour: (String) -> String, isDark: Bool?) -> String {
    var inks = [
      ("ln", "line"), ("rl", "rule"), ("ik", "ink"), ("sq", "sequential"), ("pp", "paper"),
    ]
    inks += [("ps", "positive"), ("ng", "negative")]
    inks += Palette.light.series.indices.map { ("s\($0 + 1)", "series-\($0 + 1)") }
    var rules = inks.map { ink, name in
      ".plot .\(ink).f{fill:\(colour(name))}.plot .\(ink).l{stroke:\(colour(name))}\n"
    }.joined()
    rules +=
      ".plot .tk,.plot .lb{fill:\(colour("soft-ink"))}.plot .tt,.plot .pt{fill:\(colour("ink"))}\n"
    rules += ".plot .bg{fill:\(colour("paper"))}\n"
    for light in ["k", "w"] {
      for dark in ["k", "w"] {
        let text =
          switch isDark {
          case nil: "var(--on-\(light)\(dark))"
          case true?: dark == "w" ? "#fff" : "#000"
          case false?: light == "w" ? "#fff" : "#000"
          }
        rules += ".plot .on-\(light)\(dark){fill:\(text)}"
      }
    }
    return rules + "\n"
  }

  /// The variables of a theme, without braces.
  static func variables(_ palette: Palette, isDark: Bool) -> String {
    palette.named.map { "--\($0.name):\($0.colour.css)" }.joined(separator: ";")
      + ["k", "w"].flatMap { light in
        ["k", "w"].map { dark in
          ";--on-\(light)\(dark):\((isDark ? dark : light) == "w" ? "#fff" : "#000")"
        }
      }.joined()
  }
}
