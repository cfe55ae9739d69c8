import Foundation
import Mercer
import Testing

/// What a new user sees first.
@Suite struct HelpTests {
  @Test(arguments: [[], ["--help"], ["help"]])
  func overview(_ arguments: [String]) throws {
    let run = try Sandbox().runSuccessfully(arguments)
    #expect(run.errors == "")
    for verb in ["fit", "predict", "evaluate", "explain", "forecast", "show", "kernel", "bench"] {
      #expect(run.output.contains("\n  \(verb) "))
    }
    #expect(run.output.contains("mercer fit houses.csv --target price"))
  }

  @Test(arguments: ["fit", "predict", "evaluate", "explain", "forecast", "show", "kernel", "bench"])
  func everyVerbExplainsItself(_ verb: String) throws {
    let run = try Sandbox().runSuccessfully([verb, "--help"])
    #expect(run.errors == "")
    #expect(run.output.contains("Examples:\n"))
    // Every example is one line that can be copied.
    let examples = run.output.components(separatedBy: "\n").filter {
      $0.hasPrefix("  ") && $0.contains("mercer \(verb) ")
    }
    #expect(examples.count >= 3)
    #expect(run.output.contains("\nUSAGE: mercer \(verb) "))
    let widest = run.output.components(separatedBy: "\n").map(\.count).max()
    #expect(try #require(widest) <= 80)
    // No example is broken: the line after one is another one or blank.
    let lines = run.output.components(separatedBy: "\n")
    for (line, next) in zip(lines, lines.dropFirst()) where examples.contains(line) {
      #expect(next.isEmpty || next.contains("mercer \(verb) "), "\(line)")
    }
    for option in ["--seed", "--threads", "--memory", "--json", "--quiet"] {
      #expect(run.output.contains(option))
    }
  }

  @Test func version() throws {
    #expect(try Sandbox().runSuccessfully(["--version"]).output == MercerVersion.current + "\n")
  }
}
