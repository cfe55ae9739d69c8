import Mercer
import MercerReport

extension FitReport {
  /// What was predicted beside what was true.
  var predictionSection: Section {
    switch (judged.predictions, judged.truth) {
    case (.numbers(let values, _, _, _), .numbers(let truth)):
      return numbers(values, truth)
    case (.classes(let probabilities, let names, _, _), .classes(let labels)):
      return classes(probabilities, labels, names)
    default: return Section("Predictions and the truth", id: "predictions", [])
    }
  }

  // MARK: - Numbers

  private func numbers(_ values: [Double], _ truth: [Double]) -> Section {
    let name = Markup.shortened(target, to: 40)
    let labels = judged.places.map { "row \($0 + 1)" }
    let scatter = ScatterPlot(
      title: "Predicted and actual \(name)",
      summary:
        "Each point is one of \(judgedRowsText). On the diagonal a prediction is right; above it, it is too high.",
      x: Quantity("actual"), y: Quantity("predicted"), xs: truth, ys: values, labels: labels,
      isComparison: true)
    let errors = zip(truth, values).map { $0 - $1 }
    let histogram = HistogramPlot(
      title: "Errors",
      summary:
        "How often the actual value was so much above (positive) or below (negative) the prediction.",
      quantity: Quantity("actual − predicted"), values: errors,
      references: [ReferenceLine(.x, at: 0, "right")])
    let residuals = ScatterPlot(
      title: "Errors by prediction",
      summary:
        "A band of even width around 0 is best; a funnel means that large predictions are less sure, a bend that something is not learned.",
      x: Quantity("predicted"), y: Quantity("actual − predicted"), xs: values, ys: errors,
      labels: labels, references: [ReferenceLine(.y, at: 0, "right")])
    return Section(
      "Predicted and actual", id: "predictions",
      [.figure(Figure(scatter)), .figure(Figure(residuals)), .figure(Figure(histogram))])
  }

  // MARK: - Classes

  private func classes(
    _ probabilities: Matrix<Double>, _ labels: [Int], _ names: [String]
  ) -> Section {
    let confusion = ConfusionMatrix(labels: labels, probabilities: probabilities, names: names)
    var blocks: [Block] = [
      .figure(Figure(map(of: confusion), width: names.count > 6 ? .full : .half))
    ]
    if names.count == 2 { blocks.append(.figure(Figure(calibration(probabilities, labels)))) }
    let taken = confusion.confusions.prefix(5)
    if names.count > 2, !taken.isEmpty {
      blocks.append(.heading("Most often mistaken"))
      blocks.append(
        .list(
          taken.map {
            "\(PageText.name(names[$0.truth])) taken for \(PageText.name(names[$0.prediction])): \(NumberText.quantity($0.rows, "row"))"
          }))
    }
    let curves = operatingCurves(probabilities, labels, names)
    if !curves.isEmpty {
      blocks += [.figure(Figure(roc(curves))), .figure(Figure(precisionRecall(curves)))]
    }
    if names.count > 2 { blocks.append(.figure(Figure(calibration(probabilities, labels)))) }
    if let thresholds = model.history.thresholds { blocks.append(.table(table(of: thresholds))) }
    return Section("Predicted and actual classes", id: "predictions", blocks)
  }

  private func map(of confusion: ConfusionMatrix) -> HeatMapPlot {
    let shares = confusion.counts.map { row in
      let total = row.reduce(0, +)
      return row.map { total > 0 ? Double($0) / Double(total) : .nan }
    }
    let names = confusion.names.map { Markup.shortened($0, to: 40) }
    return HeatMapPlot(
      title: "Confusion matrix",
      summary:
        "\(judgedRowsText): counts of each actual class (down) by predicted class (across); shades are shares of the actual class. What is right is on the diagonal.",
      rows: .init("actual", labels: names), columns: .init("predicted", labels: names),
      values: shares,
      texts: confusion.counts.map { $0.map { $0 == 0 ? "" : NumberText.count($0) } },
      quantity: Quantity("share of the actual class", range: 0...1))
  }

  /// One for two classes (of the last); of more, those that are told from the rest worst.
  private func operatingCurves(
    _ probabilities: Matrix<Double>, _ labels: [Int], _ names: [String]
  ) -> [(name: String, curve: OperatingCurve, area: Double)] {
    let all = (names.count == 2 ? [1] : Array(names.indices)).compactMap {
      index -> (name: String, curve: OperatingCurve, area: Double)? in
      let scores = probabilities.column(index)
      let positives = labels.map { $0 == index }
      guard let curve = OperatingCurve(scores: scores, positives: positives),
        let area = areaUnderCurve(scores: scores, positives: positives)
      else { return nil }
      return (Markup.shortened(names[index], to: 30), curve, area)
    }
    return names.count == 2 ? all : Array(all.sorted { $0.area < $1.area }.prefix(4))
  }

  private var whichCurves: String {
    classNames.count == 2
      ? "The class \(className(1)) against the other, at every threshold of its probability."
      : "The \(min(4, classNames.count)) classes that are hardest to tell from the rest, each at every threshold of its probability."
  }

  private func roc(
    _ curves: [(name: String, curve: OperatingCurve, area: Double)]
  ) -> CurvePlot {
    ThresholdPlot.roc(
      title: "ROC: found against false alarms",
      summary:
        "\(whichCurves) The nearer to the upper left corner the better; the diagonal is chance.",
      curves: curves.map { name, curve, area in
        let points = curve.points(atMost: 150)
        return Curve(
          "\(name) (AUC \(PageText.number(area)))", x: points.map(\.falsePositiveRate),
          y: points.map(\.truePositiveRate))
      })
  }

  private func precisionRecall(
    _ curves: [(name: String, curve: OperatingCurve, area: Double)]
  ) -> CurvePlot {
    ThresholdPlot.precisionRecall(
      title: "Precision and recall",
      summary:
        "Of the rows taken for the class, how many are of it, against how many of the class are found. \(whichCurves)",
      curves: curves.map { name, curve, _ in
        let points = curve.points(atMost: 150)
        return Curve(
          "\(name) (average \(PageText.number(curve.averagePrecision)))",
          x: points.map(\.truePositiveRate), y: points.map(\.precision))
      }, baseRate: curves.count == 1 ? curves[0].curve.prevalence : nil)
  }

  private func calibration(_ probabilities: Matrix<Double>, _ labels: [Int]) -> CalibrationPlot {
    let diagram: ReliabilityDiagram
    let what: String
    if classNames.count == 2 {
      diagram = ReliabilityDiagram(
        confidences: probabilities.column(1), isRight: labels.map { $0 == 1 }, binCount: 10)
      what = "the probability of \(className(1))"
    } else {
      diagram = ReliabilityDiagram(labels: labels, probabilities: probabilities)
      what = "the probability of the likeliest class"
    }
    return CalibrationPlot(
      title: "Do probabilities mean what they say?",
      summary:
        "Rows in bins of \(what), against how often it came true, with 90 % intervals. On the diagonal 70 % means seven times in ten.",
      bins: diagram.bins.map {
        CalibrationPlot.Bin(
          predicted: $0.confidence, observed: $0.accuracy, count: $0.rows,
          interval: $0.accuracyInterval)
      })
  }

  private func table(of thresholds: DecisionThresholds) -> DataTable {
    var table = DataTable(
      "From which probability of \(Markup.shortened(thresholds.positive, to: 60)) on to decide for it",
      columns: [.text("to make the most of"), .number("decide from"), .number("reaches")])
    table.add(["fewest errors", "50 %", ""])
    for (name, cut) in [
      ("F1, the balance of precision and recall", thresholds.f1),
      ("balanced accuracy, both classes counting the same", thresholds.balancedAccuracy),
    ] { table.add([name, PageText.percent(cut.cut), PageText.number(cut.value)]) }
    return table
  }
}
