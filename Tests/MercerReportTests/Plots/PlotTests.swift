import Foundation
import MercerReport
import Testing

@Suite struct PlotTests {
  private func count(_ part: String, in text: String) -> Int {
    text.components(separatedBy: part).count - 1
  }

  private func scatter(_ n: Int) -> ScatterPlot {
    let values = (0..<n).map { Gallery.noise($0) }
    return ScatterPlot(
      title: "t", summary: "s", x: Quantity("x"), y: Quantity("y"), xs: values,
      ys: values.reversed())
  }

  @Test func pointsAreBinnedWhenMany() {
    let few = scatter(ScatterPlot.mostPoints)
    #expect(count("<circle", in: few.svgElement(width: 360, id: "a")) == 2000)
    #expect(few.note == nil)
    let many = scatter(ScatterPlot.mostPoints + 1)
    let svg = many.svgElement(width: 360, id: "a")
    #expect(count("<circle", in: svg) == 0)
    #expect(many.note == "2,001 points, counted in small rectangles.")
    // Every point is counted once.
    let counted = svg.components(separatedBy: "data-tip=\"").dropFirst().compactMap {
      Int($0.prefix { $0 != " " }.filter(\.isNumber))
    }
    #expect(counted.reduce(0, +) == 2001)
  }

  @Test func missingValuesAreSaid() {
    let plot = ScatterPlot(
      title: "t", summary: "s", x: Quantity("x", scale: .logarithmic), y: Quantity("y"),
      xs: [1, 0, -1, .nan, 5], ys: [1, 1, 1, 1, .infinity])
    #expect(plot.note == "4 points without a place left out.")
    #expect(count("<circle", in: plot.svgElement(width: 360, id: "a")) == 1)
  }

  /// A line of many values keeps its lowest and highest ones.
  @Test func linesKeepTheirExtremes() {
    let n = 50_000
    var y = [Double](repeating: 0, count: n)
    y[31_234] = 1
    y[31_300] = -1
    let curve = Curve("", x: (0..<n).map(Double.init), y: y)
    let range = Quantity("y", range: -1...1)
    let plot = CurvePlot(title: "t", summary: "s", x: Quantity("x"), y: range, curves: [curve])
    let svg = plot.svgElement(width: 360, id: "a")
    #expect(svg.utf8.count < 60_000)
    // The vertical axis from 270 − 36 down to 22: without a legend, with both names.
    #expect(svg.contains(" 22L") && svg.contains(" 234L"))
  }

  /// Shares hold: the sum of a histogram's counts is the number of values.
  @Test func histogramCountsAll() {
    let plot = HistogramPlot(
      title: "t", summary: "s", quantity: Quantity("x"), values: (0..<777).map { Gallery.noise($0) }
    )
    let counts = plot.svgElement(width: 360, id: "a").components(separatedBy: "data-tip=\"")
      .dropFirst()
      .compactMap { part in
        part.prefix { $0 != "\"" }.split(separator: " ").last.flatMap { Int($0) }
      }
    #expect(counts.reduce(0, +) == 777)
  }

  @Test func everyPlotDescribesItself() {
    for figure in Gallery.figures {
      let svg = figure.plot.svgElement(width: 360, id: "a")
      for part in [
        "role=\"img\"", "aria-labelledby=\"a-t a-d\"", "<title id=\"a-t\">", "<desc id=\"a-d\">",
      ] {
        #expect(svg.contains(part), "\(figure.plot.title)")
      }
      #expect(!figure.plot.svgFile().contains("var(--"), "\(figure.plot.title)")
    }
  }

  @Test func sparklines() {
    #expect(Sparkline([0, 1, 2, 3, 4, 5, 6, 7], label: "").text() == "▁▂▃▄▅▆▇█")
    #expect(Sparkline([2, 2, .nan], label: "").text() == "▅▅ ")
    #expect(Sparkline([], label: "").text() == "")
    #expect(Sparkline((0..<1000).map(Double.init), label: "").text(width: 10).count == 10)
    #expect(Sparkline([-1.7e308, 1.7e308], label: "").text() == "▁█")
    #expect(Sparkline([1], label: "<\"x").svgElement().contains("aria-label=\"&lt;&quot;x\""))
  }
}
