import MercerCore
import MercerData
import RealModule

extension TablePredictions {
  /// The losses of single rows: by measure, one value a row.
  ///
  /// - Parameters:
  ///   - rows: rows of the target, one a prediction. Its classes may be more than those predicted: a
  ///     class that was not among the rows learned from is as unlikely as one case in all of them.
  ///   - target: the truth of the whole table.
  ///   - trainingRows: how many rows were learned from.
  func losses(
    rows: [Int], of target: Target, trainingRows: Int
  ) -> [LearningCurve.Measure: [Double]] {
    switch self {
    case .numbers(let values, _, _, _):
      let squares = zip(rows, values).map { row, value in
        (target.values[row] - value) * (target.values[row] - value)
      }
      return [.rmse: squares]
    case .classes(let probabilities, let names, _, _):
      let places = target.classNames.map { names.firstIndex(of: $0) }
      let least = 1 / Double(trainingRows + target.classNames.count)
      var (wrong, logarithms): ([Double], [Double]) = ([], [])
      for (i, row) in rows.enumerated() {
        let shares = probabilities.row(i)
        let place = places[target.classIndices[row]]
        wrong.append(shares.indexOfLargest == place ? 0 : 1)
        logarithms.append(-Double.log(max(place.map { shares[$0] } ?? least, 1e-15)))
      }
      return [.error: wrong, .logLoss: logarithms]
    }
  }
}
