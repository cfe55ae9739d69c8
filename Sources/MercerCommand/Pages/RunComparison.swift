import Mercer
import MercerReport

/// Several runs side by side.
struct RunComparison {
  let runs: [RunRecord]

  /// How many columns are compared.
  private static let columnCount = 15

  init(_ runs: [RunRecord]) { self.runs = runs }

  /// Whether each run was measured on a held-out table.
  var haveTests: Bool { runs.allSatisfy { $0.test != nil } }

  /// The runs with the least error: on held-out tables where all have one, else in validation.
  var best: [RunRecord] {
    let errors = runs.map { (haveTests ? $0.test : nil) ?? $0.validation }.map(\.headline)
    return zip(runs, errors).filter { $1 == errors.min() }.map(\.0)
  }

  /// Facts, one row a kind and one cell a run.
  var facts: [(name: String, cells: [String])] {
    [
      ("table", runs.map { $0.source ?? "" }),
      ("rows", runs.map { NumberText.count($0.rows) }),
      ("features", runs.map { NumberText.count($0.features) }),
      ("first kernel", runs.map { readable(kernel: $0.kernel, atMost: 48) }),
      ("kernels blended", runs.map { NumberText.count($0.members?.count ?? 1) }),
      ("ridge", runs.map { NumberText.significant($0.ridge, digits: 3) }),
      ("search", runs.map { NumberText.seconds($0.seconds["search"] ?? 0) }),
      ("fit", runs.map { NumberText.seconds($0.seconds["fit"] ?? 0) }),
      ("memory", runs.map { ByteCount($0.peakMemory).description }),
      ("validation", runs.map(\.validationMethod)),
      ("seed", runs.map { String($0.seed) }),
      ("version", runs.map(\.version)),
    ]
  }

  /// Metrics, one row a measure and one cell a run; empty where a run has none.
  func errors(_ metrics: (RunRecord) -> TableMetrics?) -> [(name: String, cells: [String])] {
    let all = runs.map { metrics($0).map { MetricsTable.rows(of: $0) } }
    guard let names = all.compactMap({ $0 }).first?.map(\.name) else { return [] }
    return names.enumerated().map { index, name in
      (name, all.map { $0.map { $0[index].value } ?? "" })
    }
  }

  /// The columns that matter to any run, and how much to each: their place, and what shuffling does.
  var columns: [(name: String, cells: [String])] {
    var best: [String: Int] = [:]
    for run in runs {
      for (place, column) in (run.importance?.columns ?? []).enumerated() {
        best[column.column] = min(best[column.column] ?? place, place)
      }
    }
    let order = best.keys.sorted { (best[$0] ?? 0, $0) < (best[$1] ?? 0, $1) }
    return order.prefix(Self.columnCount).map { name in
      (
        name,
        runs.map { run in
          guard let columns = run.importance?.columns,
            let place = columns.firstIndex(where: { $0.column == name })
          else { return "" }
          let value = columns[place].permutation.map {
            NumberText.significant($0, digits: 3)
          }
          return "\(place + 1)." + (value.map { " \($0)" } ?? "")
        }
      )
    }
  }

  // MARK: - Forms

  /// For a terminal.
  var text: String {
    func table(_ heading: String, _ rows: [(name: String, cells: [String])]) -> String {
      guard !rows.isEmpty else { return "" }
      var table = TextTable(
        [.left] + runs.map { _ in .right }, headings: [heading] + runs.map(\.name))
      for row in rows { table.add([row.name] + row.cells) }
      return "\n" + table.rendered()
    }
    let where_ = haveTests ? "on the held-out table" : "in validation"
    return table("validation", errors { $0.validation })
      + table("held-out table", errors(\.test)) + table("run", facts)
      + table("importance", columns)
      + "\n  least error \(where_): \(best.map(\.name).joined(separator: ", "))\n"
  }

  /// What `--json` prints; the keys are a contract.
  var json: JSON {
    JSON(
      task: runs[0].task, target: runs.compactMap(\.target).first,
      best: best.first?.name ?? runs[0].name,
      comparedBy: haveTests ? "test" : "validation", runs: runs)
  }

  struct JSON: Encodable {
    let task: String
    let target: String?
    let best: String
    let comparedBy: String
    let runs: [RunRecord]

    enum CodingKeys: String, CodingKey {
      case task, target, best, runs
      case comparedBy = "compared_by"
    }
  }
}
