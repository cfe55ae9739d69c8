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
  if !notes.extraColumns.isEmpty {
    common.note(
      "columns that the model does not use: \(notes.extraColumns.joined(separator: ", "))")
  }
}
