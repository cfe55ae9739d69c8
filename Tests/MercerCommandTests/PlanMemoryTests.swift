import Foundation
import MercerCore
import MercerSandbox
import MercerTestSupport
import Testing

/// The memory that a fit says beforehand, against what it took.
@Suite(.enabled(if: isOptimized), .serialized) struct PlanMemoryTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let rows: Int
    let columns: Int
    let classes: Int
    let threads: Int

    var testDescription: String { "\(rows) × \(columns), \(classes) classes, \(threads) threads" }
  }

  /// Never less than was taken, and at most half as much again: what is asked of it.
  @Test(arguments: [
    Shape(rows: 300, columns: 3, classes: 0, threads: 1),
    Shape(rows: 1200, columns: 12, classes: 2, threads: 2),
    Shape(rows: 3200, columns: 6, classes: 0, threads: 2),
    Shape(rows: 1500, columns: 40, classes: 4, threads: 1),
  ]) func saidAndTaken(shape: Shape) throws {
    let sandbox = try Sandbox()
    var stream = RandomStream(seed: 2, purpose: "test table")
    var text = (0..<shape.columns).map { "x\($0)," }.joined() + "y\n"
    for _ in 0..<shape.rows {
      let x = (0..<shape.columns).map { _ in stream.normal() }
      let value = (2 * x[0]).magnitude + x[1] * x[2] + 0.3 * stream.normal()
      text += x.map { "\($0)," }.joined()
      text +=
        shape.classes > 0
        ? "c\(min(max(Int(value + 1), 0), shape.classes - 1))\n" : "\(value)\n"
    }
    try sandbox.write(text, to: "t.csv")
    let arguments = [
      "fit", "t.csv", "--target", "y", "--threads", "\(shape.threads)", "--budget", "4", "--json",
    ]
    let plan = try sandbox.runSuccessfully(arguments + ["--plan"]).json()
    let said = try #require(plan["peak_memory_bytes"] as? Int)
    let fit = try sandbox.runSuccessfully(arguments).json()
    let taken = try #require(fit["peak_memory_bytes"] as? Int)
    #expect(said >= taken, "\(said) said, \(taken) taken")
    #expect(Double(said) <= 1.5 * Double(taken), "\(said) said, \(taken) taken")
  }
}
