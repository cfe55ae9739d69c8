import MercerCore

/// The bytes of a table with what has been learned about them as a whole.
struct CSVDocument: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  let source: String
  let layout: CSVLayout
  /// Lines of the file before these bytes.
  var linesBefore = 0

  /// A cursor at a place.
  func cursor(at offset: Int) -> CSVCursor { CSVCursor(bytes, at: offset, layout: layout) }

  /// The place in the words of the user. Counts lines from the start: only for errors.
  func place(_ offset: Int, column: String? = nil) -> MercerError.Place {
    let before = CSVSurvey(bytes, 0..<offset)
    return MercerError.Place(
      file: source, line: linesBefore + before.lineEndCount + 1, column: column)
  }
}
