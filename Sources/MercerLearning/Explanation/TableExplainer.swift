public import MercerCore
public import MercerData
import RealModule

/// Says what a model's predictions for the rows of a table are made of: which columns and pairs of
/// columns matter, what moves a single prediction, which training rows carry it, and which labels the
/// other rows contradict.
///
/// What is explained is a number: the prediction of a regression, in the target's units, and for
/// classes the log-odds log p/(1 − p) of one class, by default the predicted one. Columns of the
/// table are explained, not coordinates: what the encoder made of one column is moved together.
///
/// Every random choice follows from the seed, and how much is sampled from sizes alone, so that
/// results do not depend on the number of threads.
public struct TableExplainer: Sendable {
  /// The model.
  public let model: TableModel
  /// The m rows of the table, encoded.
  public let inputs: Points<Double>
  /// The target of the rows that have one; nil when the table has no target.
  public let truth: Target?
  /// What in the table was not as in the fitted one.
  public let notes: EncodingNotes
  /// The seed of every random choice.
  public let seed: UInt64
  /// How many predictions may be spent, as a share of what a user who asks for explanations waits for;
  /// above 0.
  public var effort = 1.0
  /// How many columns and pairs are looked at.
  public var extent = Extent()

  /// How many columns and pairs explanations look at.
  public struct Extent: Sendable, Equatable {
    /// The most rows at which gradients are taken: their mean needs no more than the thousand that it
    /// is by default.
    public var gradientRows = 1000
    /// The most columns that are shuffled, those of the largest gradients; at least 1.
    public var shuffledColumns = 40
    /// The most columns whose pairs are looked at, those of the largest gradients; at least 2.
    public var pairedColumns = 12
    /// Whether interactions are compared with those of an additive fit. Without, none is clear, and
    /// strengths hold what a finite sample shows of interactions that do not exist.
    public var comparesWithAdditive = true

    /// All that a user who asks for explanations waits for.
    public init() {}
  }

  /// The m rows as they were read.
  let table: Table
  /// The coordinates of each column.
  let blocks: [[Int]]

  /// Encodes a table, and reads its target if it has one.
  ///
  /// - Complexity: O(rows · columns).
  /// - Throws: `.invalidData` when the table lacks columns of the model, or its target holds what the
  ///   model cannot predict.
  public init(_ model: TableModel, table: Table, seed: UInt64 = 0) throws(MercerError) {
    self.model = model
    self.table = table
    self.seed = seed
    (inputs, notes) = try model.encoder.encodeWithNotes(table, as: Double.self)
    // A column that is there but empty, as in a table to be predicted, is no target.
    let column = table.column(named: model.target.column)
    if let column, column.values.missingCount < table.rowCount {
      truth = try model.target.decode(column, source: table.source)
    } else {
      truth = nil
    }
    var blocks = [[Int]](repeating: [], count: model.encoder.columns.count)
    for (coordinate, column) in model.encoder.featureColumns.enumerated() {
      blocks[column].append(coordinate)
    }
    self.blocks = blocks
  }

  /// The names of the columns that are explained, in the order of the encoder.
  public var columnNames: [String] { model.encoder.columns.map(\.name) }

  /// Whether columns can be weighed: the model's kernels have gradients by their inputs, which those of
  /// networks on images and sequences have not. Where not, what asks for columns throws
  /// `.invalidParameter`.
  ///
  /// - Throws: what binding the kernels throws.
  public func weighsColumns() throws(MercerError) -> Bool {
    for member in model.regression.members {
      guard try member.kernel.boundToFirst(of: model.regression.inputs).hasGradients else {
        return false
      }
    }
    return true
  }

  /// Whether classes are predicted.
  var isClassifier: Bool { model.calibration != nil }

  /// How many rows may be predicted for one explanation, so that it takes some seconds: 100,000, and
  /// fewer where a prediction costs much.
  var evaluationLimit: Int {
    let regression = model.regression
    let cost =
      regression.inputs.count * max(regression.inputs.dimension, 8) * regression.members.count
    return Int(effort * Double(max(2000, min(100_000, 12_000_000_000 / max(cost, 1)))))
  }

  /// At most `limit` of `count` rows, ascending; which, is random.
  func sample(_ limit: Int, of count: Int, purpose: String, index: Int = 0) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    var stream = RandomStream(seed: seed, purpose: purpose, index: UInt64(index))
    return stream.sample(limit, of: count)
  }
}

// MARK: - What is explained

extension TableExplainer {
  /// What the regression says of points, m × k: values (transformed ones, where the target was
  /// transformed), or scores of classes.
  func scores(
    of points: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    try model.scores(ofBlock: points, context: context)
  }

  /// The class that scores are highest for; 0 for a regression.
  func likeliestClass(_ probabilities: Matrix<Double>?, row: Int) -> Int {
    probabilities?.row(row).indexOfLargest ?? 0
  }

  /// The same of a regression on the target's own scale; scores of classes as they are.
  func values(
    of points: Points<Double>, by regression: KernelRidgeBlend, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    var values = try regression.predict(points, context: context)
    guard let inverse = model.inverse else { return values }
    // Each is a mean over residuals, which costs more than a short prediction.
    let places = (0..<values.count).chunks(of: 512)
    try values.withTile { (tile) throws(MercerError) in
      try context.forEach(places.count) { (part) throws(MercerError) in
        for place in places[part] { tile.base[place] = inverse.mean(of: tile.base[place]) }
      }
    }
    return values
  }

  /// What is explained, from scores: the value of a regression, the log-odds of a class.
  func explained(_ scores: Matrix<Double>, ofClass index: Int) -> [Double] {
    guard let calibration = model.calibration else { return numbers(scores) }
    let probabilities = calibration.probabilities(scores)
    return (0..<scores.rowCount).map { logOdds(probabilities.row($0), of: index) }
  }

  /// Scores of a regression on the target's own scale.
  func numbers(_ scores: Matrix<Double>) -> [Double] {
    let values = scores.column(0)
    return model.inverse.map { values.map($0.mean) } ?? values
  }

  /// log p/(1 − p) with 1 − p from the other classes, which keeps its digits where p is near 1.
  private func logOdds(_ probabilities: [Double], of index: Int) -> Double {
    var others = 0.0
    for (place, p) in probabilities.enumerated() where place != index { others += p }
    let floor = Double.leastNormalMagnitude
    return Double.log(max(probabilities[index], floor)) - Double.log(max(others, floor))
  }
}

// MARK: - Rows made of other rows

/// Points that take some columns from one row and the others from another.
struct MixedPoints {
  private(set) var coordinates: [Double] = []
  private let dimension: Int

  init(dimension: Int, capacity: Int) {
    self.dimension = dimension
    coordinates.reserveCapacity(dimension * capacity)
  }

  /// Appends a row.
  mutating func append(_ row: [Double]) { coordinates += row }

  var points: Points<Double> {
    Points(
      Matrix(
        rowCount: dimension == 0 ? 0 : coordinates.count / dimension, columnCount: dimension,
        elements: coordinates))
  }
}
