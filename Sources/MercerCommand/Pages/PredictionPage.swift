import Mercer
import MercerReport

/// The page of `predict`: gathered while rows go by, in memory that does not grow with them.
struct PredictionPage {
  private let model: TableModel
  private let source: String
  private let level: Double
  private var rows = 0
  private var sample: Sample
  private var first: [TablePredictions] = []
  private var classCounts: [Int]
  private var setSizes: [Int]

  /// How many of the first predictions are listed, and how many are drawn.
  private static let (listed, drawn) = (100, 20_000)

  init(_ model: TableModel, source: String, level: Double, seed: UInt64) {
    (self.model, self.source, self.level) = (model, source, level)
    sample = Sample(limit: Self.drawn, seed: seed)
    classCounts = [Int](repeating: 0, count: model.target.classNames.count)
    setSizes = [Int](repeating: 0, count: model.target.classNames.count + 1)
  }

  /// A fixed number of values of a stream, each as likely to be among them.
  ///
  /// - Source: Vitter, Random sampling with a reservoir (1985), algorithm R.
  private struct Sample {
    let limit: Int
    var stream: RandomStream
    var seen = 0
    var values: [(value: Double, width: Double)] = []

    init(limit: Int, seed: UInt64) {
      self.limit = limit
      stream = RandomStream(seed: seed, purpose: "prediction page")
    }

    mutating func add(_ value: Double, _ width: Double) {
      seen += 1
      if values.count < limit {
        values.append((value, width))
      } else {
        let place = stream.integer(below: seen)
        if place < limit { values[place] = (value, width) }
      }
    }
  }

  /// Adds the predictions of the next rows.
  mutating func add(_ predictions: TablePredictions) {
    if rows < Self.listed { first.append(predictions) }
    rows += predictions.count
    switch predictions {
    case .numbers(let values, let lower, let upper, _):
      for row in values.indices { sample.add(values[row], upper[row] - lower[row]) }
    case .classes(let probabilities, _, let sets, _):
      for row in 0..<probabilities.rowCount {
        let said = probabilities.row(row)
        let likeliest = said.indexOfLargest
        classCounts[likeliest] += 1
        sample.add(said[likeliest], 0)
        if let sets { setSizes[sets[row].count] += 1 }
      }
    }
  }

  /// The page, when all rows have gone by.
  func page(_ notes: EncodingNotes, origin: PageOrigin) -> Page {
    let target = Markup.shortened(model.target.column, to: 80)
    return Page(
      title: "\(target): predictions",
      subtitle: "\(source), \(NumberText.quantity(rows, "row"))",
      sections: [
        model.calibration == nil ? numbers : classes, list,
        FitReport.section(of: FitReport.words(of: notes, table: "this table")), origin.section,
      ], footer: origin.footer)
  }

  private var level100: String { PageText.percent(level) }

  private var numbers: Section {
    let values = sample.values.map(\.value).sorted()
    guard !values.isEmpty else { return empty }
    let widths = sample.values.map(\.width).sorted()
    func quantile(_ sorted: [Double], _ share: Double) -> String {
      PageText.number(sorted[Int(share * Double(sorted.count - 1))], digits: 4)
    }
    let name = Markup.shortened(model.target.column, to: 40)
    return Section(
      "What was predicted", id: "predictions",
      [
        .lead(
          "Half of the \(NumberText.quantity(rows, "prediction")) lie between \(strong: quantile(values, 0.25)) and \(strong: quantile(values, 0.75)); the middle one is \(quantile(values, 0.5)). Half of the \(level100) intervals are narrower than \(quantile(widths, 0.5))."
        ),
        .figure(
          Figure(
            HistogramPlot(
              title: "Predictions", summary: "How often each size was predicted.\(drawnText)",
              quantity: Quantity("predicted \(name)"), values: values))),
        .figure(
          Figure(
            ScatterPlot(
              title: "Width of the \(level100) intervals",
              summary: "Where they are wide, the model is less sure.\(drawnText)",
              x: Quantity("predicted \(name)"), y: Quantity("width of the interval"),
              xs: sample.values.map(\.value), ys: sample.values.map(\.width)))),
      ])
  }

  private var drawnText: String {
    rows > Self.drawn ? " Of \(NumberText.count(Self.drawn)) rows chosen at random." : ""
  }

  private var classes: Section {
    guard rows > 0 else { return empty }
    let names = model.target.classNames
    let order = names.indices.sorted { (classCounts[$0], $1) > (classCounts[$1], $0) }
    let sure = sample.values.count { $0.value >= 0.9 }
    var blocks: [Block] = [
      .lead(
        "Of \(NumberText.quantity(rows, "row")), \(strong: PageText.percent(Double(classCounts[order[0]]) / Double(rows))) were taken for \(PageText.name(names[order[0]])). The model is sure to 90 % or more of \(PageText.percent(Double(sure) / Double(max(sample.values.count, 1)))) of them."
      ),
      .figure(
        Figure(
          BarPlot(
            title: "Predicted classes", summary: "Rows by their likeliest class.",
            quantity: Quantity("rows"),
            bars: order.map { BarPlot.Bar(names[$0], Double(classCounts[$0])) }))),
      .figure(
        Figure(
          HistogramPlot(
            title: "How sure", summary: "Probabilities of the likeliest class.\(drawnText)",
            quantity: Quantity("probability of the likeliest class"),
            values: sample.values.map(\.value)))),
    ]
    if model.sets != nil {
      var table = DataTable(
        "Classes that a row may have, at \(level100)",
        columns: [.number("classes in the set"), .number("rows")])
      for (size, count) in setSizes.enumerated() where count > 0 {
        table.add([String(size), NumberText.count(count)])
      }
      blocks.append(.table(table))
    }
    return Section("What was predicted", id: "predictions", blocks)
  }

  private var empty: Section {
    Section("What was predicted", id: "predictions", [.paragraph("The table has no rows.")])
  }

  private var list: Section {
    let isRegression = model.calibration == nil
    var table = DataTable(
      rows > Self.listed ? "The first \(Self.listed) rows" : "All rows",
      columns: isRegression
        ? [.number("row"), .number("prediction"), .number("\(level100) interval")]
        : [.number("row"), .text("class"), .number("probability"), .text("\(level100) set")])
    var number = 0
    for part in first {
      for row in 0..<part.count where number < Self.listed {
        number += 1
        table.add([NumberText.count(number)] + cells(part, row))
      }
    }
    return Section("Row by row", id: "rows", [.table(table)])
  }

  private func cells(_ predictions: TablePredictions, _ row: Int) -> [String] {
    switch predictions {
    case .numbers(let values, let lower, let upper, _):
      return [
        PageText.number(values[row], digits: 5),
        "\(PageText.number(lower[row], digits: 4)) to \(PageText.number(upper[row], digits: 4))",
      ]
    case .classes(let probabilities, let names, let sets, _):
      let said = probabilities.row(row)
      let likeliest = said.indexOfLargest
      return [
        names[likeliest], PageText.percent(said[likeliest]),
        sets.map { $0[row].map { Markup.shortened(names[$0], to: 40) }.joined(separator: ", ") }
          ?? "",
      ]
    }
  }
}
