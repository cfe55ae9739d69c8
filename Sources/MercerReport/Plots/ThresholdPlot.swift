/// How a classifier does at every threshold: the ROC curve and the precision–recall curve.
public enum ThresholdPlot {
  /// Shares of true positives against shares of false positives, one curve a class.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - curves: x ascending from 0 to 1, with names such as `yes (AUC 0.93)`.
  /// - Returns: a square plot with the diagonal of a coin.
  public static func roc(title: String, summary: String, curves: [Curve]) -> CurvePlot {
    plot(
      title, summary, x: "false positives, share of negatives",
      y: "true positives, share of positives", curves, hasDiagonal: true)
  }

  /// Precision against recall, one curve a class.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - curves: x (recall) ascending from 0 to 1.
  ///   - baseRate: the share of positives, the precision of guessing; nil for no line.
  public static func precisionRecall(
    title: String, summary: String, curves: [Curve], baseRate: Double? = nil
  ) -> CurvePlot {
    plot(
      title, summary, x: "recall, share of positives found",
      y: "precision, share of found that are positive", curves, hasDiagonal: false,
      references: baseRate.map { [ReferenceLine(.y, at: $0, "share of positives")] } ?? [])
  }

  private static func plot(
    _ title: String, _ summary: String, x: String, y: String, _ curves: [Curve],
    hasDiagonal: Bool, references: [ReferenceLine] = []
  ) -> CurvePlot {
    CurvePlot(
      title: title, summary: summary, x: Quantity(x, range: 0...1), y: Quantity(y, range: 0...1),
      curves: curves.map {
        var curve = $0
        curve.style = .steps
        return curve
      }, references: references, isSquare: true, hasDiagonal: hasDiagonal)
  }
}
