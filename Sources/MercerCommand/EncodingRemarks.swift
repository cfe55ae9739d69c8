import Mercer
import MercerReport

/// Tells the user what in a table was not as in the fitted one.
func remark(on notes: EncodingNotes, to common: CommonOptions) {
  for cells in notes.unseenLevels {
    let examples = cells.examples.prefix(3).joined(separator: ", ")
    common.note(
      "\(NumberText.quantity(cells.count, "cell")) of \(cells.column) hold levels that the fitted "
        + "table did not have: \(examples)")
  }
  for cells in notes.filledCells {
    common.note("\(NumberText.quantity(cells.count, "missing cell")) of \(cells.column) filled in")
  }
  for cells in notes.heldCells {
    common.note(
      "\(NumberText.quantity(cells.count, "cell")) of \(cells.column) lie far outside the numbers of "
        + "the fitted table, and are taken as nearer: \(cells.examples.prefix(3).joined(separator: ", "))"
    )
  }
  for cells in notes.codedCells {
    common.note(
      "\(NumberText.quantity(cells.count, "cell")) of \(cells.column) are taken as missing, far outside "
        + "the numbers of the fitted table: \(cells.examples.prefix(3).joined(separator: ", "))")
  }
  if !notes.extraColumns.isEmpty {
    common.note(
      "columns that the model does not use: \(notes.extraColumns.joined(separator: ", "))")
  }
}
