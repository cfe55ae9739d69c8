import MercerCore

/// How improbable the given classes are.
///
/// A label is suspect where another class is likelier, and as probable as it is for rows that are
/// labelled with it.
/// - Source: Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset
///   labels (2021), eqs. 1 and 2; the order by margin is theirs, too (section 3.2, normalized margin).
struct ClassDoubts {
  private let labels: [Int]
  private let scores: Matrix<Double>
  private let probabilities: Matrix<Double>

  /// - Parameters:
  ///   - scores: n × 1 for two classes, else n × c.
  ///   - probabilities: n × c.
  init(labels: [Int], scores: Matrix<Double>, _ probabilities: Matrix<Double>) {
    self.labels = labels
    self.scores = scores
    self.probabilities = probabilities
  }

  func rows(places: [Int], _ isLeftOut: [Bool]) -> [LabelDoubts.Row] {
    let classCount = probabilities.columnCount
    var (sums, counts) = (
      [Double](repeating: 0, count: classCount), [Double](repeating: 0, count: classCount)
    )
    for (i, label) in labels.enumerated() {
      sums[label] += probabilities[i, label]
      counts[label] += 1
    }
    let usual = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 1 }
    return labels.indices.map { i in
      let row = probabilities.row(i)
      let label = labels[i]
      let other = row.indices.filter { $0 != label }.max { (row[$0], $1) < (row[$1], $0) } ?? label
      return LabelDoubts.Row(
        row: places[i], doubt: row[other] - row[label], given: row[label], expected: row[other],
        givenClass: label, expectedClass: other, isLeftOut: isLeftOut[i],
        isSuspect: row[other] > row[label] && row[other] >= usual[other],
        scoreMargin: scores.columnCount == 1
          ? (label == 0 ? scores[i, 0] : -scores[i, 0]) : scores[i, other] - scores[i, label])
    }
  }
}
