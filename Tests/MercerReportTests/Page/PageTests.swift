import Foundation
import MercerReport
import Testing

@Suite struct PageTests {
  @Test func escapesNamesWherever() {
    let html = Gallery.page.html()
    #expect(!html.contains("<script>alert"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    #expect(!html.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
  }

  @Test func identifiersAreTheirOwn() {
    let page = Page(
      title: "t",
      sections: ["One, two", "One two", "价格", "", "content", "figure-1"].map { Section($0, []) })
    for id in ["one-two", "one-two-2", "section", "section-2", "content-2", "section-figure-1"] {
      #expect(page.html().contains("<section id=\"\(id)\""), "\(id)")
    }
  }

  #if !DEBUG
    /// A page of a table of any size stays below 2 MB.
    @Test func staysSmall() {
      let n = 100_000
      let values = (0..<n).map { Gallery.noise($0) }
      let name = String(repeating: "an endless name ", count: 300)
      var table = DataTable(name, columns: (0..<500).map { .number("\($0) \(name)") })
      for _ in 0..<2_000 { table.add(["1", name]) }
      let side = HeatMapPlot.Side(name, labels: (0..<300).map { "\($0) \(name)" })
      let plots: [any Plot] = [
        ScatterPlot(
          title: name, summary: name, x: Quantity(name), y: Quantity(name), xs: values,
          ys: values.reversed(), labels: Array(repeating: name, count: n)),
        ScatterPlot(
          title: name, summary: name, x: Quantity("x"), y: Quantity("y"),
          xs: Array(values.prefix(2000)),
          ys: Array(values.suffix(2000)), labels: Array(repeating: name, count: 2000)),
        CurvePlot(
          title: name, summary: name, x: Quantity("x"), y: Quantity("y"),
          curves: (0..<6).map { _ in Curve(name, x: (0..<n).map(Double.init), y: values) }),
        BarPlot(
          title: name, summary: name, quantity: Quantity("x"),
          bars: values.prefix(5000).map { .init(name, $0) }),
        HistogramPlot(title: name, summary: name, quantity: Quantity("x"), values: values),
        HeatMapPlot(
          title: name, summary: name, rows: side, columns: side,
          values: Array(repeating: Array(repeating: 0.5, count: 300), count: 300),
          quantity: Quantity("x")),
        SpectrumPlot.plot(title: name, summary: name, eigenvalues: (1...n).map { 1 / Double($0) }),
      ]
      let blocks: [Block] = [
        .paragraph(InlineText(name)), .table(table), .code(name, label: name),
        .list(Array(repeating: InlineText("x"), count: 10_000)),
      ]
      let page = Page(
        title: name,
        sections: [
          Section(name, blocks), Section("p", plots.map { .figure(Figure($0, width: .full)) }),
        ])
      let sizes = plots.map { $0.svgElement(width: 360, id: "a").utf8.count }
      let bytes = page.html().utf8.count
      #expect(bytes < 2_000_000 && bytes > 100_000, "\(bytes) bytes, of plots \(sizes)")
    }

  #endif

  @Test func tablesSayWhatTheyLeaveOut() {
    var table = DataTable("t", columns: [.text("a")])
    for row in 0..<201 { table.add(["\(row)"]) }
    let page = Page(title: "t", sections: [Section("s", [.table(table)])])
    #expect(page.html().contains("200 of 201 rows shown."))
  }

  @Test func inlineTextOfInterpolations() {
    let name = "<a>"
    let text: InlineText =
      "Column \(code: name) of \(12_345) rows, \(strong: "see") \(link: "it", to: "x")"
    #expect(text.plain == "Column <a> of 12,345 rows, see it")
    let html = Page(title: "t", sections: [Section("s", [.paragraph(text)])]).html()
    #expect(
      html.contains(
        "<p>Column <code>&lt;a&gt;</code> of 12,345 rows, <strong>see</strong> <a href=\"#x\">it</a></p>"
      ))
  }
}
