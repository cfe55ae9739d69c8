public import MercerCore

/// How often rows of each class were taken for each class.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The names of the k classes.
  public let names: [String]
  /// k × k: rows that are of the class of the row and were predicted as that of the column.
  public let counts: [[Int]]

  /// The counts of predicted probabilities, the likeliest class taken.
  ///
  /// - Parameters:
  ///   - labels: the true class of each row.
  ///   - probabilities: one row a row, one column a class.
  ///   - names: of the classes.
  public init(labels: [Int], probabilities: Matrix<Double>, names: [String]) {
    precondition(labels.count == probabilities.rowCount && names.count == probabilities.columnCount)
    self.names = names
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: names.count), count: names.count)
    for (row, label) in labels.enumerated() {
      counts[label][probabilities.row(row).indexOfLargest] += 1
    }
    self.counts = counts
  }

  /// The classes that are most often taken for another: pairs of places with their counts, most rows
  /// first.
  public var confusions: [(truth: Int, prediction: Int, rows: Int)] {
    var found: [(truth: Int, prediction: Int, rows: Int)] = []
    for truth in names.indices {
      for prediction in names.indices where prediction != truth && counts[truth][prediction] > 0 {
        found.append((truth, prediction, counts[truth][prediction]))
      }
    }
    return found.sorted { ($0.rows, $1.truth, $1.prediction) > ($1.rows, $0.truth, $0.prediction) }
  }
}
