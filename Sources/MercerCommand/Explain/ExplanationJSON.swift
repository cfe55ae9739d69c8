import Mercer

/// What `explain --json` prints, with keys in snake case, which are a contract. Rows are counted from
/// 1.
struct ExplanationJSON: Encodable {
  let task: String
  let target: String
  let rows: Int
  /// What contributions are made of.
  let unit: String
  let importance: [Column]
  var permutation: Permutation?
  let interactions: [Interaction]
  let predictions: [Prediction]
  var labels: Labels?
  let seconds: Double
  let seed: UInt64
  let version: String

  struct Column: Encodable {
    let column: String
    let gradient: Double
    let gradientShare: Double
    var permutation: Double?
    var permutationStandardError: Double?
  }

  struct Permutation: Encodable {
    let measure: String
    var error: Double?
    let rows: Int
    let repeats: Int
  }

  struct Interaction: Encodable {
    let columns: [String]
    let strength: Double
    let standardError: Double
    let additiveStrength: Double
    let excess: Double
    let excessStandardError: Double
    let isClear: Bool
  }

  struct Prediction: Encodable {
    let row: Int
    var predictedClass: String?
    var value: Double?
    var baseline: Double?
    let contributions: [Contribution]
    let score: Double
    let offset: Double
    let trainingRows: [TrainingRow]
    let trainingShare: Double
  }

  struct Contribution: Encodable {
    let column: String
    let value: Double
    let standardError: Double
  }

  struct TrainingRow: Encodable {
    let row: Int
    let term: Double
    var target: Text?
  }

  struct Labels: Encodable {
    let isTrainingTable: Bool
    let suspectCount: Int
    let rows: [Label]
  }

  struct Label: Encodable {
    let row: Int
    let doubt: Double
    let isSuspect: Bool
    let isLeftOut: Bool
    let given: Text
    let expected: Text
    var givenProbability: Double?
    var expectedProbability: Double?
  }

  /// A number or the name of a class.
  enum Text: Encodable {
    case number(Double)
    case name(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let value): try container.encode(value)
      case .name(let name): try container.encode(name)
      }
    }
  }
}

extension ExplanationJSON {
  /// Of labels at least this share is listed, so that lists of suspects are not cut by `--top`.
  private static let leastShare = 0.1

  init(_ explanation: Explanation, table: Table, top: Int, seconds: Double) {
    let model = explanation.model
    let classNames = model.target.classNames
    task = model.target.task.rawValue
    target = model.target.column
    rows = table.rowCount
    unit = explanation.unit
    let columnNames = explanation.explainer.columnNames
    importance = (explanation.importance?.columns ?? []).map {
      Column(
        column: $0.name, gradient: $0.gradient, gradientShare: $0.gradientShare,
        permutation: $0.permutation?.value,
        permutationStandardError: $0.permutation?.standardError)
    }
    permutation = explanation.importance.map {
      Permutation(measure: $0.measure.rawValue, error: $0.error, rows: $0.rows, repeats: $0.repeats)
    }
    interactions = (explanation.interactions?.pairs ?? []).map {
      Interaction(
        columns: $0.columns, strength: $0.strength.value,
        standardError: $0.strength.standardError, additiveStrength: $0.additiveStrength,
        excess: $0.excess.value, excessStandardError: $0.excess.standardError,
        isClear: $0.isClear)
    }
    let parts = explanation.contributions
    predictions = explanation.carrying.enumerated().map { place, carrying in
      let parts = parts.isEmpty ? nil : parts[place]
      return Prediction(
        row: carrying.row + 1, predictedClass: carrying.classIndex.map { classNames[$0] },
        value: parts?.value, baseline: parts?.baseline,
        contributions: (parts?.contributions ?? []).enumerated().map {
          Contribution(
            column: columnNames[$0], value: $1.value, standardError: $1.standardError)
        },
        score: carrying.score, offset: carrying.offset,
        trainingRows: carrying.terms.map {
          TrainingRow(
            row: explanation.trainingNumber($0.trainingRow), term: $0.value,
            target: Self.target(of: $0.trainingRow, in: model))
        }, trainingShare: carrying.share)
    }
    if let doubts = explanation.labels {
      let count = max(top, Int((Self.leastShare * Double(doubts.rows.count)).rounded(.up)))
      labels = Labels(
        isTrainingTable: doubts.isTrainingTable, suspectCount: doubts.suspectCount,
        rows: doubts.rows.prefix(max(count, doubts.suspectCount)).map {
          Label($0, classNames: classNames)
        })
    }
    self.seconds = seconds
    seed = explanation.explainer.seed
    version = MercerVersion.current
  }

  private static func target(of row: Int, in model: TableModel) -> Text? {
    guard let value = model.trainingRows?.targets[row] else { return nil }
    let names = model.target.classNames
    return names.isEmpty ? .number(value) : .name(names[Int(value)])
  }
}

extension ExplanationJSON.Label {
  fileprivate init(_ label: LabelDoubts.Row, classNames: [String]) {
    row = label.row + 1
    doubt = label.doubt
    isSuspect = label.isSuspect
    isLeftOut = label.isLeftOut
    if let givenClass = label.givenClass, let expectedClass = label.expectedClass {
      given = .name(classNames[givenClass])
      expected = .name(classNames[expectedClass])
      givenProbability = label.given
      expectedProbability = label.expected
    } else {
      given = .number(label.given)
      expected = .number(label.expected)
    }
  }
}
