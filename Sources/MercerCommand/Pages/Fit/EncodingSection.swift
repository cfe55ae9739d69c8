import Mercer
import MercerReport

extension FitReport {
  /// What the columns are, and what was made of them.
  var encodingSection: Section {
    var used = DataTable(
      "Columns that are used",
      columns: [
        .text("column"), .text("kind"), .number("missing"), .number("levels"), .text("becomes"),
        .number("coordinates"),
      ])
    let names = Array(zip(model.encoder.featureColumns, model.encoder.featureNames))
    let isArray = model.encoder.options.sharesScale
    for (place, encoding) in model.encoder.columns.enumerated() where !isArray {
      let column = table.column(named: encoding.name)
      let features = names.filter { $0.0 == place }.map(\.1)
      used.add([
        encoding.name, column?.kind.rawValue ?? "", column.map(missingText) ?? "",
        levels(of: column), becomes(encoding, features), NumberText.count(features.count),
      ])
    }
    var blocks: [Block] = [
      .paragraph(
        "The table has \(NumberText.quantity(table.columns.count, "column")); \(NumberText.quantity(model.encoder.columns.count, "column")) became \(NumberText.quantity(model.encoder.featureCount, "coordinate")) of a point for each row, in which kernels measure how alike two rows are. \(isArray ? "They are the numbers of one array, such as the pixels of an image: all were scaled by one mean and one deviation." : "The kind of a column was found by looking at all its rows.")"
      )
    ]
    if isArray {
      let names = model.encoder.columns.map(\.name)
      blocks.append(
        .paragraph(
          "They are \(code: names.first ?? "") to \(code: names.last ?? ""), in this order."))
    } else {
      blocks.append(.table(used))
    }
    let omitted = model.encoder.omitted
    if !omitted.isEmpty {
      var left = DataTable("Columns that are left out", columns: [.text("column"), .text("why")])
      for column in omitted { left.add([column.name, reason(column)]) }
      blocks.append(.table(left))
    }
    if let transform = model.inverse?.transform {
      blocks.append(
        .paragraph(
          "The target was learned through a transform (\(code: "\(transform)")), as errors are more even so; predictions, intervals and errors are on its own scale."
        ))
    }
    return Section("Columns and how they were read", id: "encoding", blocks)
  }

  private func missingText(_ column: Column) -> String {
    let count = column.values.missingCount
    return count == 0
      ? "0"
      : "\(NumberText.count(count)) (\(PageText.percent(Double(count) / Double(max(table.rowCount, 1)))))"
  }

  private func levels(of column: Column?) -> String {
    guard case .levels(_, let names)? = column?.values else { return "" }
    return NumberText.count(names.count)
  }

  private func becomes(_ encoding: ColumnEncoding, _ features: [String]) -> String {
    if features.isEmpty { return "no kernel looks at it" }
    // What follows the name tells the coordinates apart.
    var own = features.map { feature in
      feature.hasPrefix(encoding.name) ? String(feature.dropFirst(encoding.name.count)) : feature
    }.map { $0.trimmingPrefix(while: { $0 == " " || $0 == "=" }) }.map(String.init)
    own = own.map { $0.isEmpty ? "value" : $0 }
    let shown = own.prefix(6).joined(separator: ", ")
    return own.count > 6 ? "\(shown) and \(own.count - 6) more" : shown
  }

  private func reason(_ column: OmittedColumn) -> String {
    switch column.reason {
    case .excluded where column.name == target: "it is the target"
    case .excluded: "as you said (ignored, or used as group or weight)"
    case .identifier:
      "nearly every row has a value of its own, which tells nothing about other rows"
    case .constant: "it has one value everywhere"
    case .empty: "it has no value anywhere"
    case .allRare: "every level is in a single row"
    }
  }
}
