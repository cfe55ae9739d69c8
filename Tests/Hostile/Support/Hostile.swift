import Foundation
import MercerSandbox
import Testing

/// Whether the tests run as root, for whom permissions do not bind and who may mount.
let isRoot = geteuid() == 0

/// Whether the shell can do this here.
func canRun(_ script: String) -> Bool {
  (try? Sandbox().shell(script).status) == 0
}

/// Where mounts work that are seen by one process and end with it.
let canMount = canRun("unshare -m mount -t tmpfs none /mnt")

extension Sandbox {
  /// The arguments of a fit that takes a moment, also without optimisation.
  static let quickFit = "--target y --kernel 'gaussian(lengthScale: 1)' --ridge 0.1 --quiet"

  /// A sandbox with a small table, and if asked for a model of it.
  static func withTable(rows: Int = 40, model: Bool = false) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(table(rows: rows), to: "t.csv")
    if model {
      let run = try sandbox.shell("$MERCER fit t.csv \(quickFit) --output m")
      try #require(run.status == 0, "\(run.errors)")
    }
    return sandbox
  }

  /// Two columns of numbers, one of words, and a target that follows from them.
  static func table(rows: Int, separator: String = ",") -> String {
    var lines = [["a", "b", "word", "y"].joined(separator: separator)]
    for row in 0..<rows {
      let (a, b) = (Double(row * 37 % 101) / 10, Double(row * row % 53) / 7)
      let cells = ["\(a)", "\(b)", ["low", "mid", "high"][row % 3], "\(a * b - 3 * a)"]
      lines.append(cells.joined(separator: separator))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The names of temporary files that are left anywhere below.
  func temporaries() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.path).filter {
      ($0 as NSString).lastPathComponent.hasPrefix(".mercer-")
    }
  }
}

/// A run that failed as it should: by itself, with this status, saying why in lines that begin as lines
/// of an error do.
func expectRefusal(
  _ run: Run, status: Int32 = 2, says parts: String..., location: SourceLocation = #_sourceLocation
) {
  #expect(run.status == status, "\(run.errors)", sourceLocation: location)
  let marks = run.errorLines.map { String($0.prefix(9)) }
  #expect(run.errors.hasPrefix("mercer: "), "\(run.errors)", sourceLocation: location)
  #expect(
    marks.dropFirst().allSatisfy { ["  where: ", "  to do: "].contains($0) }, "\(run.errors)",
    sourceLocation: location)
  for part in parts {
    #expect(run.errors.contains(part), "\(run.errors)", sourceLocation: location)
  }
  expectNoCrash(run, location: location)
}

/// No signal ended the run, nor a trap of the language.
func expectNoCrash(_ run: Run, location: SourceLocation = #_sourceLocation) {
  // A shell gives 128 and the number of the signal.
  #expect(
    (0...2).contains(run.status) || run.status == 130, "\(run.status): \(run.errors)",
    sourceLocation: location)
  for sign in ["Fatal error", "Program crashed", "Illegal instruction", "Aborted", "Segmentation"] {
    #expect(!run.errors.contains(sign), "\(run.errors)", sourceLocation: location)
  }
}
