import Foundation
import Mercer
import Testing

/// What `bench` prints. Nothing here asserts how long anything takes, only that it was measured.
@Suite(.serialized) struct BenchTests {
  private static let names = [
    "gaussian-apply", "gaussian-symmetric-apply", "gaussian-input-gradient", "laplace-apply",
    "matern-apply", "product-laplace-apply", "additive-laplace-apply", "pairwise-laplace-apply",
    "anova-laplace-apply", "polynomial-apply", "arc-cosine-apply", "ntk-fill",
  ]
  /// The smallest sizes: 16 to 50 rows each.
  private static let tiny = ["bench", "--quick", "--scale", "0.001"]

  /// The contract of `--json`, key for key.
  @Test func jsonKeepsTheContract() throws {
    let run = try Sandbox().runSuccessfully(Self.tiny + ["--json", "--threads", "2"])
    #expect(run.errors == "")
    let json = try run.json()
    #expect(Set(json.keys) == ["bounds", "operations", "seed", "version"])
    let bounds = try #require(json["bounds"] as? [String: Any])
    #expect(
      Set(bounds.keys) == [
        "fma_gflops", "fma_gflops_double", "gemm_gflops", "gemm_gflops_double",
        "exp_billions_per_second", "exp_billions_per_second_double", "first_level_gb_per_second",
        "second_level_gb_per_second", "memory_gb_per_second", "memory_stream_bytes",
        "instruction_set",
      ])
    for (key, value) in bounds where key != "instruction_set" {
      let number = try #require(value as? Double, "\(key)")
      #expect(number > 0 && number.isFinite, "\(key)")
    }
    let operations = try #require(json["operations"] as? [[String: Any]])
    #expect(Set(operations.compactMap { $0["name"] as? String }) == Set(Self.names))
    for operation in operations {
      #expect(
        Set(operation.keys) == [
          "name", "kernel", "rows", "columns", "features", "right_hand_sides", "element",
          "threads", "seconds", "gflops", "gemm_seconds", "fraction_of_bound",
        ])
      for key in ["seconds", "gflops", "gemm_seconds", "fraction_of_bound"] {
        let number = try #require(operation[key] as? Double, "\(key)")
        #expect(number > 0 && number.isFinite, "\(operation)")
      }
      #expect(operation["threads"] as? Int == 2)
      #expect(["float", "double"].contains(operation["element"] as? String))
      let text = try #require(operation["kernel"] as? String)
      _ = try makeKernel(parsing: text, of: Double.self)
    }
  }

  /// The flops that are counted: 2 d a pair and 2 k an entry, for n = m = 200, d = 32.
  @Test func countsFlops() throws {
    let run = try Sandbox().runSuccessfully([
      "bench", "--quick", "--scale", "0.01", "--json", "--only", "gaussian-apply",
      "gaussian-symmetric-apply", "gaussian-input-gradient",
    ])
    let operations = try #require(try run.json()["operations"] as? [[String: Any]])
    var seen: Set<String> = []
    for operation in operations {
      let name = try #require(operation["name"] as? String)
      let n = Double(try #require(operation["rows"] as? Int))
      let d = Double(try #require(operation["features"] as? Int))
      let k = Double(try #require(operation["right_hand_sides"] as? Int))
      let seconds = try #require(operation["seconds"] as? Double)
      let flops = try #require(operation["gflops"] as? Double) * 1e9 * seconds
      let expected =
        switch name {
        case "gaussian-symmetric-apply": n * (n + 1) / 2 * 2 * d + 2 * k * n * n
        case "gaussian-input-gradient": 4 * d * n * n + 2 * k * n * n
        default: n * n * (2 * d + 2 * k)
        }
      // Decimal digits of two numbers of the report.
      #expect(abs(flops - expected) <= 1e-9 * expected)
      seen.insert(name)
    }
    #expect(seen.count == 3)
    // One scale for all: 20,000 rows become 200.
    #expect(operations.first?["rows"] as? Int == 200)
  }

  @Test func table() throws {
    let run = try Sandbox().runSuccessfully(
      Self.tiny + ["--only", "laplace-apply", "--threads", "1"])
    #expect(run.errors == "")
    for word in ["1 thread,", "multiply-adds", "exponentials", "of bound", "laplace-apply"] {
      #expect(run.output.contains(word), "\(word)")
    }
    #expect(!run.output.contains("ntk-fill"))
    let quiet = Self.tiny + ["--only", "laplace-apply", "--quiet"]
    #expect(try Sandbox().runSuccessfully(quiet).output == "")
  }

  /// The bounds are those of the loops in use.
  @Test func boundsAreOfTheInstructionSetInUse() throws {
    let run = try Sandbox().runSuccessfully(
      Self.tiny + ["--only", "laplace-apply", "--threads", "1", "--json"])
    let bounds = try #require(try run.json()["bounds"] as? [String: Any])
    #expect(bounds["instruction_set"] as? String == Float.loops.instructionSet)
  }

  /// The limit is obeyed: by the stream, and by refusing what cannot fit before measuring.
  @Test func memoryLimit() throws {
    let small = try Sandbox().runSuccessfully(
      Self.tiny + [
        "--only", "laplace-apply", "--threads", "1", "--memory", "40MB", "--json",
      ])
    let bounds = try #require(try small.json()["bounds"] as? [String: Any])
    #expect(bounds["memory_stream_bytes"] as? Int == 20_000_000)
    let refused = try Sandbox().run(["bench", "--only", "ntk-fill", "--memory", "30MB"])
    #expect(refused.status == 1)
    #expect(refused.output == "")
    #expect(refused.errorLines.count == 2)
    #expect(refused.errors.contains("ntk-fill of 4000 rows"), "\(refused.errors)")
    #expect(refused.errors.contains("--memory"))
  }
}
