import Foundation
import MercerReport

/// A page with every kind of plot and of block, on names and numbers that are hard to set.
enum Gallery {
  /// Names as a hostile table might have them.
  static let names = [
    "carat", "depth of the stone in percent of its width", "<script>alert(1)</script>",
    "R&D \"quoted\" 'single'", "line\nbreak\tand tab", "clarity", "价格（人民币）", "a\u{1}b\u{202E}c",
    "x",
    "An extremely long column name that goes on and on, as exported from somebody's spreadsheet",
  ]

  static var page: Page {
    Page(
      title: "What was learned of price <&>", subtitle: "stones.csv, 12,345 rows, 9 columns",
      sections: [
        Section("Words", words), Section("Points", points), Section("Curves & bands", curves),
        Section("Classes", classes), Section("Effects", effects), Section("Edges", edges),
      ], footer: "Mercer 0.1")
  }

  static let errors = Sparkline([3, 2.2, 1.7, 1.6, 1.55, 1.5], label: "errors falling")

  static let words: [Block] = [
    .lead("Price is mostly weight. The error on unseen rows is 3.9 % of its spread."),
    .facts([
      .init("RMSE on unseen rows", "312.4 USD", detail: "naive predictor: 3,989 USD"),
      .init("R²", "0.9938"), .init("Rows", "12,345", detail: "9 columns"),
    ]),
    .paragraph(
      "Plain, \(strong: "strong"), \(emphasis: "stressed"), \(code: "a<b>&c"), a \(link: "link", to: "points") and a line \(sparkline: errors)."
    ),
    .notice(.information, "Column \(code: "id") names rows and was left out."),
    .notice(
      .warning, "Only \(12) rows have the level \(code: names[2]); its predictions are guesses."),
    .list(["One point", "Another, with a name: \(names[2])"]),
    .definitions([
      .init(
        "kernel", .code("productLaplace(lengthScale: 3, scales: [1, 0.2, 0.7]) + 0.1 * linear")),
      .init(InlineText(names[9]), "numeric, 3 missing"),
    ]),
    .table(table),
    .details(
      summary: "All of the encoders", [.paragraph("Standardised, one-hot."), .table(table)]),
    .code(
      "mercer fit stones.csv --target price --seed 0 \\\n  --output 'out <1>' && echo \"done\"",
      label: "To reproduce"),
  ]

  static var table: DataTable {
    var table = DataTable(
      "Kernels tried, the best first",
      columns: [
        .text("kernel"), .number("RMSE"), .number("seconds"), .number("rows"),
        .text("why it stopped, in a sentence"),
      ],
      emphasised: 0)
    for (index, name) in names.enumerated() {
      table.add([
        name, ReadableNumber.text(312.4 + Double(index * index) * 7.77), "\(index).5", "12,345",
        "all was tried",
      ])
    }
    return table
  }

  /// Numbers that look like normal noise, the same every time: sums of multiples of irrational numbers.
  static func noise(_ index: Int) -> Double {
    [0.6180339887, 0.7548776662, 0.5698402910, 0.8191725134].reduce(-2) {
      $0 + (Double(index + 1) * $1).truncatingRemainder(dividingBy: 1)
    } * 1.7
  }

  static func scatter(_ count: Int) -> ScatterPlot {
    let actual = (0..<count).map { exp(7.5 + noise($0) * 0.8) }
    let predicted = actual.enumerated().map { $1 * exp(noise($0 + count) * 0.08) }
    let price = Quantity("price", unit: "USD", scale: .logarithmic)
    var (x, y) = (price, price)
    (x.name, y.name) = ("actual price", "predicted price")
    return ScatterPlot(
      title: "Predicted against actual price, \(count) rows",
      summary: "Points lie along the diagonal.", x: x, y: y,
      xs: actual, ys: predicted, labels: (0..<count).map { "row \($0 + 2)" }, isComparison: true)
  }

  static var points: [Block] {
    let residuals = (0..<900).map { noise($0 + 5000) * 1e-7 }
    return [
      .figure(Figure(scatter(400), caption: "Rows the model had not seen.")),
      .figure(Figure(scatter(20_000))),
      .figure(
        Figure(
          ScatterPlot(
            title: "Tiny residuals of large values", summary: "No trend.",
            x: Quantity(names[9], unit: "km"),
            y: Quantity(names[2]), xs: (0..<900).map { 2.5e9 + Double($0) * 1e7 }, ys: residuals,
            references: [
              ReferenceLine(.y, at: 0, "no error"), ReferenceLine(.x, at: 5e9, names[4]),
            ]))),
      .figure(
        Figure(
          HistogramPlot(
            title: "Residuals", summary: "Close to normal.",
            quantity: Quantity("residual", unit: "USD"),
            values: (0..<3000).map { noise($0) * 300 },
            references: [ReferenceLine(.x, at: 12.34, "mean")]))),
    ]
  }

  static var curves: [Block] {
    let rows = (0..<9).map { 100 * pow(2, Double($0)) }
    let error = rows.map { 0.05 + 3 / sqrt($0) }
    let future = (0..<30).map { 100 * pow(2, Double($0) / 2.6) }
    let forecast = future.map { 0.05 + 3 / sqrt($0) }
    let spread = future.map { 0.004 + 0.006 * abs(log($0 / 3000)) }
    let learning = CurvePlot(
      title: "Learning curve with its forecast",
      summary: "Twice the rows would lower the error by 8 %.",
      x: Quantity("rows", scale: .logarithmic),
      y: Quantity("RMSE over spread", scale: .logarithmic),
      curves: [
        Curve("measured", x: rows, y: error, style: .points, colour: 0),
        Curve(
          "forecast, 90 % interval", x: future, y: forecast,
          lower: zip(forecast, spread).map { $0 - $1 },
          upper: zip(forecast, spread).map { $0 + $1 }, style: .dashed, colour: 0),
      ],
      references: [
        ReferenceLine(.y, at: 0.0712, "previous best"), ReferenceLine(.x, at: 12_345, "rows now"),
      ])
    return [
      .figure(Figure(learning, width: .full, table: table)),
      .figure(
        Figure(
          SpectrumPlot.plot(
            title: "Spectrum", summary: "Eigenvalues fall like a power.",
            eigenvalues: (1...5000).map { 4000 / pow(Double($0), 1.7) } + [0, -1e-12], ridge: 0.013)
        )),
      .figure(
        Figure(
          CurvePlot(
            title: "Six curves", summary: "Six colours and dashes.", x: Quantity("time", unit: "s"),
            y: Quantity("value"),
            curves: (0..<6).map { k in
              Curve(
                names[k], x: (0..<2000).map { Double($0) / 200 },
                y: (0..<2000).map { sin(Double($0) / 300 + Double(k)) + Double(k) })
            }))),
    ]
  }

  static var classes: [Block] {
    let digits = (0..<10).map(String.init)
    let shares = (0..<10).map { row in
      (0..<10).map { row == $0 ? 0.9 - 0.03 * Double(row) : 0.01 * abs(noise(row * 10 + $0)) }
    }
    let levels = [0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1]
    func roc(_ name: String, _ power: Double) -> Curve {
      Curve(name, x: levels, y: levels.map { pow($0, power) })
    }
    return [
      .figure(
        Figure(
          HeatMapPlot(
            title: "Confusion matrix of ten classes", summary: "3 and 5 are mistaken most.",
            rows: .init("actual", labels: digits), columns: .init("predicted", labels: digits),
            values: shares,
            texts: shares.map { $0.map { "\(Int($0 * 300))" } },
            quantity: Quantity("share of the row", range: 0...1)))),
      .figure(
        Figure(
          HeatMapPlot(
            title: "Confusion matrix of three classes", summary: "Two are alike.",
            rows: .init("actual species", labels: ["Adélie", names[9], names[2]]),
            columns: .init("predicted species", labels: ["Adélie", names[9], names[2]]),
            values: [[0.95, 0.05, 0], [0.3, 0.6, 0.1], [.nan, 0.45, 0.55]],
            texts: [["95 %", "5 %", "0"], ["30 %", "60 %", "10 %"], ["", "45 %", "55 %"]],
            quantity: Quantity("share of the row", range: 0...1)))),
      .figure(
        Figure(
          ThresholdPlot.roc(
            title: "ROC curve", summary: "AUC 0.93.",
            curves: [roc("yes (AUC 0.93)", 0.1), roc(names[3], 0.3)]))),
      .figure(
        Figure(
          ThresholdPlot.precisionRecall(
            title: "Precision and recall", summary: "Average precision 0.81.",
            curves: [Curve("yes", x: levels, y: levels.map { 1 - 0.5 * $0 * $0 })], baseRate: 0.42))
      ),
      .figure(
        Figure(
          CalibrationPlot(
            title: "Calibration", summary: "Probabilities hold within 3 %.",
            bins: (0..<10).map { k in
              let p = 0.02 + Double(k) * 0.105
              return .init(
                predicted: p, observed: min(max(p + 0.03 * noise(k), 0), 1),
                count: [900, 300, 120, 60, 40, 33, 50, 90, 200, 1200][k],
                interval: max(p - 0.08, 0)...min(p + 0.08, 1))
            }))),
      .figure(
        Figure(
          HeatMapPlot(
            title: "Interaction of carat and depth",
            summary: "Large and deep stones cost more than both say.",
            rows: .init("depth (%)", labels: (0..<24).map { String(70 - $0) }, isOrdered: true),
            columns: .init(
              "carat",
              labels: (0..<24).map { ReadableNumber.text(0.2 + Double($0) * 0.11, digits: 3) },
              isOrdered: true),
            values: (0..<24).map { row in
              (0..<24).map { 300 * sin(Double(row) / 5) * cos(Double($0) / 6) }
            },
            quantity: Quantity("change of price", unit: "USD"), shades: .diverging))),
    ]
  }

  static var effects: [Block] {
    let bars = names.enumerated().map { index, name in
      BarPlot.Bar(
        name, 0.5 / Double(1 + index), interval: 0.4 / Double(1 + index)...0.62 / Double(1 + index))
    }
    let price = Quantity("price", unit: "USD")
    let grid = (0..<40).map { 0.2 + Double($0) * 0.08 }
    let panels = EffectPlot.sharingRange(
      (0..<5).map { k in
        let y = grid.map { 4000 + 3000 * tanh($0 - 1.5) / Double(k + 1) }
        return EffectPlot(
          title: names[k], summary: "Rises.",
          feature: Quantity(names[k], unit: k == 0 ? "ct" : nil), response: price,
          curve: Curve("", x: grid, y: y, lower: y.map { $0 - 250 }, upper: y.map { $0 + 250 }),
          rug: (0..<300).map { 1.5 + noise($0) * 0.4 })
      } + [
        EffectPlot(
          title: "cut", summary: "Ideal stones cost more.", feature: Quantity("cut"),
          response: price,
          levels: ["Fair", "Good", names[3], names[9]].enumerated().map {
            .init(
              $1, 3500 + Double($0) * 300,
              interval: 3300 + Double($0) * 300...3700 + Double($0) * 300, count: 120 * ($0 + 1))
          })
      ])
    return [
      .figure(
        Figure(
          BarPlot(
            title: "Importance of the columns", summary: "Weight matters most.",
            quantity: Quantity("loss of R² when shuffled"), bars: bars))),
      .figure(
        Figure(
          BarPlot(
            title: "Contributions to one prediction", summary: "Weight raises it.", quantity: price,
            bars: [.init("carat", 2345.6), .init("cut", -410.2), .init("depth", 12)],
            references: [ReferenceLine(.x, at: 0, "mean prediction")]))),
      .figure(
        Figure(
          SmallMultiples(
            title: "Partial dependence", summary: "The five strongest columns.", panels: panels),
          width: .full)),
    ]
  }

  /// Data at the ends of what can be: nothing, one value, all equal, not finite, as large as Double.
  static var edges: [Block] {
    let x = Quantity("x"), y = Quantity("y")
    func scatter(_ title: String, _ xs: [Double], _ ys: [Double], kind: Scale.Kind = .linear)
      -> Block
    {
      .figure(
        Figure(
          ScatterPlot(
            title: title, summary: "", x: Quantity("x", scale: kind), y: Quantity("y", scale: kind),
            xs: xs, ys: ys)))
    }
    return [
      scatter("None", [], []), scatter("One", [3], [4]),
      scatter("Equal", [1e6, 1e6, 1e6], [0, 0, 0]),
      scatter("Not finite", [.nan, 1, .infinity, 2], [1, 2, 3, .nan]),
      scatter("Largest", [-1.7e308, 0, 1.7e308], [1.7e308, 0, -1.7e308]),
      scatter("Smallest", [0, 5e-324, 1e-310], [1e-300, 2e-300, 0]),
      scatter("Logarithmic", [0, 1e-300, 1e300], [-1, 1, 1e5], kind: .logarithmic),
      scatter("Close", [1_000_000.001, 1_000_000.002], [-123_456, -123_455]),
      .figure(Figure(BarPlot(title: "No bars", summary: "", quantity: x, bars: []))),
      .figure(Figure(HistogramPlot(title: "No values", summary: "", quantity: y, values: []))),
      .figure(
        Figure(
          HeatMapPlot(
            title: "No cells", summary: "", rows: .init("r", labels: []),
            columns: .init("c", labels: []), values: [], quantity: x))),
      .figure(Figure(CalibrationPlot(title: "No bins", summary: "", bins: []))),
    ]
  }

  /// Every figure of the page.
  static var figures: [Figure] {
    page.sections.flatMap(\.blocks).compactMap {
      if case .figure(let figure) = $0 { figure } else { nil }
    }
  }
}
