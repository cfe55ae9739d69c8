import Mercer
import MercerReport

extension FitReport {
  /// Which kernels were tried, and which are in the model.
  var kernelsSection: Section {
    let regression = model.regression
    var members = DataTable(
      "Kernels of the model", columns: [.number("weight"), .number("ridge"), .text("kernel")])
    for (member, weight) in zip(regression.members, regression.weights) {
      members.rows.append([
        InlineText(PageText.percent(weight)), InlineText(PageText.number(member.ridge)),
        .code(
          readable(
            kernel: (member.kernel as? any PointKernel<Double>)?.description ?? "", atMost: 180)),
      ])
    }
    var blocks: [Block] = [
      .paragraph(
        "A kernel says how alike two rows are; a prediction is a sum over all training rows, each counting as much as it is like the new one. The ridge is how much noise it allows for. \(mean)"
      ),
      .table(members),
    ]
    if outcome.leaderboard.count > 1 {
      let board = leaderboard
      blocks.append(.figure(Figure(plot(of: board), width: .full)))
      blocks.append(
        .details(
          summary: "All \(NumberText.count(board.rows.count)) candidates", [.table(board.table)]))
    } else {
      blocks.append(.paragraph("The kernel was given, so there was no search."))
    }
    return Section("Kernels that were tried", id: "kernels", blocks)
  }

  private var mean: String {
    let count = model.regression.members.count
    return count > 1
      ? "The model is the weighted mean of \(count) of them, as errors of different kernels partly cancel."
      : ""
  }

  private typealias Board = (rows: [KernelSearch.Candidate], table: DataTable)

  private var leaderboard: Board {
    let measure = isRegression ? "rmse" : "log loss"
    var table = DataTable(
      "Leaderboard: those on most rows first, then by error",
      columns: [
        .number("place"), .text("kernel"), .number(measure), .number("ridge"), .number("on rows"),
      ])
    // Each group as it was judged: errors on fewer rows do not compare with those on more.
    let sorted = outcome.leaderboard.enumerated().sorted {
      ($1.element.rows, $0.element.score, $0.offset) < (
        $0.element.rows, $1.element.score, $1.offset
      )
    }.map(\.element)
    for (place, candidate) in sorted.enumerated() {
      table.add([
        String(place + 1), candidate.kernel,
        PageText.number(error(ofScore: candidate.score), digits: 4),
        PageText.number(candidate.ridge), NumberText.count(candidate.rows),
      ])
    }
    return (sorted, table)
  }

  private func plot(of board: Board) -> CurvePlot {
    let measure = isRegression ? "rmse" : "log loss"
    let most = board.rows.first?.rows ?? 0
    var curves: [Curve] = []
    var start = 0
    for (name, count) in [
      ("judged on \(NumberText.quantity(most, "row"))", board.rows.count { $0.rows == most }),
      ("on fewer rows", board.rows.count { $0.rows != most }),
    ] where count > 0 {
      curves.append(
        Curve(
          name, x: (start..<start + count).map { Double($0 + 1) },
          y: (start..<start + count).map { error(ofScore: board.rows[$0].score) }, style: .points))
      start += count
    }
    return CurvePlot(
      title: "Errors of the candidates",
      summary:
        "Each point is one kernel of the search, from the best; errors on fewer rows are larger and do not compare with the others.",
      x: Quantity("place on the leaderboard"), y: Quantity(measure), curves: curves)
  }
}
