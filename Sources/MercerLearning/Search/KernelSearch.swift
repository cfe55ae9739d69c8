public import MercerCore
public import MercerKernels
import MercerOperators
import MercerSolvers
import RealModule
import Synchronization

/// Finds a kernel, its length scale and the ridge by closed-form leave-one-out, without any flag.
///
/// Every family at every length scale of a grid around the median distance is tried on a small
/// subsample, the best of them on a larger one; each trial covers a whole path of ridges from one
/// eigendecomposition. The result depends on the seed alone, not on the number of threads.
/// - Complexity: 9 n³ operations and 5 n² doubles a trial, for subsamples of `screeningRows` and
///   `finalRows`; under a small limit on memory fewer trials run at once, then on fewer rows.
public struct KernelSearch: Sendable {
  /// What is tried.
  public var families: [KernelFamily]
  /// The length scales tried, in median distances.
  public var lengthScaleFactors: [Double]
  /// The ridges tried, ascending.
  public var ridges: [Double]
  /// How many rows the first round sees at most.
  public var screeningRows: Int
  /// How many rows the second round sees at most.
  public var finalRows: Int
  /// How many candidates go on to the second round.
  public var finalists: Int
  /// The seed of the subsamples.
  public var seed: UInt64

  /// A search; the defaults suit tables with standardised columns and targets of unit size.
  public init(
    families: [KernelFamily] = KernelFamily.plain,
    lengthScaleFactors: [Double] = [0.25, 0.5, 1, 2, 4, 8],
    ridges: [Double] = KernelSearch.halfDecades(from: -10, to: 2),
    screeningRows: Int = 700, finalRows: Int = 2000, finalists: Int = 6, seed: UInt64 = 0
  ) {
    self.families = families
    self.lengthScaleFactors = lengthScaleFactors
    self.ridges = ridges
    self.screeningRows = screeningRows
    self.finalRows = finalRows
    self.finalists = finalists
    self.seed = seed
  }

  /// Powers of √10, from one whole exponent to another: −10 is 1e-5.
  public static func halfDecades(from low: Int, to high: Int) -> [Double] {
    (low...high).map { Double.pow(10, Double($0) / 2) }
  }

  /// One kernel that was tried, with its best ridge.
  public struct Candidate: Sendable, Codable, Equatable {
    /// The kernel in its text form.
    public let kernel: String
    /// The best ridge of the path.
    public let ridge: Double
    /// The leave-one-out score at that ridge; lower is better.
    public let score: Double
    /// On how many rows.
    public let rows: Int
  }

  /// What a search found.
  public struct Result: Sendable {
    /// The best kernel.
    public let kernel: any PointKernel<Double>
    /// Its ridge.
    public let ridge: Double
    /// All that was tried, those on most rows first, each group by score.
    public let leaderboard: [Candidate]
    /// The rows of the last round.
    public let rows: [Int]
    /// The leave-one-out residuals of the winner on those rows.
    public let leaveOneOutResiduals: Matrix<Double>
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - data: the inputs and targets; targets should have about unit size, as the ridges do.
  ///   - score: from rows and their leave-one-out residuals, what is to be least; the mean square
  ///     when nil.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidData` when there are fewer than two rows.
  public func run(
    on data: LabelledData<Points<Double>>,
    score: (@Sendable (_ rows: [Int], _ residuals: Matrix<Double>) -> Double)? = nil,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Result {
    guard data.count >= 2 else {
      throw MercerError(.invalidData, "one row cannot be left out of itself: two are needed")
    }
    let score =
      score ?? { rows, residuals in
        residuals.meanSquare(
          weights: data.weights.map { weights in rows.map { weights[$0] } })
      }
    let mostRows = Self.rowLimit(memory: context.memoryLimit)
    let first = sample(of: data.count, upTo: min(screeningRows, mostRows))
    var trials: [Trial] = []
    for family in families {
      let scaleRows = Array(first.prefix(500))
      let median = try family.medianDistance(of: data.inputs.subset(at: scaleRows))
      for factor in lengthScaleFactors {
        trials.append(Trial(kernel: try family.make(factor * median)))
      }
    }
    try run(&trials, on: data, rows: first, score, "screening kernels", context)
    trials.sort { $0.best.score < $1.best.score }
    var board = trials.map { $0.candidate(rows: first.count) }
    var rows = first
    let finalCount = min(finalRows, mostRows, data.count)
    if finalCount > first.count {
      rows = sample(of: data.count, upTo: finalCount)
      trials = Array(trials.prefix(finalists))
      try run(&trials, on: data, rows: rows, score, "comparing the best kernels", context)
      trials.sort { $0.best.score < $1.best.score }
      board = trials.map { $0.candidate(rows: rows.count) } + board
    }
    guard let winner = trials.first, let residuals = winner.best.residuals else {
      throw MercerError(.invalidParameter, "there is no kernel to try")
    }
    return Result(
      kernel: winner.kernel, ridge: winner.best.ridge, leaderboard: board, rows: rows,
      leaveOneOutResiduals: residuals)
  }

  /// The ridge path of one given kernel, as the search would run it.
  public func chooseRidge(
    for kernel: any PointKernel<Double>, on data: LabelledData<Points<Double>>,
    score: (@Sendable (_ rows: [Int], _ residuals: Matrix<Double>) -> Double)? = nil,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Result {
    var copy = self
    copy.families = [KernelFamily(kernel.description) { (_) throws(MercerError) in kernel }]
    copy.lengthScaleFactors = [1]
    return try copy.run(on: data, score: score, context: context)
  }

  private func sample(of count: Int, upTo limit: Int) -> [Int] {
    if count <= limit { return Array(0..<count) }
    var stream = RandomStream(seed: seed, purpose: "search rows", index: UInt64(limit))
    return stream.sample(limit, of: count)
  }

  private struct Trial {
    let kernel: any PointKernel<Double>
    var best: (ridge: Double, score: Double, residuals: Matrix<Double>?) = (1, .infinity, nil)

    func candidate(rows: Int) -> Candidate {
      Candidate(
        kernel: kernel.description, ridge: best.ridge, score: best.score, rows: rows)
    }
  }

  /// What a trial on n rows holds at once: K or its eigenvectors, their squares, and the workspace of
  /// the eigendecomposition; 5 n² doubles in all.
  private static func trialBytes(rows n: Int) -> Int { 40 * n * n }

  /// The most rows of a trial within a limit on memory.
  private static func rowLimit(memory: Int) -> Int {
    max(2, Int((Double(memory) / Double(trialBytes(rows: 1))).squareRoot()))
  }

  /// Runs trials side by side, as many as the memory holds, each on one thread: the same sums
  /// whatever the number of threads.
  private func run(
    _ trials: inout [Trial], on data: LabelledData<Points<Double>>, rows: [Int],
    _ score: @Sendable ([Int], Matrix<Double>) -> Double, _ stage: String,
    _ context: ExecutionContext
  ) throws(MercerError) {
    let part = try data.subset(at: rows)
    let results = ResultBox(count: trials.count)
    var single = context
    single.threadCount = 1
    single.progress = nil
    let (kernels, inner) = (trials.map(\.kernel), single)
    var outer = context
    outer.threadCount = min(
      context.threadCount, max(1, context.memoryLimit / Self.trialBytes(rows: rows.count)))
    // Of one kernel all threads fill the matrix.
    var filling = kernels.count == 1 ? context : inner
    filling.progress = nil
    let fill = filling
    try outer.forEach(trials.count) { (index) throws(MercerError) in
      let gram = try TiledGram(kernels[index], inputs: part.inputs).densified(context: fill)
      let path = try RidgePath(
        gram: gram, targets: part.targets, weights: part.weights, context: inner)
      var best = Trial(kernel: kernels[index])
      for ridge in ridges {
        let residuals = try path.fit(ridge: ridge, context: inner).leaveOneOutResiduals
        let value = score(rows, residuals)
        if value < best.best.score { best.best = (ridge, value, residuals) }
      }
      let done = results.set(index, best.best)
      context.progress?(
        WorkProgress(stage: stage, fraction: Double(done) / Double(kernels.count)))
    }
    for index in trials.indices { trials[index].best = results.value(index) ?? trials[index].best }
  }
}

extension Matrix<Double> {
  /// The weighted mean over rows of the sum of their squares.
  func meanSquare(weights: [Double]?) -> Double {
    var (sum, total) = (0.0, 0.0)
    for i in 0..<rowCount {
      let weight = weights?[i] ?? 1
      sum += weight * row(i).reduce(0) { $0 + $1 * $1 }
      total += weight
    }
    return sum / total
  }
}

/// Results of trials that finish in any order.
private final class ResultBox: Sendable {
  typealias Best = (ridge: Double, score: Double, residuals: Matrix<Double>?)
  private let values: Mutex<[Best?]>

  init(count: Int) { values = Mutex([Best?](repeating: nil, count: count)) }

  /// Keeps a result, and says how many there are.
  func set(_ index: Int, _ best: Best) -> Int {
    values.withLock {
      $0[index] = best
      return $0.count { $0 != nil }
    }
  }

  func value(_ index: Int) -> Best? { values.withLock { $0[index] } }
}
