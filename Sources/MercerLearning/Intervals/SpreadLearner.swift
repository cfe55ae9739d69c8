import MercerCore
import MercerKernels
import MercerOperators

/// Learns how large errors are from errors of rows that were left out.
///
/// The sizes |r| follow an exponential distribution of mean s(x), the mode of a penalised likelihood
/// (`ScaleLoss`); kernel and ridge are those whose likelihood on rows left out, to one Newton step, is
/// largest.
/// - Complexity: a few dozen factorisations of `screeningRows`, some ten of `rowLimit`.
struct SpreadLearner: Sendable {
  /// The most rows that the spread is learned from.
  var rowLimit = 2000
  /// On how many rows kernels and ridges are compared.
  var screeningRows = 500
  var ridges: [Double] = [0.3, 1, 3, 10, 30, 100]
  var seed: UInt64 = 0

  /// The errors to learn from.
  struct Errors: Sendable {
    /// d coordinates of each row.
    let points: Points<Double>
    /// Where the rows are among the training rows; nil when they are not.
    let rows: [Int]?
    /// What was predicted for each without it.
    let predictions: [Double]
    /// Target less prediction.
    let residuals: [Double]

    func subset(at indices: [Int]) -> Errors {
      Errors(
        points: points.subset(at: indices), rows: rows.map { rows in indices.map { rows[$0] } },
        predictions: indices.map { predictions[$0] }, residuals: indices.map { residuals[$0] })
    }
  }

  /// A spread, and s at each of the rows, learned without that row.
  struct Result: Sendable {
    let spread: LocalSpread
    let scales: [Double]
  }

  /// The spread of errors around a kernel's inputs; nil where nothing says that it varies.
  ///
  /// - Parameter kernel: the kernel of the regression, on the d coordinates.
  func learn(
    from errors: Errors, kernel: any PointKernel<Double>, context: ExecutionContext
  ) throws(MercerError) -> Result? {
    let scale = errors.residuals.reduce(0) { $0 + abs($1) } / Double(errors.residuals.count)
    let centre = errors.predictions.reduce(0, +) / Double(errors.predictions.count)
    let variance =
      errors.predictions.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      / Double(errors.predictions.count)
    guard scale > 0, scale.isFinite, variance > 0, variance.isFinite else { return nil }
    let frame = Frame(scale: scale, centre: centre, unit: variance.squareRoot())
    var stream = RandomStream(seed: seed, purpose: "rows of the spread")
    let order = stream.permutation(errors.residuals.count)
    let screened = errors.subset(at: order.prefix(screeningRows).sorted())
    guard
      let choice = try screen(
        try kernels(around: kernel, dimension: errors.points.dimension), screened, frame, context)
    else { return nil }
    let chosen = order.prefix(rowLimit).sorted()
    let part = errors.subset(at: chosen)
    let trained = try Trained(part, choice.kernel, ridge: choice.ridge, frame, context: context)
    let others = order.dropFirst(rowLimit).sorted()
    // The extremes of f are those of one row in a hundred on either side, so that no row alone sets
    // them.
    let sorted = trained.leftOut.sorted()
    let tail = sorted.count / 100
    let spread = LocalSpread(
      kernel: choice.kernel, ridge: choice.ridge, inputs: frame.inputs(part), rows: part.rows,
      coefficients: trained.coefficients, scale: scale,
      range: sorted[tail]...sorted[sorted.count - 1 - tail], predictionCentre: centre,
      predictionUnit: frame.unit)
    var scales = [Double](repeating: 0, count: order.count)
    for (place, f) in zip(chosen, trained.leftOut) { scales[place] = spread.size(ofLog: f) }
    if !others.isEmpty {
      let rest = errors.subset(at: others)
      let found = try spread.scales(
        at: rest.points, predictions: rest.predictions, context: context)
      for (place, size) in zip(others, found) { scales[place] = size }
    }
    return Result(spread: spread, scales: scales)
  }

  /// The prediction alone, the regression's kernel, and the sum of both.
  private func kernels(
    around kernel: any PointKernel<Double>, dimension d: Int
  ) throws(MercerError) -> [any PointKernel<Double>] {
    let prediction = try ColumnsKernel(try LaplaceKernel<Double>(lengthScale: 1), on: [d])
    guard d > 0 else { return [prediction] }
    var base = kernel
    if !(kernel is ColumnsKernel<Double>) {
      base = try ColumnsKernel(kernel, on: Array(0..<d))
    }
    return [prediction, base, try SumKernel([base, prediction])]
  }

  /// The kernel and ridge that are best on these rows, left out in turn; nil where a constant is.
  private func screen(
    _ kernels: [any PointKernel<Double>], _ errors: Errors, _ frame: Frame,
    _ context: ExecutionContext
  ) throws(MercerError) -> (kernel: any PointKernel<Double>, ridge: Double)? {
    var best: (kernel: any PointKernel<Double>, ridge: Double)?
    let loss = frame.loss(errors)
    var least = loss.mean(of: [Double](repeating: 0, count: errors.residuals.count))
    for kernel in kernels {
      for ridge in ridges {
        let trained = try Trained(errors, kernel, ridge: ridge, frame, context: context)
        let score = loss.mean(of: trained.leftOut)
        if score < least { (least, best) = (score, (kernel, ridge)) }
      }
    }
    return best
  }

  /// The units of sizes and predictions.
  private struct Frame: Sendable {
    let scale: Double
    let centre: Double
    let unit: Double

    func inputs(_ errors: Errors) -> Points<Double> {
      errors.points.appending(errors.predictions.map { ($0 - centre) / unit })
    }

    /// Sizes in units of their mean. A single one counts for no more than ten, which an exponential
    /// distribution exceeds once in 20,000, and none is so small that it alone makes f fall.
    func loss(_ errors: Errors) -> ScaleLoss {
      ScaleLoss(sizes: errors.residuals.map { min(max(abs($0) / scale, 1e-3), 10) })
    }
  }

  /// f on some rows.
  private struct Trained {
    let coefficients: Matrix<Double>
    /// f at each row, learned without it.
    let leftOut: [Double]

    init(
      _ errors: Errors, _ kernel: any PointKernel<Double>, ridge: Double, _ frame: Frame,
      context: ExecutionContext
    ) throws(MercerError) {
      let gram = try TiledGram(kernel, inputs: frame.inputs(errors)).densified(context: context)
      let system = try ExactCurvatureSystem(gram)
      let likelihood = PenalizedLikelihood(
        loss: frame.loss(errors), ridge: ridge, tolerance: 1e-6, iterationLimit: 50)
      let fit = try likelihood.minimize(
        system, rowCount: errors.residuals.count, context: context)
      coefficients = fit.coefficients
      leftOut = try likelihood.leaveOneOut(fit, system, context: context).elements
    }
  }
}
