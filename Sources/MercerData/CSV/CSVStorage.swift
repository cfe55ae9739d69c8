/// The arrays that columns are read into, each with room for more rows than there will be.
///
/// The rows of a column are written from several threads, each its own range, through addresses
/// that are lent out; while they are, nobody touches the arrays. Memory that is never written is
/// never taken from the system.
///
/// They may be on the disk instead, for tables larger than the memory.
final class CSVStorage {
  private var numbers: [[Double]]
  private var codes: [[Int32]]
  private let capacity: Int
  /// Memory on the disk, in place of arrays.
  private let scratch: ScratchColumns?
  /// The columns on the disk, and whether they hold numbers.
  private var holdsNumbers: [Int: Bool] = [:]

  init(columnCount: Int, capacity: Int, scratch: ScratchColumns? = nil) {
    self.scratch = scratch
    numbers = Array(repeating: [], count: columnCount)
    codes = Array(repeating: [], count: columnCount)
    self.capacity = capacity
  }

  /// Makes room for a column of numbers.
  func makeNumbers(_ column: Int) {
    guard scratch == nil else { return holdsNumbers[column] = true }
    numbers[column] = Self.unwritten(capacity)
  }

  /// Makes room for a column of texts, and drops the numbers it was tried as.
  func makeCodes(_ column: Int) {
    guard scratch == nil else { return holdsNumbers[column] = false }
    numbers[column] = []
    codes[column] = Self.unwritten(capacity)
  }

  /// Writes the addresses into a plan; they hold until the columns are taken.
  func lend(to plan: inout CSVPlan) {
    if let scratch {
      let held = holdsNumbers
      plan.numbers = numbers.indices.map { held[$0] == true ? scratch.numbers($0) : nil }
      plan.codes = codes.indices.map { held[$0] == false ? scratch.codes($0) : nil }
      plan.written = { rows in
        for (column, isNumbers) in held { scratch.forget(column, rows, width: isNumbers ? 8 : 4) }
      }
      return
    }
    plan.numbers = numbers.indices.map { column in
      numbers[column].isEmpty
        ? nil : numbers[column].withUnsafeMutableBufferPointer { $0.baseAddress }
    }
    plan.codes = codes.indices.map { column in
      codes[column].isEmpty
        ? nil : codes[column].withUnsafeMutableBufferPointer { $0.baseAddress }
    }
  }

  /// The first rows of a column of numbers, which must all be written.
  func takeNumbers(_ column: Int, count: Int) -> [Double] {
    Self.take(&numbers[column], count)
  }

  /// The first rows of a column of texts, which must all be written.
  func takeCodes(_ column: Int, count: Int) -> [Int32] {
    Self.take(&codes[column], count)
  }

  /// Values that may be anything until they are written; every bit pattern is a value.
  private static func unwritten<Value: BitwiseCopyable>(_ count: Int) -> [Value] {
    Array(unsafeUninitializedCapacity: count) { $1 = count }
  }

  private static func take<Value: BitwiseCopyable>(_ values: inout [Value], _ count: Int) -> [Value]
  {
    var taken: [Value] = []
    swap(&taken, &values)
    taken.removeLast(taken.count - count)
    return taken
  }
}
