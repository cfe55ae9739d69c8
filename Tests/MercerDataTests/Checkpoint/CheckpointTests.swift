import Foundation
import MercerCore
import MercerData
import Testing

@Suite struct CheckpointTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("checkpoint-\(UUID().uuidString)")

  private var path: String { directory.appendingPathComponent("checkpoint").path }

  private func manifest(
    seed: String = "0", content: String = "x,y\n1,2\n"
  ) throws -> CheckpointManifest {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let table = directory.appendingPathComponent("t.csv").path
    try content.write(toFile: table, atomically: true, encoding: .utf8)
    return CheckpointManifest(
      version: "1", options: ["--seed": seed], inputs: [try .init(path: table)])
  }

  private func part(_ number: Int) -> [UInt8] {
    (0..<(50 * number)).map { UInt8(truncatingIfNeeded: $0 &* number) }
  }

  @Test func partsComeBack() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    do {
      let checkpoint = try Checkpoint(resuming: path, manifest: manifest)
      #expect(checkpoint.secondsBefore == 0)
      for number in 0..<5 { checkpoint.keep(part(number), ofPart: "part \(number)") }
      checkpoint.replace(part(7), ofPart: "state")
      checkpoint.replace(part(8), ofPart: "state")
    }
    let again = try Checkpoint(resuming: path, manifest: manifest)
    #expect(again.secondsBefore > 0)
    for number in 0..<5 { #expect(again.bytes(ofPart: "part \(number)") == part(number)) }
    #expect(again.bytes(ofPart: "state") == part(8))
    #expect(again.bytes(ofPart: "other") == nil)
    // A finished part takes the place of its state.
    again.keep(part(9), ofPart: "state")
    #expect(again.bytes(ofPart: "state") == part(9))
    again.discard()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// Wherever the last write was cut off, what was whole before it is there, and what comes after is
  /// kept again.
  @Test func cutOffAnywhere() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    let journal = path + "/journal"
    var ends: [Int] = []
    do {
      let checkpoint = try Checkpoint(resuming: path, manifest: manifest)
      for number in 1..<4 {
        checkpoint.keep(part(number), ofPart: "\(number)")
        ends.append(try Data(contentsOf: URL(fileURLWithPath: journal)).count)
      }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: journal))
    for length in stride(from: 0, through: whole.count, by: 7) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: journal))
      let checkpoint = try Checkpoint(resuming: path, manifest: manifest)
      for number in 1..<4 {
        let isWhole = length >= ends[number - 1]
        #expect(checkpoint.bytes(ofPart: "\(number)") == (isWhole ? part(number) : nil))
      }
      checkpoint.keep(part(5), ofPart: "5")
      #expect(checkpoint.bytes(ofPart: "5") == part(5))
    }
    // A bit that has changed is not taken for what was kept.
    var damaged = whole
    damaged[ends[0] + 40] ^= 1
    try damaged.write(to: URL(fileURLWithPath: journal))
    let checkpoint = try Checkpoint(resuming: path, manifest: manifest)
    #expect(checkpoint.bytes(ofPart: "1") == part(1))
    #expect(checkpoint.bytes(ofPart: "2") == nil)
    #expect(checkpoint.bytes(ofPart: "3") == nil)
  }

  @Test func anotherRunIsRefused() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    try Checkpoint(resuming: path, manifest: manifest).keep([1], ofPart: "a")
    let options = #expect(throws: MercerError.self) {
      try Checkpoint(resuming: path, manifest: try self.manifest(seed: "1"))
    }
    #expect(options?.code == .invalidParameter)
    #expect(options?.message == "the run to resume had --seed 0, this one has 1")
    let content = #expect(throws: MercerError.self) {
      try Checkpoint(resuming: path, manifest: try self.manifest(content: "x,y\n1,3\n"))
    }
    #expect(content?.code == .invalidData)
    #expect(content?.place?.file?.hasSuffix("t.csv") == true)
    // Nothing was lost by that.
    #expect(
      try Checkpoint(resuming: path, manifest: try self.manifest()).bytes(ofPart: "a") == [1])
  }

  @Test func oneProcessAtATime() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    let first = try Checkpoint(resuming: path, manifest: manifest)
    first.keep([1], ofPart: "a")
    #expect(throws: MercerError.self) { try Checkpoint(resuming: path, manifest: manifest) }
    #expect(first.isKept)
  }

  /// What a user has in a directory of this name is left alone, and the work goes on without.
  @Test func directoryOfAnother() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let own = path + "/weights.bin"
    try Data([1]).write(to: URL(fileURLWithPath: own))
    let checkpoint = Checkpoint(directory: path, delay: 0) { manifest }
    checkpoint.keep([1], ofPart: "a")
    #expect(!checkpoint.isKept)
    checkpoint.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["weights.bin"])
  }

  /// Nothing is written in the first seconds; then what waited is.
  @Test func waitsAtFirst() throws {
    let manifest = try manifest()
    defer { try? FileManager.default.removeItem(at: directory) }
    let patient = Checkpoint(directory: path, delay: 1000) { manifest }
    patient.keep([1], ofPart: "a")
    #expect(!FileManager.default.fileExists(atPath: path))
    let prompt = Checkpoint(directory: path, delay: 0) { manifest }
    prompt.keep([2], ofPart: "b")
    #expect(prompt.bytes(ofPart: "b") == [2])
  }
}
