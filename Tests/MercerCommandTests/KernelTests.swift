import Foundation
import Mercer
import Testing

/// `mercer kernel` against the library.
@Suite struct KernelTests {
  private static func points(_ count: Int, seed: UInt64) -> Matrix<Double> {
    var stream = RandomStream(seed: seed, purpose: "kernel command")
    return Matrix(rowCount: count, columnCount: 3) { buffer in
      for index in buffer.indices { buffer[index] = stream.normal() }
    }
  }

  private static let kernels = [
    "gaussian(lengthScale: 1.2)", "productLaplace(lengthScale: 3, scales: [1, 0.2, 0.7])",
    "0.5 * laplace + linear ^ 2", "ntk((dense > relu) ^ 3 > dense)",
  ]

  @Test(arguments: kernels)
  func outputIsTheGramMatrix(_ text: String) throws {
    let sandbox = try Sandbox()
    let (x, z) = (Self.points(9, seed: 1), Self.points(5, seed: 2))
    try NPYFile.write(x, to: sandbox.path("X.npy"))
    try NPYFile.write(z, to: sandbox.path("Z.npy"))
    let kernel = try makeKernel(parsing: text, of: Double.self)
    let square = try TiledGram(kernel, inputs: Points(x)).densified(context: .default)
    let cross = try TiledCrossGram(kernel, rows: Points(x), columns: Points(z))
      .densified(context: .default)

    let run = try sandbox.runSuccessfully([
      "kernel", "X.npy", "--kernel", text, "--output", "K.npy",
    ])
    #expect(run.output.contains("9 × 9"))
    try sandbox.runSuccessfully([
      "kernel", "X.npy", "Z.npy", "--kernel", text, "--output", "C.npy", "--quiet",
    ])
    for (name, expected) in [("K.npy", square), ("C.npy", cross)] {
      let read = try NPYFile.read(path: sandbox.path(name)).matrix(as: Double.self)
      #expect(read.rowCount == expected.rowCount && read.columnCount == expected.columnCount)
      // The same code on the same numbers.
      #expect(read.elements == expected.elements)
    }
    // Single precision: 1e-5 relative is what the kernels promise.
    try sandbox.runSuccessfully([
      "kernel", "X.npy", "--kernel", text, "--element", "float", "--output", "F.npy", "--quiet",
    ])
    let single = try NPYFile.read(path: sandbox.path("F.npy"))
    #expect(single.type == .float32)
    let values: Matrix<Double> = try single.matrix(as: Double.self)
    for (a, b) in zip(values.elements, square.elements) {
      #expect(abs(a - b) <= 1e-5 * max(1, abs(b)))
    }
  }

  @Test func missingNumbersAreForMasksAlone() throws {
    let sandbox = try Sandbox()
    var x = Matrix<Double>(rowCount: 4, columnCount: 6)
    var stream = RandomStream(seed: 5, purpose: "kernel command")
    for i in 0..<4 {
      for j in 0..<6 { x[i, j] = j < 2 * (i % 3 + 1) ? stream.normal() : .nan }
    }
    try NPYFile.write(x, to: sandbox.path("X.npy"))
    func text(_ mask: String) -> String {
      "ntk(sequence(3, channels: 2\(mask)) > dense > relu > globalAveragePool)"
    }
    let kernel = try makeKernel(parsing: text(", mask: missing"), of: Double.self)
    let expected = try TiledGram(kernel, inputs: Points(x)).densified(context: .default)
    #expect(expected.isFinite)
    try sandbox.runSuccessfully([
      "kernel", "X.npy", "--kernel", text(", mask: missing"), "--output", "K.npy", "--quiet",
    ])
    let read = try NPYFile.read(path: sandbox.path("K.npy")).matrix(as: Double.self)
    #expect(read.elements == expected.elements)
    for mask in ["", ", mask: 0"] {
      let run = try sandbox.run(["kernel", "X.npy", "--kernel", text(mask), "--output", "N.npy"])
      #expect(run.status == 2)
      #expect(!FileManager.default.fileExists(atPath: sandbox.path("N.npy")))
    }
  }

  @Test func spectrum() throws {
    let sandbox = try Sandbox()
    let x = Self.points(12, seed: 3)
    try NPYFile.write(x, to: sandbox.path("X.npy"))
    let text = "gaussian(lengthScale: 1.5)"
    let run = try sandbox.runSuccessfully([
      "kernel", "X.npy", "--kernel", text, "--spectrum", "--json",
    ])
    #expect(run.errors == "")
    let json = try run.json()
    #expect(
      Set(json.keys) == [
        "kernel", "rows", "columns", "features", "element", "eigenvalues", "seconds", "version",
      ])
    #expect(json["kernel"] as? String == text)
    let values = try #require(json["eigenvalues"] as? [Double])
    #expect(values.count == 12)
    #expect(values == values.sorted(by: >))
    let gram = try TiledGram(
      makeKernel(parsing: text, of: Double.self), inputs: Points(x)
    ).densified(context: .default)
    let expected = try SymmetricEigen.values(of: gram).sorted(by: >)
    // The eigenvalues of one matrix by one routine, and a trace of 12 ones.
    for (a, b) in zip(values, expected) { #expect(abs(a - b) <= 1e-12) }
    #expect(abs(values.reduce(0, +) - 12) <= 1e-12)
    let table = try sandbox.runSuccessfully(["kernel", "X.npy", "--kernel", text, "--spectrum"])
    #expect(table.output.contains("eigenvalue"))
    #expect(try Set(sandbox.contents().keys) == ["X.npy"])
  }
}
