import MercerCore
import MercerData
import RealModule

/// What shuffling each column does to the error, or without a target to the prediction.
struct PermutationImportance {
  static let repeats = 5
  let measure: FeatureImportance.Measure
  /// One estimate a column; nil for those not shuffled.
  let columns: [Estimate?]
  let error: Double?
  let rows: Int

  init(
    of explainer: TableExplainer, gradients: [Double], context: ExecutionContext
  ) throws(MercerError) {
    let judge = Judge(explainer)
    measure = judge.measure
    let candidates = gradients.indices.sorted { (gradients[$0], $1) > (gradients[$1], $0) }
      .prefix(explainer.extent.shuffledColumns).sorted()
    let room = explainer.evaluationLimit / (Self.repeats * (candidates.count + 1))
    let rowLimit = max(50, min(room, 2000))
    rows = min(rowLimit, judge.rows.count)
    var rises = [[Double]](repeating: [], count: gradients.count)
    var errors: [Double] = []
    // Other rows each time, where there are more than are needed: then the standard error also says
    // what the choice of rows does.
    for turn in 0..<Self.repeats {
      let chosen = explainer.sample(
        rowLimit, of: judge.rows.count, purpose: "permutation rows", index: turn)
      let places = chosen.map { judge.rows[$0] }
      let points = explainer.inputs.subset(at: places)
      let before = try explainer.scores(of: points, context: context)
      errors.append(judge.error(of: before, chosen, unshuffled: before))
      for (done, column) in candidates.enumerated() {
        var stream = RandomStream(
          seed: explainer.seed, purpose: "permutation importance",
          index: UInt64(turn * gradients.count + column))
        let order = stream.permutation(places.count)
        let mixed = points.replacing(explainer.blocks[column], fromRows: order)
        let after = try explainer.scores(of: mixed, context: context)
        rises[column].append(
          judge.rise(from: errors[turn], to: judge.error(of: after, chosen, unshuffled: before)))
        let share = Double(turn * candidates.count + done + 1)
        context.progress?(
          WorkProgress(
            stage: "importance", fraction: share / Double(Self.repeats * candidates.count)))
      }
    }
    columns = rises.map { $0.isEmpty ? nil : Estimate(of: $0) }
    error = judge.truth == nil ? nil : judge.final(Estimate(of: errors).value)
  }
}

/// The error of scores of some rows.
private struct Judge {
  let explainer: TableExplainer
  let truth: Target?
  /// The rows that can be judged.
  let rows: [Int]
  let measure: FeatureImportance.Measure

  init(_ explainer: TableExplainer) {
    self.explainer = explainer
    truth = explainer.truth
    rows = truth?.keptRows ?? Array(0..<explainer.inputs.count)
    measure =
      if explainer.isClassifier {
        truth == nil ? .probabilityChange : .logLoss
      } else {
        truth == nil ? .predictionChange : .rootMeanSquareError
      }
  }

  /// The mean over rows: squared error, log loss, or what differs from the unshuffled scores.
  ///
  /// - Parameter chosen: places in `rows`, one a row of the scores.
  func error(
    of scores: Matrix<Double>, _ chosen: [Int], unshuffled: Matrix<Double>
  ) -> Double {
    var sum = 0.0
    if let calibration = explainer.model.calibration {
      let probabilities = calibration.probabilities(scores)
      let before = truth == nil ? calibration.probabilities(unshuffled) : nil
      for (row, place) in chosen.enumerated() {
        if let truth {
          let p = probabilities[row, truth.classIndices[place]]
          sum -= Double.log(max(p, .leastNormalMagnitude))
        } else if let before {
          sum +=
            zip(probabilities.row(row), before.row(row)).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
        }
      }
    } else {
      let values = explainer.numbers(scores)
      let before = truth == nil ? explainer.numbers(unshuffled) : []
      for (row, place) in chosen.enumerated() {
        let difference = values[row] - (truth?.values[place] ?? before[row])
        sum += difference * difference
      }
    }
    return sum / Double(max(chosen.count, 1))
  }

  /// The error in the unit of the measure.
  func final(_ error: Double) -> Double {
    explainer.isClassifier ? error : error.squareRoot()
  }

  func rise(from before: Double, to after: Double) -> Double { final(after) - final(before) }
}

extension Points<Double> {
  /// The same points with some coordinates taken from other rows.
  func replacing(_ columns: [Int], fromRows rows: [Int]) -> Points {
    var copy = coordinates
    let d = dimension
    coordinates.withUnsafeBufferPointer { source in
      copy.withUnsafeMutableBufferPointer { target in
        for (row, donor) in rows.enumerated() {
          for column in columns { target[row * d + column] = source[donor * d + column] }
        }
      }
    }
    return Points(copy)
  }
}
