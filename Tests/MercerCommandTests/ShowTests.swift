import Foundation
import Mercer
import MercerTestSupport
import Testing

/// `show`, where a model comes from, and its precision.
@Suite(.enabled(if: isOptimized), .serialized) struct ShowTests {
  private func fitted(_ more: [String] = []) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    try sandbox.runSuccessfully(
      [
        "fit", "penguins60.csv", "--target", "body_mass_g", "--kernel", "laplace(lengthScale: 3)",
        "--ridge", "0.1", "--quiet", "--threads", "1",
      ] + more)
    return sandbox
  }

  @Test func allIsTold() throws {
    let sandbox = try fitted()
    let json = try sandbox.runSuccessfully(["show", "mercer-out/model.safetensors", "--json"])
      .json()
    #expect(json["rows"] as? Int == 59 && json["target"] as? String == "body_mass_g")
    #expect(json["source"] as? String == "penguins60.csv" && json["seed"] as? Int == 0)
    let hash = try SHA256.hexadecimal(ofFile: sandbox.path("penguins60.csv"))
    #expect(json["source_sha256"] as? String == hash)
    #expect(
      json["command"] as? String
        == "mercer fit penguins60.csv --target body_mass_g --kernel 'laplace(lengthScale: 3)' "
        + "--ridge 0.1 --budget 600")
    let fitted = try #require(json["fitted"] as? String)
    let time = try #require(try? Date(fitted, strategy: .iso8601))
    #expect(abs(time.timeIntervalSinceNow) < 3600)
    let columns = try #require(json["columns"] as? [[String: Any]])
    let species = try #require(columns.first { $0["name"] as? String == "species" })
    #expect(species["levels"] as? [String] == ["Adelie", "Chinstrap", "Gentoo"])
    let coordinates = columns.compactMap { ($0["coordinates"] as? [String])?.count }
    #expect(coordinates.reduce(0, +) == json["features"] as? Int)
    // Every byte is accounted for.
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    let arrays = tensors.compactMap { $0["bytes"] as? Int }.reduce(0, +)
    let header = try #require(json["header_bytes"] as? Int)
    #expect(try sandbox.bytes("mercer-out/model.safetensors").count == arrays + header)
    let inputs = try #require(tensors.first { $0["name"] as? String == "inputs" })
    #expect(inputs["type"] as? String == "F32")

    let text = try sandbox.runSuccessfully(["show", "mercer-out/model.safetensors"]).output
    for part in [
      hash, fitted, "59 rows of penguins60.csv", "laplace(lengthScale: 3)", "rmse",
      "Adelie, Chinstrap, Gentoo", "coefficients.0, F64, 59 × 1",
    ] {
      #expect(text.contains(part), "\(part) in:\n\(text)")
    }
  }

  /// A time that is given makes the file again to the last bit.
  @Test func theTimeCanBeGiven() throws {
    var files: [Data] = []
    for _ in 0..<2 {
      let sandbox = try Sandbox()
      try sandbox.copyResource("penguins60.csv")
      try sandbox.runSuccessfully(
        ["fit", "penguins60.csv", "--target", "sex", "--kernel", "linear", "--ridge", "1"],
        environment: ["SOURCE_DATE_EPOCH": "86400"])
      files.append(try sandbox.bytes("mercer-out/model.safetensors"))
      let json = try sandbox.runSuccessfully([
        "show", "mercer-out/model.safetensors", "--json",
      ]).json()
      #expect(json["fitted"] as? String == "1970-01-02T00:00:00Z")
    }
    #expect(files[0] == files[1])
  }

  /// Each precision makes a smaller file than the next, with nearly the same predictions: rounding a
  /// coordinate moves it by up to 2⁻¹¹ or 2⁻²⁴ of itself, and predictions by some multiple of that.
  @Test func precisions() throws {
    var sizes: [Int] = []
    var predictions: [[Double]] = []
    for precision in ["half", "float", "double"] {
      let sandbox = try fitted(["--precision", precision])
      sizes.append(try sandbox.bytes("mercer-out/model.safetensors").count)
      let run = try sandbox.runSuccessfully([
        "predict", "mercer-out/model.safetensors", "penguins60.csv", "--quiet",
      ])
      predictions.append(
        run.output.split(separator: "\n").dropFirst().compactMap {
          Double($0.split(separator: ",")[0])
        })
    }
    #expect(sizes[0] < sizes[1] && sizes[1] < sizes[2], "\(sizes)")
    #expect(predictions.allSatisfy { $0.count == 60 })
    for row in 0..<60 {
      let exact = predictions[2][row]
      #expect(abs(predictions[1][row] - exact) < 1e-5 * exact)
      #expect(abs(predictions[0][row] - exact) < 0.02 * exact)
    }
  }
}
