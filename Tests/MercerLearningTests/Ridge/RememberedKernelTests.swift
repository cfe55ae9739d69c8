import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import MercerSolvers
import Synchronization
import Testing

/// A kernel that says that its values are dear, and counts them.
struct DearKernel: ExpressibleKernel {
  typealias Inputs = Points<Double>
  typealias Element = Double

  final class Counter: Sendable {
    let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
  }

  let base: any PointKernel<Double>
  let counter = Counter()
  var price = 1e-3

  var expression: KernelExpression { base.expression }
  var parameters: [KernelParameter] { [] }
  func withParameters(_ values: [Double]) throws(MercerError) -> DearKernel { self }
  func diagonal(of inputs: Points<Double>) throws(MercerError) -> [Double] {
    try base.diagonal(of: inputs)
  }
  func bound(
    rows: Points<Double>, columns: Points<Double>
  ) throws(MercerError) -> any BoundKernel<Double> {
    Bound(base: try base.bound(rows: rows, columns: columns), counter: counter, price: price)
  }

  private struct Bound: BoundKernel {
    let base: any BoundKernel<Double>
    let counter: Counter
    let price: Double
    var rowCount: Int { base.rowCount }
    var columnCount: Int { base.columnCount }
    var dimension: Int { base.dimension }
    var hasGradients: Bool { false }
    var secondsPerEntry: Double { price }
    func fill(_ tile: Tile<Double>) {
      counter.count.wrappingAdd(tile.rowCount * tile.columnCount, ordering: .relaxed)
      base.fill(tile)
    }
    func accumulateInputGradient(weights: Tile<Double>, into gradient: Tile<Double>) {
      preconditionFailure("it has none")
    }
    func accumulateParameterGradient(weights: Tile<Double>, into gradient: inout [Double]) {
      preconditionFailure("it has none")
    }
  }
}

@Suite("Kernels of which a value is dear") struct RememberedKernelTests {
  private func points(_ n: Int, seed: UInt64 = 1) -> Points<Double> {
    var stream = RandomStream(seed: seed, purpose: "dear kernel")
    return Points(
      Matrix(rowCount: n, columnCount: 3) { buffer in
        for index in buffer.indices { buffer[index] = stream.normal() }
      })
  }

  @Test func remembersPairsOfItsPointsInAnyOrder() throws {
    let base = try GaussianKernel<Double>(lengthScale: 1)
    let dear = DearKernel(base: base)
    let all = points(13)
    let kernel = try RememberedKernel(dear, on: all, context: .default)
    let made = dear.counter.value
    // Blocks of the diagonal are filled as a whole.
    #expect(made >= 13 * 14 / 2 && made <= 13 * 13)
    let (x, z) = (all.subset(at: [7, 0, 7]), all.subset(at: [12, 3]))
    // Both are the same loops; a mirrored entry may be rounded otherwise.
    #expect(
      maximumDifference(
        try kernel.matrix(rows: x, columns: z), try base.matrix(rows: x, columns: z)) < 1e-15)
    #expect(try kernel.diagonal(of: x) == base.diagonal(of: x))
    #expect(dear.counter.value == made)
    #expect(kernel.description == base.description)
    // Points that it does not know are evaluated.
    let others = points(4, seed: 2)
    #expect(
      try kernel.matrix(rows: others, columns: z) == base.matrix(rows: others, columns: z))
    #expect(dear.counter.value == made + 8)
    kernel.forget()
    _ = try kernel.matrix(rows: x, columns: z)
    #expect(dear.counter.value == made + 14)
  }

  private func maximumDifference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
  }

  /// Ridge, leave-one-out, forecast and spectrum take values from memory.
  @Test(arguments: ["price", "sold"])
  func aFitEvaluatesEachPairOnce(_ target: String) throws {
    var learner = TableLearner(target: target)
    learner.ignoredColumns = target == "price" ? ["sold"] : ["price"]
    let base = try LaplaceKernel<Double>(lengthScale: 3)
    learner.kernel = base
    let plain = try learner.fit(exampleTable())
    let dear = DearKernel(base: base)
    learner.kernel = dear
    let prepared = try learner.prepare(exampleTable())
    #expect(prepared.plan.keepsValues && prepared.plan.reason.contains("1.0 ms"))
    let outcome = try learner.fit(prepared)
    // 60 rows: all pairs, both ways in blocks of the diagonal only.
    #expect(dear.counter.value <= 60 * 70 / 2)
    #expect(outcome.forecast != nil && outcome.spectrum != nil)
    #expect(outcome.forecast == plain.forecast)
    #expect(outcome.model.history.validation == plain.model.history.validation)
    // The model has let go of the values and evaluates what it needs: 60 at each of 5 rows.
    let before = dear.counter.value
    _ = try outcome.model.predict(exampleTable().rows(at: [0, 1, 2, 3, 4]))
    #expect(dear.counter.value - before >= 5 * 60)
  }

  /// What is done is kept by bands; a run that goes on evaluates the rest.
  @Test func anEndedRunGoesOn() throws {
    let base = try GaussianKernel<Double>(lengthScale: 1)
    // Four seconds of a core are 20 entries: bands of a few rows.
    var dear = DearKernel(base: base)
    dear.price = 0.2
    let all = points(20)
    let store = KeptParts()
    var context = ExecutionContext(threadCount: 1)
    context.keeper = WorkKeeper(store)
    let flag = CancellationFlag()
    context.cancellation = flag
    context.progress = { progress in
      if progress.fraction > 0.5 { flag.set() }
    }
    let error = #expect(throws: MercerError.self) {
      try RememberedKernel(dear, on: all, context: context)
    }
    #expect(error?.code == .cancelled)
    let before = dear.counter.value
    #expect(store.count > 3 && before < 20 * 20)
    context.cancellation = nil
    context.progress = nil
    let resumed = try RememberedKernel(dear, on: all, context: context)
    #expect(dear.counter.value - before < 20 * 20 * 6 / 10)
    #expect(
      maximumDifference(
        try resumed.matrix(rows: all, columns: all), try base.matrix(rows: all, columns: all))
        < 1e-15)
  }

  @Test func thePlanFollowsThePrice() throws {
    let context = ExecutionContext(threadCount: 2, memoryLimit: 400 << 20)
    let cheap = try RidgePlan.plan(
      rowCount: 4000, targetCount: 1, featureCount: 3, context: context)
    func priced(_ n: Int, limit: Int) throws -> RidgePlan {
      try RidgePlan.plan(
        rowCount: n, targetCount: 1, featureCount: 3,
        context: ExecutionContext(threadCount: 2, memoryLimit: limit)
      ).pricing(
        secondsPerEntry: 1e-3, rowCount: n, targetCount: 1, mayChange: true, limit: limit)
    }
    #expect(cheap.method == .exact && !cheap.keepsValues)
    let dear = try priced(4000, limit: 400 << 20)
    #expect(dear.method == .exact && dear.keepsValues)
    #expect(dear.expectedBytes == cheap.expectedBytes + 8 * 4000 * 4000)
    // K in Float is all that fits: an iteration on it, filled once.
    let tight = try priced(4000, limit: 180 << 20)
    #expect(tight.method == .iterativeStored && tight.keepsValues)
    #expect(tight.expectedBytes <= 180 << 20)
    // Sixteen million values of a millisecond are 8,000 seconds on two cores.
    let seconds = dear.expectedSeconds(rowCount: 4000, targetCount: 1, featureCount: 3)
    #expect(seconds > 3500 && seconds < 4500)
  }
}

/// Parts in memory.
private final class KeptParts: WorkStore {
  private let parts = Mutex<[String: [UInt8]]>([:])
  let secondsBefore = 0.0
  let stateInterval = 1e9
  var count: Int { parts.withLock { $0.count } }
  func bytes(ofPart name: String) -> [UInt8]? { parts.withLock { $0[name] } }
  func keep(_ bytes: [UInt8], ofPart name: String) { parts.withLock { $0[name] = bytes } }
  func replace(_ bytes: [UInt8], ofPart name: String) { keep(bytes, ofPart: name) }
}
