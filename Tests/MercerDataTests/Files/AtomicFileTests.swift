import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct AtomicFileTests {
  private func content(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  private func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  @Test func aFileIsMadeAndReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/out.txt"
      try AtomicFile.write("first, and longer", to: path)
      try AtomicFile.write("second", to: path)
      #expect(try content(path) == "second")
      #expect(try names(in: directory) == ["out.txt"])
    }
  }

  @Test func onlyWhatNobodyWritesIsAbandoned() throws {
    try withTemporaryDirectory { directory in
      for name in [".mercer-1-a.tmp", ".mercer-2-b.tmp", ".mercer-notes", "other.tmp"] {
        try "".write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
      }
      let path = "\(directory)/out.txt"
      try AtomicFile.write(to: path) { (writer) throws(MercerError) in
        try writer.write("half, ")
        AtomicFile.removeAbandoned(in: directory)
        try writer.write("whole")
      }
      #expect(try content(path) == "half, whole")
      #expect(try names(in: directory) == [".mercer-notes", "other.tmp", "out.txt"])
      AtomicFile.removeAbandoned(in: "\(directory)/absent")
    }
  }

  @Test func afterAFailureTheOldFileStaysAndNothingElse() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/out.txt"
      try AtomicFile.write("old", to: path)
      let failure = MercerError(.cancelled, "stopped")
      let error = mercerError {
        try AtomicFile.write(to: path) { (writer) throws(MercerError) in
          try writer.write("half of the new")
          throw failure
        }
      }
      #expect(error == failure)
      #expect(try content(path) == "old")
      #expect(try names(in: directory) == ["out.txt"])
    }
  }

  @Test func permissionsAndLinksAreKept() throws {
    try withTemporaryDirectory { directory in
      let (path, link) = ("\(directory)/real.txt", "\(directory)/link.txt")
      try AtomicFile.write("old", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      try AtomicFile.write("new", to: link)
      #expect(try content(path) == "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o640)
    }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    try withTemporaryDirectory { directory in
      let cases = [
        (directory, "is a directory"), ("\(directory)/none/out.txt", "does not exist"),
        ("", "is empty"), ("\(directory)/a\0b", "zero byte"), ("\(directory)/new/", "cannot"),
        ("/proc/mercer.txt", "cannot be written"),
      ]
      for (path, words) in cases {
        let error = mercerError { try AtomicFile.write("x", to: path) }
        #expect(error?.code == .unwritableFile)
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      }
      let left = try names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func aDeviceIsWrittenStraight() throws {
    try AtomicFile.write("nothing", to: "/dev/null")
    var isDirectory: ObjCBool = true
    #expect(FileManager.default.fileExists(atPath: "/dev/null", isDirectory: &isDirectory))
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
    #expect(mercerError { try AtomicFile.write("x", to: "/dev/full") }?.code == .unwritableFile)
  }
}
