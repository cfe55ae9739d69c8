import MercerCore
import MercerPlatform

/// Memory for columns that the system may put on the disk: a file without a name, mapped. What has been
/// written and is let go of takes no memory of the process, and can still be read.
final class ScratchColumns: @unchecked Sendable {
  private let capacity: Int
  private let columnBytes: Int
  private var columns: [UnsafeMutableRawPointer?]

  /// Room for so many rows of each column, up to eight bytes a cell.
  ///
  /// - Parameter directory: where; the file has no name there, and is gone with this.
  /// - Throws: `.unwritableFile` when the directory may not be written or its disk is full.
  init(columnCount: Int, capacity: Int, directory: String) throws(MercerError) {
    self.capacity = capacity
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    columnBytes = (max(capacity, 1) * 8 + page - 1) / page * page
    columns = Array(repeating: nil, count: columnCount)
    let path =
      "\(directory)/.mercer-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(directory, errno) }
    defer { close(descriptor) }
    unlink(path)
    for place in columns.indices {
      // Reserved now: a mapped page for which there is no room ends the process.
      let reason = posix_fallocate(descriptor, off_t(place * columnBytes), off_t(columnBytes))
      guard reason == 0 else { throw Self.failure(directory, reason) }
      let address = mmap(
        nil, columnBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor,
        off_t(place * columnBytes))
      guard let address, address != MAP_FAILED else { throw Self.failure(directory, errno) }
      columns[place] = address
    }
  }

  deinit { for place in columns.indices { release(place) } }

  /// The numbers of a column.
  func numbers(_ column: Int) -> UnsafeMutablePointer<Double>? {
    columns[column]?.bindMemory(to: Double.self, capacity: capacity)
  }

  /// The codes of a column, in the place of its numbers.
  func codes(_ column: Int) -> UnsafeMutablePointer<Int32>? {
    columns[column]?.bindMemory(to: Int32.self, capacity: capacity)
  }

  /// Lets go of the memory of rows that are written; they can still be read.
  func forget(_ column: Int, _ rows: Range<Int>, width: Int) {
    guard let address = columns[column] else { return }
    InputFile.forgetPages(of: address, (rows.lowerBound * width)..<(rows.upperBound * width))
  }

  /// Gives up a column.
  func release(_ column: Int) {
    if let address = columns[column] { munmap(address, columnBytes) }
    columns[column] = nil
  }

  private static func failure(_ directory: String, _ reason: Int32) -> MercerError {
    MercerError(
      .unwritableFile,
      "there is no room for the columns of the table: \(String(cString: strerror(reason)))",
      at: .init(file: directory), remedy: "make room on that disk, or choose another --output")
  }
}
