import Dispatch
import Synchronization

/// With what and within which limits work is done: threads, memory, progress, cancellation.
///
/// It is passed to whatever may take long; there are no global settings. Results never depend on
/// the number of threads.
public struct ExecutionContext: Sendable {
  /// How many threads work at once, at least 1.
  public var threadCount: Int
  /// The most bytes that an algorithm may allocate beyond its inputs and outputs.
  public var memoryLimit: Int
  /// Called with news of long work, from any thread.
  public var progress: (@Sendable (WorkProgress) -> Void)?
  /// Set from outside to stop the work soon.
  public var cancellation: CancellationFlag?
  /// Where finished parts of the work are kept, so that it can go on after it was ended; nil for
  /// nowhere.
  public var keeper: WorkKeeper?

  /// A context with these limits; by default all cores and 70 % of the machine's memory. Both are
  /// lowered to what a limit on the addresses of the process leaves (`ulimit -v`).
  public init(
    threadCount: Int? = nil, memoryLimit: Int? = nil,
    progress: (@Sendable (WorkProgress) -> Void)? = nil, cancellation: CancellationFlag? = nil
  ) {
    self.threadCount = max(1, threadCount ?? Machine.coreCount)
    self.memoryLimit = memoryLimit ?? Machine.physicalMemory / 10 * 7
    if let left = Machine.addressSpaceLeft { makeDo(with: left) }
    self.progress = progress
    self.cancellation = cancellation
  }

  /// What a thread takes of the process's addresses: OpenBLAS's buffer of 128 MB, its stack, and what
  /// the allocator keeps for it.
  private static let threadAddressSpace = 144 << 20
  /// What else the process takes that no plan counts: tables of symbols, text, small arrays.
  private static let unplannedAddressSpace = 32 << 20

  /// The addresses that must be left for any work, in bytes.
  public static let leastAddressSpace = threadAddressSpace + unplannedAddressSpace

  /// Lowers the number of threads and the memory to what so many bytes of addresses allow.
  private mutating func makeDo(with left: Int) {
    let forThreads = (left - Self.unplannedAddressSpace) / 2 / Self.threadAddressSpace
    threadCount = max(1, min(threadCount, forThreads))
    memoryLimit = min(
      memoryLimit, max(0, left - threadCount * Self.threadAddressSpace - Self.unplannedAddressSpace)
    )
  }

  /// All cores, most of the memory, no progress.
  public static let `default` = ExecutionContext()

  /// Throws `.cancelled` when the user asked to stop.
  public func checkCancellation() throws(MercerError) {
    if cancellation?.isSet == true {
      throw MercerError(.cancelled, "stopped at the user's request")
    }
  }

  /// Throws `.memoryLimit` when a block of this size may not be allocated.
  public func checkMemory(_ bytes: Int, for purpose: String) throws(MercerError) {
    guard bytes <= memoryLimit else {
      throw MercerError(
        .memoryLimit,
        "\(purpose) needs \(ByteCount(bytes)), more than the limit of \(ByteCount(memoryLimit))",
        remedy: "raise --memory, or use fewer rows")
    }
  }

  /// The same context with as many threads as the memory is enough for, where each needs so many bytes
  /// to fill a tile of a kernel matrix.
  ///
  /// - Parameters:
  ///   - scratchBytes: of one thread.
  ///   - others: the bytes that are in use beside them.
  /// - Throws: `.memoryLimit` when there is not enough for one thread.
  public func fitting(
    scratchBytes: Int, beside others: Int = 0
  ) throws(MercerError) -> ExecutionContext {
    guard scratchBytes > 0 else { return self }
    let left = max(0, memoryLimit - others)
    guard scratchBytes <= left else {
      throw MercerError(
        .memoryLimit,
        "an entry of this kernel is made in \(ByteCount(scratchBytes)), more than the "
          + "\(ByteCount(left)) that the limit of \(ByteCount(memoryLimit)) leaves",
        remedy: "raise --memory; networks need it for a pooling or attention before their end")
    }
    var context = self
    context.threadCount = min(threadCount, left / scratchBytes)
    return context
  }

  /// Calls the body once for each index, from several threads, in no particular order.
  ///
  /// Each call must write only what belongs to its index; so the result is the same for any number
  /// of threads. BLAS is single-threaded here: the calls are the parallelism.
  public func forEach(
    _ count: Int, _ body: @Sendable (Int) throws(MercerError) -> Void
  ) throws(MercerError) {
    try forEach(count, scratch: { () }) { (index, _: inout Void) throws(MercerError) in
      try body(index)
    }
  }

  /// The same with scratch memory, made once for each thread.
  public func forEach<Scratch>(
    _ count: Int, scratch makeScratch: @Sendable () -> Scratch,
    _ body: @Sendable (Int, inout Scratch) throws(MercerError) -> Void
  ) throws(MercerError) {
    let workers = min(threadCount, count)
    if workers <= 1 {
      var scratch = makeScratch()
      for index in 0..<count {
        try checkCancellation()
        try body(index, &scratch)
      }
      return
    }
    let next = Atomic(0)
    let failure = Mutex<MercerError?>(nil)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var scratch = makeScratch()
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do throws(MercerError) {
          try checkCancellation()
          try body(index, &scratch)
        } catch {
          failure.withLock { if $0 == nil { $0 = error } }
          next.store(count, ordering: .relaxed)
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// A flag that any thread may set to stop long work.
public final class CancellationFlag: Sendable {
  private let flag = Atomic(false)

  /// A flag that is not set.
  public init() {}

  /// Whether the work should stop.
  public var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Asks the work to stop.
  public func set() { flag.store(true, ordering: .relaxed) }
}

/// News of long work.
public struct WorkProgress: Sendable {
  /// What is being done: `search`, `fit`.
  public let stage: String
  /// How much of the stage is done, 0 to 1.
  public let fraction: Double
  /// How many pieces the stage consists of; nil when it is not made of pieces.
  public let total: Int?
  /// A detail worth showing, such as the best error so far.
  public let detail: String

  /// A piece of news.
  public init(stage: String, fraction: Double, total: Int? = nil, detail: String = "") {
    self.stage = stage
    self.fraction = fraction
    self.total = total
    self.detail = detail
  }
}
