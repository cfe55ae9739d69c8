import Foundation
import MercerCore
import MercerSandbox
import MercerTestSupport
import Testing

/// Fits that are ended and go on.
@Suite(.enabled(if: isOptimized)) struct ResumeTests {
  private static let epoch = ["SOURCE_DATE_EPOCH": "1700000000"]
  private static let (rowCount, killCount) = (60, 50)
  /// With this file, which is written last, there is a checkpoint.
  private static let manifest = "cut/checkpoint/manifest.json"

  private static func table(_ rowCount: Int) -> String {
    var stream = RandomStream(seed: 4, purpose: "test table")
    let rows = (0..<rowCount).map { _ in
      let (a, b) = (stream.normal(), stream.normal())
      return "\(a),\(b),\(a * a + 0.3 * b * b * b * b)"
    }
    return "a,b,y\n" + rows.joined(separator: "\n") + "\n"
  }

  private func fit(_ output: String, _ more: [String] = []) -> [String] {
    // Time without end, so that no run is late whatever else the machine does.
    ["fit", "t.csv", "--target", "y", "--budget", "600", "--output", output, "--quiet"] + more
  }

  /// Killed at random moments, again and again, a fit that is resumed gives the same file.
  @Test func killedAndResumed() throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.table(Self.rowCount), to: "t.csv")
    let started = ContinuousClock.now
    try sandbox.runSuccessfully(fit("whole"), environment: Self.epoch)
    let seconds = (ContinuousClock.now - started).seconds
    let model = try Data(contentsOf: URL(fileURLWithPath: sandbox.path("whole/model.safetensors")))
    var stream = RandomStream(seed: 9, purpose: "moments of death")
    var (kills, rounds) = (0, 0)
    while kills < Self.killCount {
      rounds += 1
      try #require(rounds < 20 * Self.killCount)
      let moment = stream.uniform() * seconds
      let run = try sandbox.run(
        fit("cut", ["--resume"]), killedAfter: moment, environment: Self.epoch)
      if run.status == -1 {
        kills += 1
        continue
      }
      try #require(run.status == 0, "\(run.errors)")
      try checkFinished(sandbox, model)
    }
    // The last one goes on to its end.
    try sandbox.runSuccessfully(fit("cut", ["--resume"]), environment: Self.epoch)
    try checkFinished(sandbox, model)
  }

  private func checkFinished(_ sandbox: Sandbox, _ model: Data) throws {
    let path = URL(fileURLWithPath: sandbox.path("cut/model.safetensors"))
    #expect(try Data(contentsOf: path) == model)
    let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.path("cut"))
    #expect(files.sorted() == ["metrics.json", "model.safetensors", "report.html"])
    try FileManager.default.removeItem(atPath: sandbox.path("cut"))
  }

  /// Ctrl-C says what is kept and how to go on.
  @Test func interruptedAndResumed() throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.table(1500), to: "t.csv")
    let manifest = sandbox.path(Self.manifest)
    let run = try sandbox.run(
      fit("cut", ["--resume"]),
      interruptedWhen: { _ in FileManager.default.fileExists(atPath: manifest) })
    #expect(run.status == 130)
    #expect(run.errors.contains("what was finished is kept in cut/checkpoint"))
    #expect(run.errorLines.last?.contains("with --resume goes on from there") == true)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: sandbox.path("cut")) == ["checkpoint"])
  }

  /// Another table or another option than that of the run to be resumed is bad input.
  @Test func anotherTask() throws {
    let sandbox = try Sandbox()
    // So many that a busy machine cannot finish before it is ended.
    let rowCount = 1500
    try sandbox.write(Self.table(rowCount), to: "t.csv")
    let run = try sandbox.shell(
      "$MERCER fit t.csv --target y --budget 600 --output cut --resume --quiet & "
        + "until test -f \(Self.manifest); do sleep 0.01; done; kill -9 $!; wait $!; true")
    try #require(run.status == 0)
    let before = try sandbox.contents()
    let option = try sandbox.run(fit("cut", ["--resume", "--seed", "5"]))
    #expect(option.status == 2)
    #expect(option.errors.contains("the run to resume had --seed 0, this one has 5"))
    try sandbox.write(Self.table(rowCount - 1), to: "t.csv")
    let table = try sandbox.run(fit("cut", ["--resume"]))
    #expect(table.status == 2)
    #expect(table.errors.contains("the file has changed since the run that is to be resumed"))
    #expect(table.errors.contains("t.csv"))
    try sandbox.write(Self.table(rowCount), to: "t.csv")
    #expect(try sandbox.contents() == before)
    let stream = try sandbox.run(
      ["fit", "-", "--target", "y", "--resume"], input: Self.table(5))
    #expect(stream.status == 2)
    #expect(stream.errors.contains("standard input cannot be resumed"))
  }
}
