public import MercerCore
import MercerData

/// The labels of a table, those that the rest contradicts most first.
public struct LabelDoubts: Sendable {
  /// One row with a target.
  public struct Row: Sendable, Equatable {
    /// The row of the table, from 0; of a part of a larger table its number there.
    public let row: Int
    /// How much the label is contradicted, in a unit that all rows share: for numbers the size of the
    /// residual in deviations of residuals of like predictions; for classes the probability of the
    /// likeliest other class less that of the given one, −1 to 1.
    public let doubt: Double
    /// For numbers: the target, and what is predicted; for classes the probabilities of the given
    /// and of the likeliest other class.
    public let given: Double
    /// See `given`.
    public let expected: Double
    /// The given class, as a place in the class names; nil for numbers.
    public let givenClass: Int?
    /// The likeliest other class; nil for numbers.
    public let expectedClass: Int?
    /// Whether the row itself took no part in the fit that judges it.
    public let isLeftOut: Bool
    /// Whether the label stands out as a possible error: a residual beyond
    /// `LabelDoubts.deviationLimit`; for classes another class is likelier, and as probable as it is,
    /// in the mean, for rows that are labelled with it.
    public let isSuspect: Bool

    /// Which of equal doubts is greater: by how much the score of the other class is above that of the
    /// given one, since probabilities may level off.
    let scoreMargin: Double
  }

  /// Every row with a target, by doubt.
  public let rows: [Row]
  /// Whether the table is the one that the model was fitted to.
  public let isTrainingTable: Bool
  /// How many rows are suspect.
  public var suspectCount: Int { rows.count(where: \.isSuspect) }

  /// The number of deviations beyond which a residual is suspect: further than all but one in a
  /// million of a normal distribution, as the errors of predictions have longer tails.
  public static let deviationLimit = 5.0
}

extension TableExplainer {
  /// Rows whose label the rest of the table contradicts; nil when the table has no target.
  ///
  /// Rows that the model was fitted to are judged by the fit without them, in closed form from the
  /// fit, if the table is the training table: it has the fitted rows at their places, with the same
  /// coordinates. Other rows are judged by the model as it is, which saw none of them; where the fit
  /// was iterative there is nothing better for fitted rows, either. A suspect number takes no part in
  /// what is said of the other rows of the training table (`TrustedFit`); a class can pull its
  /// neighbours only so far, and stays.
  /// - Complexity: a prediction of the rows that are not left out; O(rows · log rows). For numbers of
  ///   the training table that are suspect, fits of some seconds.
  /// - Throws: `.cancelled`.
  /// - Source: leave-one-out residuals: Cook and Weisberg, Residuals and influence in regression
  ///   (1982), chapter 2; classes: Northcutt, Jiang and Chuang, Confident learning (2021), section
  ///   3, with leave-one-out probabilities.
  public func labelDoubts(
    context: ExecutionContext = .default
  ) throws(MercerError) -> LabelDoubts? {
    guard let truth else { return nil }
    let numbered = truth.numbering(rows: table.rowNumbers)
    let fitted = model.trainingRows.flatMap { placesOfTrainingRows($0, truth) }
    var judgement = try Judgement(of: self, truth, fitted: fitted, context)
    var doubts = judgement.doubts(numbered, of: model)
    if let fitted, !isClassifier, model.trainingRows?.leaveOneOutResiduals != nil {
      let values = fitted.map { truth.values[$0] }
      let targets = model.inverse.map { values.map($0.transform.forward) } ?? values
      for round in 0..<Self.trustedRounds {
        let trusted = fitted.indices.filter { !doubts[fitted[$0]].isSuspect }
        guard trusted.count < fitted.count, trusted.count >= 2,
          let fit = try TrustedFit(
            model.regression, targets: targets, trusted: trusted, context: context)
        else { break }
        for (place, value) in zip(fitted, fit.predictions) { judgement.scores[place, 0] = value }
        doubts = judgement.doubts(numbered, of: model)
        context.progress?(
          WorkProgress(stage: "labels", fraction: Double(round + 1) / Double(Self.trustedRounds)))
      }
    }
    return LabelDoubts(
      rows: doubts.sorted {
        ($0.doubt, $0.scoreMargin, $1.row) > ($1.doubt, $1.scoreMargin, $0.row)
      },
      isTrainingTable: fitted != nil)
  }

  /// How often the fit is made anew without the rows that are suspect by the last one.
  private static let trustedRounds = 2

  /// Where among the rows with a target the fitted rows are, in their order; nil when this is another
  /// table than the fitted one.
  private func placesOfTrainingRows(_ training: TrainingRows, _ truth: Target) -> [Int]? {
    let numbers = truth.numbering(rows: table.rowNumbers).keptRows
    let places = Dictionary(zip(numbers, numbers.indices), uniquingKeysWith: { $1 })
    let found = training.places.compactMap { places[$0] }
    guard !found.isEmpty, found.count == training.places.count,
      isFitted(inputs.coordinates.rows(at: found.map { truth.keptRows[$0] }))
    else { return nil }
    return found
  }
}

extension TableExplainer {
  /// Whether these are the fitted rows. Coordinates made of targets do not say: at the fit they were
  /// made out of fold.
  private func isFitted(_ coordinates: Matrix<Double>) -> Bool {
    let kinds = model.encoder.featureKinds
    let lasting = kinds.indices.filter { kinds[$0] != .targetMean }
    let fitted = model.regression.inputs.coordinates.columns(at: lasting)
    let found = coordinates.columns(at: lasting)
    // A model keeps its rows at one of these.
    return Precision.allCases.reversed().contains { found.rounded(to: $0) == fitted }
  }
}

/// What is predicted for each row with a target, where possible by a fit without it.
private struct Judgement {
  var scores: Matrix<Double>
  /// Whether the row took no part in the fit that its score is from.
  let isLeftOut: [Bool]

  /// - Parameter fitted: where among the rows with a target the fitted rows are.
  init(
    of explainer: TableExplainer, _ truth: Target, fitted: [Int]?, _ context: ExecutionContext
  ) throws(MercerError) {
    let model = explainer.model
    let points =
      truth.droppedRowCount == 0
      ? explainer.inputs : explainer.inputs.subset(at: truth.keptRows)
    let isFitted = Set(fitted ?? [])
    guard let fitted,
      let leftOut = model.leaveOneOutScores
    else {
      scores = try explainer.scores(of: points, context: context)
      isLeftOut = (0..<points.count).map { !isFitted.contains($0) }
      return
    }
    isLeftOut = [Bool](repeating: true, count: points.count)
    let others = (0..<points.count).filter { !isFitted.contains($0) }
    let rest = try explainer.scores(of: points.subset(at: others), context: context)
    var sources = [Int](repeating: 0, count: points.count)
    for (index, place) in (fitted + others).enumerated() { sources[place] = index }
    scores = Matrix(
      rowCount: points.count, columnCount: leftOut.columnCount,
      elements: leftOut.elements + rest.elements
    ).rows(at: sources)
  }

  /// One for each row with a target, in their order.
  func doubts(_ truth: Target, of model: TableModel) -> [LabelDoubts.Row] {
    guard let calibration = model.calibration else {
      return NumberDoubts(truth.values, predictions: scores.column(0), inverse: model.inverse)
        .rows(places: truth.keptRows, isLeftOut)
    }
    return ClassDoubts(
      labels: truth.classIndices, scores: scores, calibration.probabilities(scores)
    ).rows(places: truth.keptRows, isLeftOut)
  }
}
