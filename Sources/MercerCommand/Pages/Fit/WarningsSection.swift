import Mercer
import MercerReport

extension FitReport {
  /// Fewer rows than this tell little of errors.
  private static let (fewRows, fewWitnesses) = (50, 30)

  /// What may make the result less than it seems.
  var warnings: [InlineText] {
    var found: [InlineText] = []
    let history = model.history
    if model.regression.members.contains(where: { !$0.report.hasConverged }) {
      found.append(
        "The solver did not converge for every kernel (see \(link: "how it was computed", to: "solver")): predictions are less exact than they could be. More memory or a larger ridge helps."
      )
    }
    if outcome.stoppedEarly {
      found.append(
        "The time was over before all was tried that was planned; a larger \(code: "--budget") tries more, and another run may end elsewhere."
      )
    }
    if history.rows < Self.fewRows {
      found.append(
        "There are only \(NumberText.quantity(history.rows, "row")): errors and importances are rough guesses."
      )
    }
    let witnesses = judged.places.count
    if witnesses < Self.fewWitnesses, history.rows >= Self.fewRows {
      found.append("Errors and intervals rest on only \(NumberText.quantity(witnesses, "row")).")
    }
    if !(metrics.headline < history.naive.headline) {
      found.append(
        isRegression
          ? "The model is no better than always saying the mean: the columns tell nothing of the target that it could find."
          : "The model names the right class no more often than always naming the most frequent one."
      )
    }
    if outcome.droppedRows > 0 {
      found.append(
        "\(NumberText.quantity(outcome.droppedRows, "row")) without a target \(outcome.droppedRows == 1 ? "was" : "were") left out."
      )
    }
    if outcome.weightlessRows > 0 {
      found.append(
        "\(NumberText.quantity(outcome.weightlessRows, "row")) of weight 0 \(outcome.weightlessRows == 1 ? "was" : "were") left out."
      )
    }
    found += insight.failures.map {
      "A part of this report could not be made: \($0.message)."
    }
    found += rareClasses + heldOut
    return found
  }

  private var rareClasses: [InlineText] {
    guard case .levels(let codes, let names)? = table.column(named: target)?.values,
      !isRegression
    else { return [] }
    var counts = [Int](repeating: 0, count: names.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let rare = counts.indices.filter { (1..<10).contains(counts[$0]) }
    guard !rare.isEmpty else { return [] }
    let more = rare.count > 5 ? " and \(rare.count - 5) more" : ""
    return [
      "\(rare.count == 1 ? "A class has" : "Classes have") fewer than ten rows, too few to learn or to judge: \(PageText.list(rare.prefix(5).map { names[$0] }))\(more)."
    ]
  }

  private var heldOut: [InlineText] {
    guard let evaluation else { return [] }
    var found: [InlineText] = []
    if evaluation.droppedRows > 0 {
      found.append(
        "\(NumberText.quantity(evaluation.droppedRows, "row")) of the held-out table without a target \(evaluation.droppedRows == 1 ? "was" : "were") left out."
      )
    }
    found += Self.words(of: evaluation.notes, table: "the held-out table")
    let (inside, outside) = (model.history.validation.headline, evaluation.metrics.headline)
    if outside > 1.5 * inside, evaluation.rows >= 100 {
      found.append(
        "The error on the held-out table is much larger than in validation: its rows may come from elsewhere than those learned from."
      )
    }
    return found
  }

  /// What in a table was not as in the fitted one.
  static func words(of notes: EncodingNotes, table: String) -> [InlineText] {
    var found: [InlineText] = notes.unseenLevels.prefix(10).map { cells in
      "\(NumberText.quantity(cells.count, "cell")) of \(PageText.name(cells.column)) in \(table) hold levels that the fitted table did not have, such as \(PageText.list(Array(cells.examples.prefix(3))))."
    }
    found += notes.filledCells.prefix(10).map { cells in
      "\(NumberText.quantity(cells.count, "missing cell")) of \(PageText.name(cells.column)) in \(table) \(cells.count == 1 ? "was" : "were") filled in; the fitted table had none missing there."
    }
    found += notes.heldCells.prefix(10).map { cells in
      "\(NumberText.quantity(cells.count, "cell")) of \(PageText.name(cells.column)) in \(table) \(cells.count == 1 ? "lies" : "lie") far outside the numbers learned from, such as \(PageText.list(Array(cells.examples.prefix(3)))), and \(cells.count == 1 ? "was" : "were") taken as nearer."
    }
    found += notes.codedCells.prefix(10).map { cells in
      "\(NumberText.quantity(cells.count, "cell")) of \(PageText.name(cells.column)) in \(table) \(cells.count == 1 ? "was" : "were") taken as missing: \(PageText.list(Array(cells.examples.prefix(3)))), far outside the numbers learned from."
    }
    if !notes.extraColumns.isEmpty {
      found.append(
        "Columns of \(table) that the model does not use: \(PageText.list(Array(notes.extraColumns.prefix(10))))\(notes.extraColumns.count > 10 ? " and \(notes.extraColumns.count - 10) more" : "")."
      )
    }
    return found
  }

  /// Warnings as a section of a page.
  static func section(of warnings: [InlineText]) -> Section {
    Section(
      "Warnings", id: "warnings",
      warnings.isEmpty
        ? [.paragraph("Nothing came up that would make these results doubtful.")]
        : warnings.map { .notice(.warning, $0) })
  }
}
