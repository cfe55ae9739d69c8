import ArgumentParser
import Mercer
import MercerPlatform
import MercerReport

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Say what a model file is.",
    usage: "mercer show <model> [<options>]",
    discussion: """
      When and on what the model was fitted, what it predicts and from which columns, its kernels, \
      its error in validation, and where the bytes of the file go.

      Examples:
        mercer show mercer-out/model.safetensors
        mercer show model.safetensors --json
        mercer show model.safetensors --json | python3 -m json.tool
      """)

  @Argument(help: "The model.safetensors that fit wrote.")
  var model: String

  @OptionGroup var common: CommonOptions

  mutating func run() throws {
    let description = try ModelDescription(path: model)
    if common.json {
      try Terminal.printJSON(description)
    } else if !common.quiet {
      print(ModelDescriptionText(description).text, terminator: "")
    }
  }
}

/// What `show` tells of a model file; the keys are a contract.
struct ModelDescription: Encodable {
  let file: String
  let bytes: Int
  let headerBytes: Int
  let formatVersion: String
  let version: String
  let fitted: String?
  let source: String
  let sourceHash: String?
  let command: String?
  let rows: Int
  let seed: UInt64
  let target: String
  let task: String
  let classes: [String]?
  let features: Int
  let columns: [Column]
  let leftOut: [String: String]
  let members: [MemberSummary]
  let correction: CorrectionSummary?
  let transform: String?
  let validationMethod: String
  let validation: TableMetrics
  let levels: [Double]?
  let tensors: [Tensor]

  enum CodingKeys: String, CodingKey {
    case file, bytes, version, fitted, source, command, rows, seed, target, task, classes, features
    case columns, members, correction, transform, validation, levels, tensors
    case headerBytes = "header_bytes"
    case formatVersion = "format_version"
    case sourceHash = "source_sha256"
    case leftOut = "left_out"
    case validationMethod = "validation_method"
  }

  /// A column that the model uses.
  struct Column: Encodable {
    let name: String
    let kind: String
    let coordinates: [String]
    var levels: [String]?
    var rareLevels: Int?

    enum CodingKeys: String, CodingKey {
      case name, kind, coordinates, levels
      case rareLevels = "rare_levels"
    }
  }

  /// An array of the file.
  struct Tensor: Encodable {
    let name: String
    let type: String
    let shape: [Int]
    let bytes: Int
  }

  /// Reads a model file.
  ///
  /// - Throws: as the reader of models.
  init(path: String) throws(MercerError) {
    let contents = try TableModel.contents(ofFile: path)
    let model = try TableModel(contents, readFrom: path)
    let history = model.history
    file = path
    tensors = contents.tensors.keys.sorted().compactMap { name in
      contents.tensors[name].map {
        Tensor(
          name: name, type: $0.type.safetensorsName, shape: $0.shape, bytes: $0.byteCount)
      }
    }
    let arrayBytes = tensors.reduce(0) { $0 + $1.bytes }
    var status = stat()
    bytes = stat(path, &status) == 0 ? Int(status.st_size) : arrayBytes
    headerBytes = bytes - arrayBytes
    formatVersion = contents.metadata["format_version"] ?? ""
    version = history.version
    fitted = history.origin?.time.map {
      Date(timeIntervalSince1970: Double($0)).formatted(.iso8601)
    }
    source = history.source
    sourceHash = history.origin?.sourceHash
    command = history.origin?.command
    rows = history.rows
    seed = history.seed
    target = model.target.column
    task = model.target.task.rawValue
    classes = model.target.classNames.isEmpty ? nil : model.target.classNames
    features = model.encoder.featureCount
    let names = model.encoder.featureNames
    let sources = model.encoder.featureColumns
    let kinds = model.encoder.columnKinds
    columns = model.encoder.columns.enumerated().map { place, column in
      var shown = Column(
        name: column.name, kind: (kinds[column.name] ?? .numeric).rawValue,
        coordinates: names.indices.filter { sources[$0] == place }.map { names[$0] })
      switch column.rule {
      case .boolean(let negative, let positive, _): shown.levels = [negative, positive]
      case .category(let levels, let rareLevels, _, _):
        (shown.levels, shown.rareLevels) = (levels, rareLevels.count)
      case .numeric: break
      }
      return shown
    }
    leftOut = Dictionary(
      model.encoder.omitted.map { ($0.name, $0.reason.rawValue) }, uniquingKeysWith: { $1 })
    members = model.regression.memberSummaries
    correction = CorrectionSummary(model)
    transform = model.inverse.map { "\($0.transform)" }
    validationMethod = history.validationMethod
    validation = history.validation
    levels = model.spread?.levels ?? model.sets?.levels
  }
}
