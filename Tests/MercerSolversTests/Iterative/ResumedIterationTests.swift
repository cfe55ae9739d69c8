import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import Synchronization
import Testing

/// Keeps parts in memory; ends the work when a number of states was kept.
private final class MemoryStore: WorkStore {
  let secondsBefore = 0.0
  let stateInterval = 0.0
  let parts = Mutex<[String: [UInt8]]>([:])
  let statesLeft: Mutex<Int>
  let flag: CancellationFlag

  init(statesLeft: Int, flag: CancellationFlag) {
    self.statesLeft = Mutex(statesLeft)
    self.flag = flag
  }

  func bytes(ofPart name: String) -> [UInt8]? { parts.withLock { $0[name] } }
  func keep(_ bytes: [UInt8], ofPart name: String) { parts.withLock { $0[name] = bytes } }
  func replace(_ bytes: [UInt8], ofPart name: String) {
    keep(bytes, ofPart: name)
    statesLeft.withLock {
      $0 -= 1
      if $0 == 0 { flag.set() }
    }
  }
}

@Suite struct ResumedIterationTests {
  /// An iteration that was ended anywhere, and goes on, gives the solution of one that was not, bit for
  /// bit.
  @Test(arguments: [1, 2, 5, 9]) func goesOn(states: Int) throws {
    let n = 40
    var stream = RandomStream(seed: 3, purpose: "test points")
    let points = Points<Float>(
      Matrix(rowCount: n, columnCount: 2) { buffer in
        for i in buffer.indices { buffer[i] = Float(stream.normal()) }
      })
    let targets = Matrix<Float>(rowCount: n, columnCount: 2) { buffer in
      for i in buffer.indices { buffer[i] = Float(stream.normal()) }
    }
    let kernel = try GaussianKernel<Float>(lengthScale: 1)
    let gram = try TiledGram(kernel, inputs: points).shifted(
      by: [Float](repeating: 0.01, count: n))
    let solver = ConjugateGradients(
      tolerance: 1e-6, iterationLimit: 60, onNonConvergence: .returnBest)
    let whole = try solver.solveInDouble(gram, targets, preconditioner: nil)
    try #require(whole.report.iterations > 12)

    let flag = CancellationFlag()
    let store = MemoryStore(statesLeft: states, flag: flag)
    var context = ExecutionContext(cancellation: flag)
    context.keeper = WorkKeeper(store)
    #expect(throws: MercerError.self) {
      try solver.solveInDouble(gram, targets, preconditioner: nil, context: context)
    }
    context.cancellation = nil
    let resumed = try solver.solveInDouble(gram, targets, preconditioner: nil, context: context)
    #expect(resumed.values == whole.values)
    #expect(resumed.report == whole.report)
  }

  /// What keeps the work on centres costs no further entries of the kernel matrix.
  @Test func keepingCostsNoProducts() throws {
    var stream = RandomStream(seed: 4, purpose: "test points")
    let points = Points<Double>(
      Matrix(rowCount: 300, columnCount: 2) { buffer in
        for i in buffer.indices { buffer[i] = stream.normal() }
      })
    let targets = Matrix<Double>(rowCount: 300, columnCount: 1) { buffer in
      for i in buffer.indices { buffer[i] = stream.normal() }
    }
    let centres = points.subset(at: Array(0..<30))
    let kernel = try LaplaceKernel<Double>(lengthScale: 1)
    let core = try TiledGram(kernel, inputs: centres)
    func entries(_ context: ExecutionContext) throws -> Int {
      let cross = CountingCross(base: try TiledCrossGram(kernel, rows: points, columns: centres))
      _ = try CentreRidge(ridge: 0.1, method: .falkon).solve(
        cross, core: core, targets: targets, context: context)
      return cross.entries.value.withLock { $0 }
    }
    var keeping = ExecutionContext()
    keeping.keeper = WorkKeeper(MemoryStore(statesLeft: .max, flag: CancellationFlag()))
    let without = try entries(ExecutionContext())
    #expect(without > 0)
    #expect(try entries(keeping) == without)
  }
}

/// Counts the entries that are computed.
private struct CountingCross: IndexableGramOperator {
  final class Count: Sendable {
    let value = Mutex(0)
  }

  let base: TiledCrossGram<Double>
  let entries = Count()
  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }

  func fill(_ tile: Tile<Double>) {
    entries.value.withLock { $0 += tile.rowCount * tile.columnCount }
    base.fill(tile)
  }

  func apply(
    _ v: Matrix<Double>, into y: inout Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) {
    try base.apply(v, into: &y, context: context)
  }

  func applyTransposed(
    _ v: Matrix<Double>, into y: inout Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) {
    try base.applyTransposed(v, into: &y, context: context)
  }
}
