public import MercerCore
import MercerData

/// What a fit will try and what it should take, known from sizes before it begins.
public struct FitExpectation: Sendable, Equatable, Codable {
  /// How many settings of kernels will be compared: kernels with their length scales, ridges and rounds
  /// of a learned metric; 0 when the kernel and the ridge are given.
  public let candidates: Int
  /// The most kernels that will be blended.
  public let members: Int
  /// On how many rows the best candidates are compared.
  public let searchRows: Int
  /// Seconds for search and fit, on two cores like those of `docs/benchmarks.md`.
  public let seconds: Double
  /// Seconds after which nothing more is begun; nil where the kernel is given, which has no such limit.
  public let latestSeconds: Double?
  /// The most memory in use at once, in bytes, with what is in use already.
  public let peakMemoryBytes: Int
  /// Which solver fits all rows, and why.
  public let reason: String

  enum CodingKeys: String, CodingKey {
    case candidates, members, seconds, reason
    case searchRows = "search_rows"
    case latestSeconds = "latest_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
  }
}

extension TableLearner {
  /// What the fit of a prepared table will try, and what it should take.
  ///
  /// - Complexity: that of a look at the sizes.
  public func expectation(
    for prepared: PreparedTable, context: ExecutionContext = .default
  ) -> FitExpectation {
    let member = memberSeconds(prepared)
    guard kernel == nil else {
      return FitExpectation(
        candidates: 0, members: 1, searchRows: 0, seconds: member, latestSeconds: nil,
        peakMemoryBytes: peak(
          memory(of: prepared, search: nil, viewWidth: prepared.inputs.dimension, context),
          context),
        reason: prepared.plan.reason)
    }
    let data = searchData(prepared)
    let search = blendSearch(prepared, data, context)
    let plan = search.plan
    let ridges = ridge == nil ? SearchPlan.ridges.count : 1
    // A course of 2.2 rounds on average, over all settings; then the best rounds over six.
    let screened = Double(plan.courseCount * SearchPlan.factors.count * ridges) * 2.2
    return FitExpectation(
      candidates: Int(screened) + plan.finalistCount * BlendSearch.scoredSettings,
      members: plan.memberLimit, searchRows: plan.refinement.rows,
      seconds: plan.expectedSeconds + growthSeconds(for: prepared),
      latestSeconds: latestSeconds(for: prepared, context),
      peakMemoryBytes: peak(
        memory(of: prepared, search: plan, viewWidth: data.views.largestWidth, context), context),
      reason: prepared.plan.reason)
  }

  /// The peak with what is in use already. Centres are as many as keep to the limit; that stages may sum
  /// up to a little more than it is because not all of them take their most at once.
  private func peak(_ memory: FitMemory, _ context: ExecutionContext) -> Int {
    let (sum, limit) = (Machine.peakMemory + memory.peak, context.memoryLimit)
    return memory.ridge.method == .centres && 3 * sum <= 4 * limit ? min(sum, limit) : sum
  }

  func memory(
    of prepared: PreparedTable, search: SearchPlan?, viewWidth: Int, _ context: ExecutionContext
  ) -> FitMemory {
    // A report says nothing of the columns of kernels without gradients.
    var (weighsColumns, scratch) = (true, 0)
    if let kernel, prepared.inputs.count > 0,
      let bound = try? kernel.boundToFirst(of: prepared.inputs)
    {
      weighsColumns = bound.hasGradients
      scratch = bound.scratchBytes
    }
    let fillers = (try? context.fitting(scratchBytes: scratch).threadCount) ?? context.threadCount
    return FitMemory(
      rowCount: prepared.inputs.count, coordinateCount: prepared.inputs.dimension,
      targetCount: prepared.problem.codes.columnCount,
      columnCount: weighsColumns ? prepared.encoder.columns.count : 0,
      threadCount: context.threadCount,
      memoryLimit: context.memoryLimit,
      isRegression: prepared.problem.task == .regression, ridge: prepared.plan,
      isSample: prepared.large != nil, search: search,
      viewWidth: viewWidth, filling: fillers * scratch,
      correcting: correctionBytes(of: prepared, context))
  }

  /// What looking for a correction takes; 0 where none is looked for.
  private func correctionBytes(of prepared: PreparedTable, _ context: ExecutionContext) -> Int {
    let mayBeFew =
      solver == .automatic && prepared.plan.onFewCentres(rowCount: prepared.inputs.count) != nil
    guard prepared.plan.method == .centres || mayBeFew,
      let learner = correctionLearner(prepared)
    else { return 0 }
    return TableFit.correctionBytes(
      learner, rowCount: prepared.fittedRowCount, dimension: prepared.inputs.dimension,
      targetCount: prepared.problem.codes.columnCount, areGathered: prepared.large != nil,
      memoryLimit: context.memoryLimit) ?? 0
  }
}
