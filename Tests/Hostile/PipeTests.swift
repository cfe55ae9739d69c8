import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// Pipes and devices where files are expected, and streams that are closed or full.
@Suite struct PipeTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox.withTable(model: true) }

  @Test func tableFromPipe() throws {
    let run = try sandbox.shell(
      """
      mkfifo in
      cat t.csv > in &
      $MERCER fit in \(Sandbox.quickFit) --output n || exit
      cat t.csv > in &
      $MERCER predict m/model.safetensors in --quiet
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 41)
  }

  @Test func arrayFromPipe() throws {
    try sandbox.write(Data(Self.array), to: "X.npy")
    let run = try sandbox.shell(
      "mkfifo in; cat X.npy > in & $MERCER kernel in --kernel linear --output K.npy --quiet")
    #expect(run.status == 0, "\(run.errors)")
    #expect(sandbox.has("K.npy"))
  }

  /// An array of 4 × 2 numbers.
  private static let array: [UInt8] = {
    let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 2), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
      + [1, 2, 3, 5, 8, 13, 21, 34]
  }()

  @Test func predictionsIntoPipe() throws {
    let run = try sandbox.shell(
      "mkfifo out; cat out & $MERCER predict m/model.safetensors t.csv --output out --quiet; wait")
    #expect(run.output.split(separator: "\n").count == 41, "\(run.errors)")
    #expect(try sandbox.temporaries().isEmpty)
  }

  @Test func readerOfPipeLeaves() throws {
    try sandbox.write(Sandbox.table(rows: isOptimized ? 50_000 : 3000), to: "long.csv")
    // The reader opens the pipe and goes without reading.
    let run = try sandbox.shell(
      "mkfifo out; (: < out) & $MERCER predict m/model.safetensors long.csv --output out --quiet")
    expectRefusal(run, says: "out", "its reader has gone")
  }

  @Test(arguments: [
    "predict m/model.safetensors t.csv", "show m/model.safetensors",
    "fit t.csv --output n \(Sandbox.quickFit) --json", "evaluate m/model.safetensors t.csv",
    "--help",
    "predict m/model.safetensors t.csv --json",
  ])
  func fullDevice(_ command: String) throws {
    let run = try sandbox.shell("$MERCER \(command) > /dev/full")
    expectRefusal(run, says: "No space left", "standard output")
    let file = try sandbox.shell(
      "$MERCER predict m/model.safetensors t.csv --quiet --output /dev/full")
    expectRefusal(file, says: "No space left", "/dev/full")
  }

  @Test(arguments: [
    "predict m/model.safetensors t.csv --quiet", "show m/model.safetensors",
    "fit t.csv --output n \(Sandbox.quickFit) --json",
  ])
  func closedOutput(_ command: String) throws {
    let run = try sandbox.shell("$MERCER \(command) >&-")
    expectRefusal(run, says: "standard output", "Bad file descriptor")
    // No result went into a file that got the number of the stream.
    for (name, bytes) in try sandbox.contents() where name.hasSuffix("model.safetensors") {
      #expect(bytes.count == (try sandbox.bytes("m/model.safetensors").count), "\(name)")
    }
  }

  @Test func readerOfOutputHasEnough() throws {
    try sandbox.write(Sandbox.table(rows: isOptimized ? 50_000 : 3000), to: "long.csv")
    let run = try sandbox.shell(
      "$MERCER predict m/model.safetensors long.csv --quiet | head -1; echo ${PIPESTATUS[0]}")
    #expect(run.output == "prediction,lower,upper\n0\n")
    #expect(run.errors == "")
    let json = try sandbox.shell(
      "$MERCER predict m/model.safetensors long.csv --json | head -c 1; echo ${PIPESTATUS[0]}")
    #expect(json.output == "{0\n" && json.errors == "")
  }

  @Test(arguments: ["2>&-", "2>/dev/full", "2> >(:)"])
  func errorsCannotBeTold(_ redirection: String) throws {
    let failed = try sandbox.shell("$MERCER predict m/model.safetensors none.csv \(redirection)")
    #expect(failed.status == 2 && failed.output == "")
    let done = try sandbox.shell(
      "$MERCER fit t.csv --target y --kernel laplace --output n \(redirection)")
    #expect(done.status == 0)
    let predicted = try sandbox.shell(
      "$MERCER predict n/model.safetensors t.csv --output p.csv \(redirection)")
    #expect(predicted.status == 0)
    #expect(try sandbox.text("p.csv").hasPrefix("prediction,lower,upper\n"))
  }

  @Test func noInput() throws {
    let closed = try sandbox.shell("$MERCER predict m/model.safetensors - <&-")
    expectRefusal(closed, says: "standard input", "Bad file descriptor")
    expectRefusal(
      try sandbox.shell("$MERCER predict m/model.safetensors - < /dev/null"),
      says: "standard input", "empty")
    expectRefusal(
      try sandbox.shell("$MERCER predict m/model.safetensors - < ."), says: "standard input")
    // A file gets the number of the closed stream, and is read as itself.
    let other = try sandbox.shell("$MERCER predict m/model.safetensors t.csv --quiet <&-")
    #expect(other.status == 0 && other.output.split(separator: "\n").count == 41)
    let none = try sandbox.shell(
      "$MERCER predict m/model.safetensors t.csv --quiet --output p.csv <&- >&- 2>&-")
    #expect(none.status == 0)
    #expect(try sandbox.text("p.csv") == other.output)
  }

  @Test(.enabled(if: canRun("command -v script"))) func terminal() throws {
    // On a terminal, what was typed ends with Ctrl-D.
    let run = try sandbox.shell(
      "printf 'a,b,word,y\\n1,2,low,3\\n\\004' | "
        + "script -qec '$MERCER predict m/model.safetensors - --quiet' /dev/null")
    #expect(run.status == 0 && run.output.contains("prediction,lower,upper"), "\(run.output)")
  }
}
