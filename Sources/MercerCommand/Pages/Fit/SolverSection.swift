import Mercer
import MercerReport

extension FitReport {
  /// How the equations were solved, and what it took.
  var solverSection: Section {
    var table = DataTable(
      "Solutions, one for each kernel",
      columns: [
        .text("method"), .number("products"), .number("relative residual"), .text("stopped"),
        .number("added to the diagonal"),
      ])
    for member in model.regression.members {
      let report = member.report
      table.add([
        report.method, report.iterations > 0 ? NumberText.count(report.iterations) : "none",
        report.relativeResidual.map { PageText.number($0, digits: 2) } ?? "not computed",
        words(report.stopReason), PageText.number(report.jitter, digits: 2),
      ])
    }
    var times = [("read", "Reading"), ("search", "Search"), ("fit", "Fit")]
    if evaluation != nil { times.append(("predict", "Held-out table")) }
    return Section(
      "How it was computed", id: "solver",
      [
        .paragraph(InlineText(outcome.plan.reason + ".")), .table(table),
        .definitions(
          times.map { key, name in
            Block.Definition(
              InlineText(name), InlineText(NumberText.seconds(seconds[key] ?? 0)))
          } + nearRows + [
            Block.Definition("Memory at the peak", "\(ByteCount(Machine.peakMemory).description)")
          ]),
      ])
  }

  private var nearRows: [Block.Definition] {
    guard let correction = CorrectionSummary(model) else { return [] }
    return [Block.Definition("Near rows", InlineText(correction.text))]
  }

  private func words(_ reason: SolveReport.StopReason) -> String {
    switch reason {
    case .direct: "exact"
    case .converged: "converged"
    case .iterationLimit: "at the limit of products"
    case .stagnated: "where rounding ends"
    }
  }
}
