/// The arrays that columns are read into, each with room for more rows than there will be.
///
/// The rows of a column are written from several threads, each its own range, through addresses
/// that are lent out; while they are, nobody touches the arrays. Memory that is never written is
/// never taken from the system.
final class CSVStorage {
  private var numbers: [[Double]]
  private var codes: [[Int32]]
  private let capacity: Int

  init(columnCount: Int, capacity: Int) {
    numbers = Array(repeating: [], count: columnCount)
    codes = Array(repeating: [], count: columnCount)
    self.capacity = capacity
  }

  /// Makes room for a column of numbers.
  func makeNumbers(_ column: Int) { numbers[column] = Self.unwritten(capacity) }

  /// Makes room for a column of texts, and drops the numbers it was tried as.
  func makeCodes(_ column: Int) {
    numbers[column] = []
    codes[column] = Self.unwritten(capacity)
  }

  /// Writes the addresses into a plan; they hold until the columns are taken.
  func lend(to plan: inout CSVPlan) {
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
