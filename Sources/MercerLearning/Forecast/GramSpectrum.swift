public import MercerCore
import MercerKernels
import MercerOperators

/// The eigenvalues of the kernel matrix of a fitted regression, from some of its rows.
///
/// The k-th eigenvalue of n rows is about n/m times that of m of them while k is well below m; the last
/// ones of a sample are too small.
/// - Source: Baker, The numerical treatment of integral equations (1977), section 3.4; the bias of the
///   last ones: Williams and Shawe-Taylor, The stability of kernel principal components analysis (2003).
public struct GramSpectrum: Sendable, Equatable {
  /// Descending, for as many rows as the fit had.
  public let eigenvalues: [Double]
  /// λ, which the fit added to each.
  public let ridge: Double
  /// The rows of the fit.
  public let rows: Int
  /// The rows that were looked at.
  public let sampleRows: Int

  /// How many directions the data decide more than the ridge does: eigenvalues above it. No more than
  /// are known of the sample.
  public var learnedDirections: Int { eigenvalues.count { $0 > ridge } }

  /// The spectrum of the member of the largest weight.
  ///
  /// - Parameters:
  ///   - regression: a fitted blend.
  ///   - limit: the most rows to look at, at least 1; fewer where memory is short.
  ///   - seed: of the choice of rows.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: m² d for the matrix of m rows, about 4 m³ operations for its eigenvalues.
  /// - Throws: what the kernel and the eigendecomposition throw.
  public init(
    of regression: KernelRidgeBlend, limit: Int = 400, seed: UInt64,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    let weights = regression.weights
    let heaviest = weights.indices.max { (weights[$0], $1) < (weights[$1], $0) } ?? 0
    let member = regression.members[heaviest]
    let n = member.inputs.count
    let fitting = Int((Double(context.memoryLimit) / 24).squareRoot())
    // Where values are dear and not known any more, as many as take some seconds.
    let price = try member.kernel.secondsPerEntry(on: member.inputs)
    let affordable = price > 0 ? max(50, Int((20 / price).squareRoot())) : n
    let m = min(n, max(limit, 1), max(fitting, 2), affordable)
    var stream = RandomStream(seed: seed, purpose: "spectrum of a fit")
    let points = m == n ? member.inputs : member.inputs.subset(at: stream.sample(m, of: n))
    let values = try SymmetricEigen.values(of: Self.gram(member.kernel, points, context))
    let growth = Double(n) / Double(m)
    // Rounding can leave eigenvalues slightly below zero.
    eigenvalues = values.reversed().map { max($0, 0) * growth }
    ridge = member.ridge
    (rows, sampleRows) = (n, m)
  }

  static func gram(
    _ kernel: some Kernel<Points<Double>, Double>, _ points: Points<Double>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    try TiledGram(kernel, inputs: points).densified(context: context)
  }
}
