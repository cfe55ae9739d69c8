import Foundation
import Testing

/// Every bad input: exit status 2, a line each for what is wrong, where, and what to do, and nothing in
/// the directory changed.
@Suite(.serialized) struct BadInputTests {
  private static let files: Result<BadInputFiles, any Error> = Result { try BadInputFiles() }

  /// Arguments that cannot work, and what the message must say.
  struct Case: CustomTestStringConvertible, Sendable {
    let arguments: [String]
    let says: [String]
    /// The lines of what is wrong: more than one where a kernel is shown with a mark below.
    var lineCount = 1
    var status: Int32 = 2
    var testDescription: String {
      let shown = arguments.map { $0.contains(" ") || $0.isEmpty ? "\"\($0)\"" : $0 }
      return shown.joined(separator: " ")
    }
  }

  @Test(arguments: tables + targets + outputs + options)
  func fit(_ bad: Case) throws { try check(bad, verb: "fit") }

  @Test(arguments: forecasts)
  func forecast(_ bad: Case) throws { try check(bad, verb: "forecast") }

  @Test(arguments: models)
  func predict(_ bad: Case) throws { try check(bad, verb: "predict") }

  @Test(arguments: evaluations)
  func evaluate(_ bad: Case) throws { try check(bad, verb: "evaluate") }

  @Test(arguments: explanations)
  func explain(_ bad: Case) throws { try check(bad, verb: "explain") }

  @Test(arguments: kernels)
  func kernel(_ bad: Case) throws { try check(bad, verb: "kernel") }

  @Test(arguments: benches)
  func bench(_ bad: Case) throws { try check(bad, verb: "bench") }

  @Test(arguments: verbs)
  func verb(_ bad: Case) throws { try check(bad, verb: nil) }

  private func check(_ bad: Case, verb: String?) throws {
    let sandbox = try Self.files.get().sandbox
    let before = try sandbox.contents()
    let run = try sandbox.run([verb].compactMap { $0 } + bad.arguments)
    #expect(run.status == bad.status)
    if bad.arguments.contains("--json") {
      #expect(run.errors == "")
      let told = try #require(try run.json()["error"] as? [String: Any])
      for part in bad.says { #expect(told.values.contains { "\($0)".contains(part) }, "\(told)") }
      #expect(told["exit_status"] as? Int == Int(bad.status))
      #expect(try sandbox.contents() == before)
      return
    }
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("mercer: "))
    let rest = run.errorLines.dropFirst(bad.lineCount).map { $0.prefix(9) }
    #expect(
      [[], ["  where: "], ["  to do: "], ["  where: ", "  to do: "]].contains(rest), "\(run.errors)"
    )
    for part in bad.says { #expect(run.errors.contains(part), "\(run.errors)") }
    for sign in ["Fatal error", "MercerError(", "Optional(", "nil", " at 0x"] {
      #expect(!run.errors.contains(sign), "\(run.errors)")
    }
    // Also that there is no temporary file, no new directory, and that the old model is whole.
    #expect(try sandbox.contents() == before)
  }
}
