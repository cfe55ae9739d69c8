import Mercer
import MercerPlatform
import MercerReport

/// A model file in words, for a terminal.
struct ModelDescriptionText {
  let text: String

  init(_ model: ModelDescription) {
    var facts = TextTable([.left, .left])
    facts.add([
      "model",
      "\(model.file): \(ByteCount(model.bytes)), format version \(model.formatVersion), "
        + "by Mercer \(model.version)",
    ])
    let time = model.fitted.map { "\($0), " } ?? ""
    facts.add([
      "fitted",
      "\(time)on \(NumberText.quantity(model.rows, "row")) of \(model.source), seed \(model.seed)",
    ])
    if let hash = model.sourceHash { facts.add(["sha256", hash]) }
    if let command = model.command { facts.add(["command", command]) }
    facts.add(["target", "\(model.target) (\(model.task))"])
    if let classes = model.classes { facts.add(["classes", Self.listed(classes)]) }
    if let transform = model.transform { facts.add(["learned", "\(transform), y the target"]) }
    if let levels = model.levels {
      let shares = levels.map { String(printf: "%g %%", 100 * $0) }.joined(separator: ", ")
      facts.add([model.classes == nil ? "intervals" : "sets", shares])
    }
    if let correction = model.correction { facts.add(["near rows", correction.text]) }
    facts.add(["validation", model.validationMethod])

    var columns = TextTable([.left, .left, .left], headings: ["column", "kind", "coordinates"])
    // Hundreds of columns are mostly alike.
    let shown = model.columns.count <= Self.columnLimit ? model.columns.count : Self.columnLimit / 2
    for column in model.columns.prefix(shown) {
      var words = NumberText.count(column.coordinates.count)
      if let levels = column.levels { words += ": " + Self.listed(levels) }
      if let rare = column.rareLevels, rare > 0 {
        words += ", and \(NumberText.quantity(rare, "rare level"))"
      }
      columns.add([column.name, column.kind, words])
    }
    if shown < model.columns.count {
      columns.add(["… \(NumberText.count(model.columns.count - shown)) more (all with --json)"])
    }
    for name in model.leftOut.keys.sorted() {
      columns.add([name, "left out", model.leftOut[name] ?? ""])
    }

    var kernels = TextTable([.right, .right, .left], headings: ["weight", "ridge", "kernel"])
    for member in model.members {
      kernels.add([
        NumberText.significant(member.weight), NumberText.significant(member.ridge),
        readable(kernel: member.kernel, atMost: 110),
      ])
    }

    var parts = TextTable([.right, .left], headings: ["bytes", "of the file"])
    var groups: [(name: String, bytes: Int)] = [("description", model.headerBytes)]
    for tensor in model.tensors {
      let shape = tensor.shape.map(String.init).joined(separator: " × ")
      groups.append(("\(tensor.name), \(tensor.type), \(shape)", tensor.bytes))
    }
    for group in groups { parts.add([NumberText.count(group.bytes), group.name]) }

    let metrics = MetricsTable.make(columns: [("validation", model.validation)])
    text = ([facts, metrics, columns, kernels, parts].map { "\n" + $0.rendered() }).joined()
  }

  /// How many columns are listed one by one at most.
  private static let columnLimit = 60

  private static func listed(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ")
      + (names.count > 8 ? ", … (\(NumberText.count(names.count)) in all)" : "")
  }
}
