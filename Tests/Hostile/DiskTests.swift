import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// Places where files cannot be written, and links that lead nowhere.
@Suite struct DiskTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox.withTable(model: true) }

  @Test(.enabled(if: canMount, "needs mounts")) func readOnlyFileSystem() throws {
    for command in [
      "fit t.csv \(Sandbox.quickFit) --output m", "fit t.csv \(Sandbox.quickFit) --output new",
      "predict m/model.safetensors t.csv --quiet --output p.csv",
    ] {
      let before = try sandbox.contents()
      let run = try sandbox.shell(
        "unshare -m bash -c 'mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\" && "
          + "exec $MERCER \(command.replacing("'", with: "\""))'")
      #expect(run.status == 2, "\(run.errors)")
      expectNoCrash(run)
      #expect(
        run.errors.hasPrefix("mercer: ") && run.errors.contains("permission"), "\(run.errors)")
      #expect(try sandbox.contents() == before)
    }
  }

  /// Runs as somebody for whom permissions bind.
  private static let someone = isRoot ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : ""

  @Test(.enabled(if: canRun("\(someone)test -x $MERCER"), "root needs setpriv to be somebody else"))
  func noPermission() throws {
    let someone = Self.someone
    let run = try sandbox.shell(
      """
      chmod 600 t.csv; mkdir locked; chmod 555 locked m
      \(someone)$MERCER fit t.csv \(Sandbox.quickFit) --output locked/n
      """)
    #expect(run.status == 2 && run.errors.contains("permission"), "\(run.errors)")
    let model = try sandbox.shell(
      """
      chmod 644 t.csv; chmod 755 .
      \(someone)$MERCER fit t.csv \(Sandbox.quickFit) --output m
      """)
    expectRefusal(model, says: "permission", "m")
  }

  @Test(.enabled(if: canMount, "needs mounts")) func fullDisk() throws {
    // Predictions of 3 MB into 1 MB; an old file is there and stays.
    let rows = isOptimized ? 60_000 : 24_000
    try sandbox.write(Sandbox.table(rows: rows), to: "long.csv")
    let run = try sandbox.shell(
      """
      mkdir disk; unshare -m bash -c 'mount -t tmpfs -o size=1m none disk; echo old > disk/p.csv
      $MERCER predict m/model.safetensors long.csv --quiet --output disk/p.csv; status=$?
      cat disk/p.csv; ls -A disk; exit $status'
      """, limit: 300)
    #expect(run.output == "old\np.csv\n")
    expectRefusal(run, says: "No space left", "disk/p.csv", "make room")
    // A model into a disk that has no room at all.
    let model = try sandbox.shell(
      """
      unshare -m bash -c 'mount -t tmpfs -o size=16k none disk; head -c 12000 /dev/zero > disk/full
      $MERCER fit t.csv --target y --kernel laplace --ridge 0.1 --quiet --output disk/n; status=$?
      ls -A disk disk/n; exit $status'
      """)
    #expect(model.output.split(separator: "\n").filter { $0.contains("model") }.isEmpty)
    expectRefusal(model, says: "No space left", "model.safetensors")
  }

  @Test func loopsOfLinks() throws {
    let run = try sandbox.shell("ln -s one two; ln -s two one; ln -s nowhere/at/all dangling")
    try #require(run.status == 0)
    func names() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: sandbox.directory.path).sorted()
    }
    let before = try names()
    for (command, part) in [
      ("fit one \(Sandbox.quickFit) --output n", "Too many levels of symbolic links"),
      ("fit dangling \(Sandbox.quickFit) --output n", "no such file"),
      ("fit t.csv \(Sandbox.quickFit) --output one", "leads nowhere"),
      ("fit t.csv \(Sandbox.quickFit) --output one/below", "leads nowhere"),
      ("fit t.csv \(Sandbox.quickFit) --output dangling", "leads nowhere"),
      ("predict one t.csv", "Too many levels of symbolic links"),
      ("predict m/model.safetensors t.csv --output one", "Too many levels of symbolic links"),
      ("kernel one --kernel linear --spectrum", "Too many levels of symbolic links"),
    ] {
      expectRefusal(try sandbox.shell("$MERCER \(command)"), says: part)
    }
    #expect(try names() == before)
  }

  /// A folder of one letter was once the end of a fit.
  @Test(
    .enabled(if: isOptimized),
    arguments: ["o", "o/", "./o", "o/p", "o//p/", "../x/../\u{e9}", "-o-", "o'p", " "])
  func shortNames(_ name: String) throws {
    let run = try sandbox.run(
      ["fit", "t.csv", "--target", "y", "--kernel", "laplace", "--quiet", "--output=\(name)"])
    #expect(run.status == (name.hasPrefix("..") ? 2 : 0) || run.status == 0, "\(run.errors)")
    expectNoCrash(run)
  }
}
