package import MercerCore
import MercerKernels

extension PreparedTable {
  /// Up to how many rows a spectrum is taken of.
  package static let spectrumRows = 1500

  /// The ridges that a learner would choose among, for targets of unit size.
  package static let forecastRidges = KernelSearch.halfDecades(from: -8, to: 2)

  /// What the spectrum of a kernel and the target's place in it tell of other numbers of rows, from a
  /// random part of the rows: cheap beside a fit of more rows than that.
  ///
  /// - Parameters:
  ///   - kernel: a kernel on the encoded columns, such as that of a member of a fitted blend.
  ///   - limit: the most rows to take.
  ///   - seed: of the choice of rows.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: about 9 m³ operations for m ≤ `limit` rows.
  /// - Throws: as `GramEigenlearning`.
  package func eigenlearning(
    of kernel: any Kernel<Points<Double>, Double>, limit: Int = spectrumRows, seed: UInt64,
    context: ExecutionContext = .default
  ) throws(MercerError) -> GramEigenlearning {
    let fitting = Int((Double(context.memoryLimit) / 32).squareRoot())
    // Where values are dear, as many as take a minute of a core.
    let price = try kernel.secondsPerEntry(on: inputs)
    let affordable = price > 0 ? max(100, Int((120 / price).squareRoot())) : limit
    let count = min(inputs.count, limit, max(fitting, 2), affordable)
    var stream = RandomStream(seed: seed, purpose: "spectrum rows")
    let rows = stream.sample(count, of: inputs.count)
    let points = inputs.subset(at: rows)
    return try GramEigenlearning(
      gram: try GramSpectrum.gram(kernel, points, context), targets: problem.codes.rows(at: rows),
      context: context)
  }
}
