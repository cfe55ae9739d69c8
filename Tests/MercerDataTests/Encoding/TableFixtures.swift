import MercerData

/// A column of numbers; nil is a missing cell.
func numbers(
  _ name: String, _ values: [Double?], kind: ColumnKind = .numeric
) -> Column {
  Column(name: name, kind: kind, values: .numbers(values.map { $0 ?? .nan }))
}

/// A column of text; nil is a missing cell.
func texts(
  _ name: String, _ values: [String?], kind: ColumnKind = .categorical
) -> Column {
  let names = Set(values.compactMap { $0 }).sorted {
    $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
  }
  let codes = values.map { value in
    value.flatMap { names.firstIndex(of: $0) }.map(Int32.init) ?? -1
  }
  return Column(name: name, kind: kind, values: .levels(codes: codes, names: names))
}

/// A table of these columns.
func table(_ columns: Column...) -> Table {
  Table(columns: columns, rowCount: columns.first?.values.count ?? 0, source: "test.csv")
}
