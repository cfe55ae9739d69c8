import MercerCore
import MercerPlatform

/// What stands at the end of a column store: where each column is, and what it is.
///
/// The file begins with the mark; blocks follow, each at a multiple of 64 bytes; then this as JSON, its
/// length in eight bytes, and the mark again. All numbers are little-endian.
struct ColumnStoreLayout: Codable, Equatable {
  static let mark = Array("MERCOLS1".utf8)
  static let currentFormat = 1
  static let alignment = 64
  /// Longer descriptions are signs of damage.
  static let longestText = 1 << 28

  /// A range of the file, and the CRC-32 of its bytes.
  struct Block: Codable, Equatable {
    var offset: Int
    var bytes: Int
    var checksum: UInt32
  }

  /// How the cells of a column are stored.
  enum CellType: String, Codable {
    /// Numbers, a missing cell as NaN.
    case float = "f4"
    case double = "f8"
    /// Places in the list of levels, a missing cell as −1.
    case byte = "i1"
    case short = "i2"
    case word = "i4"

    var byteCount: Int {
      switch self {
      case .byte: 1
      case .short: 2
      case .float, .word: 4
      case .double: 8
      }
    }

    var isNumeric: Bool { self == .float || self == .double }
  }

  struct Entry: Codable, Equatable {
    var name: String
    var kind: ColumnKind
    var type: CellType
    var cells: Block
    /// For each level its length in four bytes and its text.
    var levels: Block?
    var levelCount = 0
  }

  /// The file that the store was made from.
  struct Input: Codable, Equatable {
    var bytes: Int
    /// Seconds and nanoseconds since 1970.
    var modified: [Int]
    /// SHA-256, in hexadecimal digits.
    var digest: String

    init(_ stamp: FileStamp, digest: String) {
      bytes = stamp.size
      modified = [stamp.seconds, stamp.nanoseconds]
      self.digest = digest
    }
  }

  var format = Self.currentFormat
  var source: String
  var rowCount: Int
  var input: Input?
  var columns: [Entry]

  /// Whether every block lies within a file of so many bytes, and has the size of its cells.
  func isConsistent(dataBytes: Int) -> Bool {
    func fits(_ block: Block) -> Bool {
      block.offset >= 0 && block.bytes >= 0 && block.offset <= dataBytes
        && block.bytes <= dataBytes - block.offset
    }
    return rowCount >= 0
      && columns.allSatisfy { entry in
        fits(entry.cells) && entry.cells.offset % Self.alignment == 0
          && entry.cells.bytes
            == entry.type.byteCount.multipliedReportingOverflow(by: rowCount)
            .partialValue
          && entry.levels.map(fits) ?? true && entry.levelCount >= 0
          && entry.type.isNumeric == (entry.levels == nil)
      }
  }
}
