import ArgumentParser
import Mercer

/// Numbers of rows as a user gives them, from 1: `1,5,9-12`.
struct RowNumbers {
  /// In the order in which they were given; each range not empty.
  private let ranges: [ClosedRange<Int>]

  init(_ range: ClosedRange<Int>) { ranges = [range] }

  init(parsing text: String) throws {
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int($0.trimmingPrefix(while: \.isWhitespace))
      }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 1, last >= first
      else {
        throw ValidationError("it takes numbers of rows, from 1, such as 1,5,9-12")
      }
      ranges.append(first...last)
    }
    self.ranges = ranges
  }

  /// The places of the rows, from 0, each once.
  ///
  /// - Parameter isDefault: whether rows beyond the table are left out silently.
  /// - Throws: `.invalidParameter` for a row that the table does not have.
  func places(in table: Table, isDefault: Bool) throws(MercerError) -> [Int] {
    var places: [Int] = []
    var seen: Set<Int> = []
    for range in ranges {
      if range.upperBound > table.rowCount, !isDefault {
        throw MercerError(
          .invalidParameter,
          "there is no row \(max(range.lowerBound, table.rowCount + 1)): the table has "
            + (table.rowCount == 1 ? "one row" : "\(table.rowCount) rows"),
          at: .init(file: table.source),
          remedy: "--rows counts from 1, without the header")
      }
      let end = min(range.upperBound, table.rowCount)
      guard range.lowerBound <= end else { continue }
      for number in range.lowerBound...end where seen.insert(number).inserted {
        places.append(number - 1)
      }
    }
    return places
  }
}
