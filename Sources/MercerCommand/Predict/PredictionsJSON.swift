import Mercer

/// Predictions as one JSON object.
struct PredictionsJSON: Encodable {
  let task: String
  let target: String
  var rows = 0
  var predictions: [Double]?
  var lower: [Double]?
  var upper: [Double]?
  var level: Double?
  var classes: [String]?
  var predictedClasses: [String]?
  var probabilities: [[Double]]?
  var sets: [[String]]?

  enum CodingKeys: String, CodingKey {
    case task, target, rows, predictions, lower, upper, level, classes, probabilities, sets
    case predictedClasses = "predicted_classes"
  }

  /// The object before its first row.
  init(model: TableModel, level: Double) {
    task = model.target.task.rawValue
    target = model.target.column
    if model.calibration == nil {
      (predictions, lower, upper) = ([], [], [])
    } else {
      classes = model.target.classNames
      (predictedClasses, probabilities) = ([], [])
      if model.sets != nil { sets = [] }
    }
    self.level = model.calibration == nil || model.sets != nil ? level : nil
  }

  /// Adds the predictions of the next rows.
  mutating func append(_ next: TablePredictions) {
    rows += next.count
    switch next {
    case .numbers(let values, let lower, let upper, _):
      predictions?.append(contentsOf: values)
      self.lower?.append(contentsOf: lower)
      self.upper?.append(contentsOf: upper)
    case .classes(let shares, let names, let sets, _):
      for row in 0..<shares.rowCount {
        let row = shares.row(row)
        probabilities?.append(row)
        predictedClasses?.append(names[row.indexOfLargest])
      }
      for set in sets ?? [] { self.sets?.append(set.map { names[$0] }) }
    }
  }
}
