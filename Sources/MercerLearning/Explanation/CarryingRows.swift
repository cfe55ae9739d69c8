public import MercerCore
import MercerOperators

/// The training rows that carry one prediction.
public struct CarryingRows: Sendable {
  /// A training row and what it adds.
  public struct Term: Sendable, Equatable {
    /// The row among the training inputs of the model, from 0.
    public let trainingRow: Int
    /// αᵢ k(x, xᵢ), the weighted mean over the members of the blend.
    public let value: Double
  }

  /// The row of the table, from 0.
  public let row: Int
  /// The class whose score is explained, as a place in the class names; nil for a regression.
  public let classIndex: Int?
  /// f(x), the prediction of a regression (of the transformed target, where it was transformed) or the
  /// score of the class: `offset` and all terms.
  public let score: Double
  /// What the regression adds to all predictions, about the mean of the target.
  public let offset: Double
  /// The largest terms, by magnitude.
  public let terms: [Term]
  /// Their share in the sum of the magnitudes of all terms; 0 where all terms are 0.
  public let share: Double
}

extension TableExplainer {
  /// The rows that are taken at once: the terms of each are as many numbers as there are training rows.
  private static let rowsAtOnce = 64

  /// The training rows with the largest terms in f(x) = offset + Σᵢ αᵢ k(x, xᵢ), which is exact: a
  /// kernel prediction is this sum and nothing else.
  ///
  /// Of two classes the regression has one score, that of the second; where the first is predicted, its
  /// negative is taken. So a positive term always speaks for the prediction.
  /// - Parameters:
  ///   - rows: rows of the table, from 0.
  ///   - count: the most terms of each.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n d for each row and member, and n for each row of memory.
  /// - Throws: `.cancelled`.
  /// - Precondition: there are such rows.
  /// - Source: the representer theorem: Kimeldorf and Wahba, Some results on Tchebycheffian spline
  ///   functions (1971); as an explanation: Yeh, Kim, Yen and Ravikumar, Representer point selection
  ///   for explaining deep neural networks (2018).
  public func carryingRows(
    of rows: [Int], count: Int, context: ExecutionContext = .default
  ) throws(MercerError) -> [CarryingRows] {
    var results: [CarryingRows] = []
    for part in rows.indices.chunks(of: Self.rowsAtOnce) {
      let (terms, offsets, classes) = try representerTerms(of: Array(rows[part]), context: context)
      for (place, row) in rows[part].enumerated() {
        let values = terms.row(place)
        let total = values.reduce(0) { $0 + abs($1) }
        let largest = values.indices.sorted { (abs(values[$0]), $1) > (abs(values[$1]), $0) }
          .prefix(count).filter { values[$0] != 0 }
        results.append(
          CarryingRows(
            row: row, classIndex: classes?[place],
            score: values.reduce(offsets[place], +), offset: offsets[place],
            terms: largest.map { .init(trainingRow: $0, value: values[$0]) },
            share: total > 0 ? largest.reduce(0) { $0 + abs(values[$1]) } / total : 0))
      }
    }
    return results
  }

  /// All terms of some rows, rows × n, and the offset of each; with classes, of the predicted one.
  private func representerTerms(
    of rows: [Int], context: ExecutionContext
  ) throws(MercerError) -> (terms: Matrix<Double>, offsets: [Double], classes: [Int]?) {
    let regression = model.regression
    let points = inputs.subset(at: rows)
    let scores = try scores(of: points, context: context)
    let probabilities = model.calibration?.probabilities(scores)
    let classes = probabilities.map { p in rows.indices.map { p.row($0).indexOfLargest } }
    let outputs = scores.columnCount
    // The output that speaks for the class, and with which sign.
    let signs = rows.indices.map { row -> Double in
      outputs == 1 && classes?[row] == 0 ? -1 : 1
    }
    let columns = rows.indices.map { outputs == 1 ? 0 : classes?[$0] ?? 0 }
    let n = regression.inputs.count
    var terms = Matrix<Double>(rowCount: rows.count, columnCount: n)
    var offsets = [Double](repeating: 0, count: rows.count)
    for (member, share) in zip(regression.members, regression.weights) {
      let gram = try Self.block(of: member.kernel, points, member.inputs, context)
      terms.withUnsafeMutableBufferPointer { terms in
        gram.withUnsafeBufferPointer { k in
          member.coefficients.withUnsafeBufferPointer { alpha in
            for row in rows.indices {
              let factor = signs[row] * share
              for i in 0..<n {
                terms[row * n + i] += factor * k[row * n + i] * alpha[i * outputs + columns[row]]
              }
            }
          }
        }
      }
      guard !member.offsets.isEmpty else { continue }
      for row in rows.indices { offsets[row] += signs[row] * share * member.offsets[columns[row]] }
    }
    return (terms, offsets, classes)
  }

  private static func block(
    of kernel: some Kernel<Points<Double>, Double>, _ rows: Points<Double>,
    _ columns: Points<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    try TiledCrossGram(kernel, rows: rows, columns: columns).densified(context: context)
  }
}
