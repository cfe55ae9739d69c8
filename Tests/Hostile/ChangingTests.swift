import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// What happens to files while they are read or written.
@Suite(.enabled(if: isOptimized), .serialized) struct ChangingTests {
  /// Whether the system shows what a process has mapped.
  private static let showsMaps = FileManager.default.fileExists(atPath: "/proc/self/maps")

  /// A table that takes long enough to read.
  private static let rows = isOptimized ? 400_000 : 20_000
  private static let text = Sandbox.table(rows: rows)

  /// Does something to the table, again and again, a moment after it was mapped; whenever the run fails, it is with
  /// the reason.
  private func run(while change: String) throws -> Int {
    let sandbox = try Sandbox()
    try sandbox.write(Self.text, to: "whole.csv")
    var failures = 0
    for pause in 0..<(isOptimized ? 12 : 4) {
      let run = try sandbox.shell(
        """
        cp whole.csv t.csv; touch -d '1 hour ago' t.csv
        $MERCER fit t.csv --target y --plan --json & pid=$!
        until grep -q t.csv /proc/$pid/maps; do kill -0 $pid || break; done
        sleep 0.0\(pause * 3 / 10)\(pause * 3 % 10); \(change); wait $pid
        """)
      #expect([0, 2].contains(run.status), "\(run.status) \(run.errors) \(run.output)")
      guard run.status != 0 else { continue }
      failures += 1
      let error = try #require(try run.json()["error"] as? [String: Any])
      #expect("\(error["message"] ?? "")".contains("changed while it was read"), "\(error)")
    }
    return failures
  }

  @Test(.enabled(if: showsMaps)) func tableBecomesShorter() throws {
    #expect(try run(while: "truncate -s 100 t.csv") > 0)
    _ = try run(while: ": > t.csv")
  }

  @Test(.enabled(if: showsMaps)) func tableGrows() throws {
    _ = try run(while: "cat whole.csv >> t.csv")
  }

  @Test(.enabled(if: showsMaps)) func tableIsOverwritten() throws {
    _ = try run(while: "head -c 3000000 /dev/urandom | dd of=t.csv conv=notrunc status=none")
    _ = try run(while: "tr 0-9 , < whole.csv | dd of=t.csv conv=notrunc status=none")
  }

  /// A file that is replaced stays what it was for who reads it.
  @Test(.enabled(if: showsMaps)) func tableIsReplaced() throws {
    #expect(try run(while: "echo a > new; mv new t.csv") == 0)
  }

  @Test func predictionsOfShrinkingTable() throws {
    let sandbox = try Sandbox.withTable(model: true)
    try sandbox.write(Self.text, to: "whole.csv")
    for pause in 1...(isOptimized ? 6 : 2) {
      let run = try sandbox.shell(
        """
        cp whole.csv long.csv; (sleep 0.0\(pause); truncate -s 1000003 long.csv) &
        $MERCER predict m/model.safetensors long.csv --quiet --output p.csv; status=$?; wait
        exit $status
        """)
      expectNoCrash(run)
      if run.status != 0 { expectRefusal(run, says: "long.csv") }
      #expect(try sandbox.temporaries().isEmpty)
    }
  }

  @Test func twoFitsAtOnce() throws {
    let sandbox = try Sandbox.withTable()
    for _ in 0..<(isOptimized ? 5 : 1) {
      let run = try sandbox.shell(
        """
        $MERCER fit t.csv \(Sandbox.quickFit) --seed 1 --output both & one=$!
        $MERCER fit t.csv \(Sandbox.quickFit) --seed 2 --output both; two=$?
        wait $one; echo $? $two
        $MERCER predict both/model.safetensors t.csv --quiet > p.csv
        """)
      #expect(run.output == "0 0\n" && run.errors == "" && run.status == 0, "\(run.errors)")
      #expect(try sandbox.temporaries().isEmpty)
      _ = try jsonObject(try sandbox.text("both/metrics.json"))
    }
  }

  /// Killed at any moment, a fit leaves the old files or the new ones, and nothing else that matters.
  @Test func killed() throws {
    let sandbox = try Sandbox.withTable(rows: isOptimized ? 2000 : 40, model: true)
    let fit = "$MERCER fit t.csv \(Sandbox.quickFit) --output m"
    let time = try sandbox.shell("TIMEFORMAT=%R; time \(fit)").errors
    let seconds = try #require(Double(time.trimmingCharacters(in: .whitespacesAndNewlines)))
    var survivors = 0
    for round in 0..<(isOptimized ? 20 : 3) {
      // Golden-ratio steps: spread over the whole time, the end among them.
      let share = (Double(round) * 0.618).truncatingRemainder(dividingBy: 1)
      let run = try sandbox.shell(
        """
        \(fit) & sleep \(share * seconds * 1.1); kill -9 $! 2> /dev/null; wait $! 2> /dev/null
        $MERCER predict m/model.safetensors t.csv --quiet > /dev/null
        """)
      #expect(run.status == 0, "\(run.errors)")
      _ = try jsonObject(try sandbox.text("m/metrics.json"))
      for name in try sandbox.temporaries() {
        survivors += 1
        #expect(name.hasSuffix(".tmp"))
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.path("m"))
      #expect(
        Set(names.filter { !$0.hasPrefix(".mercer-") }).isSubset(
          of: ["model.safetensors", "metrics.json", "report.html"]), "\(names)")
    }
    // What one leaves the next one removes; here also what surely was left.
    try sandbox.write("half", to: "m/.mercer-1-abc.tmp")
    #expect(try sandbox.shell(fit).status == 0)
    #expect(try sandbox.temporaries().isEmpty)
  }
}
