import Mercer
import MercerReport

/// What `fit` says before it begins: what there is to learn from, and what it will take.
struct FitPlanText {
  let table: Table
  let prepared: PreparedTable
  let expectation: FitExpectation

  var text: String {
    var facts = TextTable([.left, .left])
    var rows = NumberText.quantity(max(prepared.fittedRowCount, table.rowCount), "row")
    if prepared.fittedRowCount > table.rowCount {
      rows += ", kernels chosen on \(NumberText.count(table.rowCount)) of them"
    }
    facts.add(["table", "\(table.source): \(rows), \(table.columnsText)"])
    let target = prepared.target
    facts.add(["target", "\(target.column) (\(target.task.rawValue))"])
    facts.add(["to try", trialText])
    facts.add(["solver", expectation.reason])
    let latest =
      expectation.latestSeconds.map { ", at most about \(NumberText.seconds($0))" } ?? ""
    facts.add(["time", "about \(NumberText.seconds(expectation.seconds))\(latest)"])
    facts.add(["memory", "about \(ByteCount(expectation.peakMemoryBytes)) at the peak"])
    return facts.rendered()
  }

  private var trialText: String {
    guard expectation.candidates > 0 else { return "the kernel that was given" }
    return "\(NumberText.quantity(expectation.candidates, "candidate")), the best on "
      + "\(NumberText.quantity(expectation.searchRows, "row")), "
      + "of which up to \(expectation.members) are blended"
  }
}

extension Table {
  /// `11 columns (8 numeric, 3 categorical)`.
  var columnsText: String {
    let kinds = ColumnKind.allCases.compactMap { kind -> String? in
      let count = columns.count { $0.kind == kind }
      return count > 0 ? "\(count) \(kind.rawValue)" : nil
    }
    return "\(NumberText.quantity(columns.count, "column")) (\(kinds.joined(separator: ", ")))"
  }
}
