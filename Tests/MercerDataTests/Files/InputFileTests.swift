import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct InputFileTests {
  /// `a,b\n1,x\n2,y\n`, compressed by gzip with its time set to zero.
  static let compressed: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0xD4, 0x49, 0xE2,
    0x32, 0xD4, 0xA9, 0xE0, 0x32, 0xD2, 0xA9, 0xE4, 0x02, 0x00, 0xC2, 0x96, 0x7E, 0x9D,
    0x0C, 0x00, 0x00, 0x00,
  ]

  private func withFile<Result>(
    _ bytes: [UInt8], name: String = "t.csv", _ body: (String) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    return try body(file.path)
  }

  private func error(_ path: String) throws -> MercerError {
    try #require(throws: MercerError.self) { try CSVReader.read(path: path) }
  }

  @Test func changesOfAFileThatIsReadAreSeen() throws {
    try withFile(Array("a,b\n1,2\n".utf8)) { path in
      // Before, so that the time of writing differs however coarse the clock of the file system is.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1e9)],
        ofItemAtPath: path)
      let input = try InputFile.open(path: path)
      #expect(!InputFile.hasChangedFile())
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try handle.write(contentsOf: Data("b".utf8))
      #expect(InputFile.hasChangedFile())
      withExtendedLifetime(input) {}
    }
    #expect(!InputFile.hasChangedFile())
  }

  @Test func plainAndCompressedAreTheSame() throws {
    let text = "a,b\n1,x\n2,y\n"
    let expected = try readTable(text)
    let inputs: [(String, [UInt8])] = [
      ("t.csv", Array(text.utf8)), ("t.csv.gz", Self.compressed),
      ("no name.txt", Self.compressed), ("padded.gz", Self.compressed + [0, 0, 0]),
    ]
    for (name, bytes) in inputs {
      let table = try withFile(bytes, name: name) { try CSVReader.read(path: $0) }
      #expect(same(table, expected), "\(name)")
    }
  }

  @Test func membersOfGzipFollowOneAnother() throws {
    let table = try withFile(Self.compressed + Self.compressed) { try CSVReader.read(path: $0) }
    #expect(table.rowCount == 5)
  }

  @Test func everyTruncationIsRefused() throws {
    for count in 2..<Self.compressed.count {
      let error = try withFile(Array(Self.compressed.prefix(count)), error)
      #expect(error.code == .malformedFile)
      #expect(error.message.contains("cut short"), "\(count): \(error)")
    }
  }

  @Test func damageIsRefused() throws {
    // The last eight bytes are checksum and length, the bytes before them the data.
    for place in [2, 11, Self.compressed.count - 8, Self.compressed.count - 1] {
      var bytes = Self.compressed
      bytes[place] ^= 0x55
      let error = try withFile(bytes, error)
      #expect(error.code == .malformedFile, "\(place)")
    }
    let garbage = try withFile(Self.compressed + [1, 2, 3], error)
    #expect(garbage.message.contains("damaged"))
  }

  @Test func memoryLimitHoldsForWhatInflates() throws {
    var context = ExecutionContext(threadCount: 1)
    context.memoryLimit = 1000
    let error = try #require(throws: MercerError.self) {
      try withFile(Self.compressed) { try CSVReader.read(path: $0, context: context) }
    }
    #expect(error.code == .memoryLimit)
  }

  @Test func whatCannotBeOpenedIsNamed() throws {
    let absent = try error("/no such folder/t.csv")
    #expect(absent.code == .unreadableFile)
    #expect(absent.message.contains("no such file"))
    #expect(absent.place?.file == "/no such folder/t.csv")
    let folder = try error(FileManager.default.temporaryDirectory.path)
    #expect(folder.code == .unreadableFile)
    #expect(folder.message.contains("is a directory"))
    let empty = try withFile([], error)
    #expect(empty.code == .invalidData)
    #expect(empty.message.contains("is empty"))
  }

  @Test func pipesAreReadToTheEnd() throws {
    // A pipe has no length and cannot be mapped, like standard input behind another command.
    let pipe = Pipe()
    let text = Array("a,b\n1,x\n2,y\n".utf8)
    for bytes in [text, Self.compressed] {
      let pipe = Pipe()
      try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
      try pipe.fileHandleForWriting.close()
      let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
      #expect(try CSVReader.read(path: path).rowCount == 2)
    }
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try error(path).code == .invalidData)
  }
}
