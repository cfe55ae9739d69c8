import Foundation
import MercerTestSupport
import Testing

/// `Examples/read_model.py` opens a model with numpy alone and predicts what `predict` does.
@Suite(.enabled(if: isOptimized), .serialized) struct PythonReaderTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Examples/read_model.py").standardized.path

  private static func python(_ arguments: [String], in directory: URL) throws -> (Int32, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.currentDirectoryURL = directory
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// Whether there is Python with numpy; `make test` installs both on Debian.
  static let hasNumpy: Bool = {
    let found = try? python(["-c", "import numpy"], in: FileManager.default.temporaryDirectory)
    if found?.0 != 0 { print("PythonReaderTests: skipped, they need Python 3 with numpy") }
    return found?.0 == 0
  }()

  /// Numbers with a searched blend (and so with coordinates of many kinds), two and three classes.
  @Test(
    .enabled(if: hasNumpy), arguments: ["body_mass_g", "sex", "species"], [false, true])
  func predictionsAreTheSame(target: String, isSearched: Bool) throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    let kernel = "0.5 * matern(smoothness: 1.5, lengthScale: 2) + laplace(lengthScale: 3)"
    try sandbox.runSuccessfully(
      ["fit", "penguins60.csv", "--target", target, "--quiet"]
        + (isSearched ? [] : ["--kernel", kernel, "--ridge", "0.1"]))
    let model = "mercer-out/model.safetensors"
    // Rows far outside what was learned from: a code for a missing cell, and numbers that are held.
    let rows = try sandbox.text("penguins60.csv")
    try sandbox.write(
      rows + "Gentoo,Biscoe,0,18,900,9999,male,2007,train\nAdelie,Dream,40,-5,190,-1,,2031,test\n",
      to: "new.csv")
    let (status, output) = try Self.python([Self.script, model, "new.csv"], in: sandbox.directory)
    try #require(status == 0)
    let own = try sandbox.runSuccessfully(["predict", model, "new.csv", "--quiet"]).output
    func table(_ text: String) -> [[Substring]] {
      text.split(separator: "\n").map { $0.split(separator: ",") }
    }
    let (theirs, ours) = (table(output), table(own))
    try #require(theirs.count == 63 && ours.count == 63)
    // Classes are named first here.
    let shift = target == "body_mass_g" ? 0 : 1
    #expect(theirs[0] == Array(ours[0].dropFirst(shift).prefix(theirs[0].count)))
    for (a, b) in zip(theirs, ours).dropFirst() {
      for (place, text) in a.enumerated() {
        let (x, y) = (try #require(Double(text)), try #require(Double(b[place + shift])))
        #expect(abs(x - y) <= 1e-5 * max(abs(y), 1e-3))
      }
    }
  }

  /// A sum over centres with what near rows have in common beside it.
  @Test(.enabled(if: hasNumpy)) func correctionsAreAdded() throws {
    let sandbox = try Sandbox()
    var text = "day,place,x,y\n"
    for i in 0..<13_000 {
      let (day, place) = (i * 7919 % 41, i * 104_729 % 23)
      let x = Double(i * 31 % 1000) / 1000
      let common = Double((day * 53 + place * 97) % 41) / 8
      text += "\(day),p\(place),\(x),\(3 * x + common + Double(i * 17 % 101) / 101)\n"
    }
    try sandbox.write(text, to: "days.csv")
    try sandbox.runSuccessfully([
      "fit", "days.csv", "--target", "y", "--quiet", "--solver", "centres", "--budget", "3",
    ])
    let model = "mercer-out/model.safetensors"
    let shown = try sandbox.runSuccessfully(["show", model, "--json"]).output
    try #require(shown.contains("\"correction\""))
    try sandbox.write(
      text.split(separator: "\n").prefix(400).joined(separator: "\n") + "\n", to: "few.csv")
    let (status, output) = try Self.python([Self.script, model, "few.csv"], in: sandbox.directory)
    try #require(status == 0)
    let own = try sandbox.runSuccessfully(["predict", model, "few.csv", "--quiet"]).output
    let (theirs, ours) = (output.split(separator: "\n"), own.split(separator: "\n"))
    try #require(theirs.count == 400 && ours.count == 400)
    for (a, b) in zip(theirs, ours).dropFirst() {
      let y = try #require(b.split(separator: ",").first.flatMap { Double($0) })
      let x = try #require(Double(a))
      #expect(abs(x - y) <= 1e-5 * max(abs(y), 1e-3))
    }
  }
}
