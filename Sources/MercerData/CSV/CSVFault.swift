import MercerCore

/// Why a record cannot be read, before its place has been turned into a line.
struct CSVFault: Error, Sendable {
  /// What is wrong.
  enum Reason: Sendable, Equatable {
    /// The record has this many cells, which is not what the header has.
    case ragged(cellCount: Int)
    /// A quote opens here and never closes.
    case unterminatedQuote
    /// A quoted cell goes on after its closing quote.
    case textAfterQuote
    /// A cell is longer than the limit.
    case longCell
  }

  let reason: Reason
  /// Where the record or cell begins, in bytes from the start of the input.
  let offset: Int
  /// The column, from 0, where one is to blame.
  let column: Int?
}

extension CSVFault {
  /// The error to show.
  func error(in document: CSVDocument, names: [String]) -> MercerError {
    // A header that cannot be read has no names yet.
    let columnName = column.map { $0 < names.count ? quoted(names[$0]) : String($0 + 1) }
    let place = document.place(offset, column: columnName)
    switch reason {
    case .ragged(let cellCount):
      return MercerError(
        .malformedFile,
        "the line has \(counted(cellCount, "cell")) but the header has \(names.count)", at: place,
        remedy: "add or remove cells, or quote the cell that contains the separator")
    case .unterminatedQuote:
      return MercerError(
        .malformedFile, "a quote opens here and never closes", at: place,
        remedy: "close the quote, or double it if it belongs to the text")
    case .textAfterQuote:
      return MercerError(
        .malformedFile, "a quoted cell goes on after its closing quote", at: place,
        remedy: "write each quote inside a quoted cell twice")
    case .longCell:
      return MercerError(
        .malformedFile,
        "a cell is longer than the limit of \(document.layout.cellByteLimit) bytes", at: place,
        remedy: "shorten or remove the cell, or look for a quote that never closes")
    }
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }
}
