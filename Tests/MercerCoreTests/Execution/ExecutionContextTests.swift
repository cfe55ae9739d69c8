import MercerCore
import Synchronization
import Testing

@Suite struct ExecutionContextTests {
  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 100])
  func everyIndexOnce(threads: Int, count: Int) throws {
    let seen = Mutex([Int](repeating: 0, count: count))
    try ExecutionContext(threadCount: threads).forEach(count) { index in
      seen.withLock { $0[index] += 1 }
    }
    #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test func anErrorStopsTheLoopAndIsThrown() {
    let error = MercerError(.invalidData, "seven")
    #expect(throws: error) {
      try ExecutionContext(threadCount: 2).forEach(1000) { (index) throws(MercerError) in
        if index == 7 { throw error }
      }
    }
  }

  @Test func cancellation() {
    let flag = CancellationFlag()
    flag.set()
    let context = ExecutionContext(cancellation: flag)
    #expect(throws: MercerError.self) { try context.checkCancellation() }
    #expect(throws: MercerError.self) { try context.forEach(3) { _ in } }
    #expect(MercerError(.cancelled, "").exitStatus == 130)
  }

  @Test func memoryLimitIsOneSentence() {
    let context = ExecutionContext(memoryLimit: 1_000_000)
    #expect(throws: Never.self) { try context.checkMemory(1_000_000, for: "K") }
    do {
      try context.checkMemory(1_600_000_000, for: "K")
      Issue.record("the limit was not enforced")
    } catch {
      #expect(error.code == .memoryLimit)
      #expect(error.message == "K needs 1.6 GB, more than the limit of 1.0 MB")
    }
  }

  @Test(arguments: [
    ("4GB", 4_000_000_000), ("512 MB", 512_000_000), ("1.5g", 1_500_000_000), ("2000", 2000),
    ("1GiB", 1_073_741_824),
  ])
  func byteCountsAreRead(text: String, bytes: Int) {
    #expect(ByteCount(text)?.bytes == bytes)
  }

  @Test(arguments: ["", "GB", "-1GB", "4XB", "0", "1e400", "four"])
  func otherByteCountsAreRefused(text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test func errorsPrintOnOneLine() {
    let error = MercerError(
      .invalidData, "the cell is infinite", at: .init(file: "t.csv", line: 3, column: "\"age\""),
      remedy: "remove it")
    #expect(error.description == "t.csv, line 3, column \"age\": the cell is infinite (remove it)")
    #expect(error.exitStatus == 2)
  }
}
