import Foundation
import Mercer
import Testing

/// Verbs on arrays of images and their targets.
@Suite(.serialized) struct ArrayTests {
  /// Images of 4 × 4: a bright column of pixels somewhere, or a bright row.
  private func images(_ count: Int, seed: UInt64) -> (NumericArray, NumericArray) {
    var stream = RandomStream(seed: seed, purpose: "images")
    var (pixels, labels): ([UInt8], [Int64]) = ([], [])
    for index in 0..<count {
      let (isRow, place) = (index % 2 == 0, stream.integer(below: 4))
      labels.append(isRow ? 1 : 0)
      for i in 0..<4 {
        for j in 0..<4 {
          let isBright = (isRow ? i : j) == place
          pixels.append(UInt8((isBright ? 180 : 20) + stream.integer(below: 40)))
        }
      }
    }
    return (NumericArray(pixels, shape: [count, 4, 4]), NumericArray(labels))
  }

  private static let kernel =
    "ntk(image(4, 4) > (conv(3) > relu) ^ 2 > averagePool(2) > flatten > dense)"

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for (name, count, seed) in [("train", 48, 1 as UInt64), ("test", 20, 2)] {
      let (x, y) = images(count, seed: seed)
      try NPYFile.write(x, to: sandbox.path("\(name).npy"))
      try NPYFile.write(y, to: sandbox.path("\(name)_labels.npy"))
    }
    return sandbox
  }

  @Test func imagesAreFittedAndPredicted() throws {
    let sandbox = try sandbox()
    let run = try sandbox.runSuccessfully([
      "fit", "train.npy", "--target", "train_labels.npy", "--test", "test.npy", "--test-target",
      "test_labels.npy", "--kernel", Self.kernel, "--json", "--output", "out",
    ])
    struct Metrics: Decodable {
      struct Error: Decodable { let error: Double }
      let target: String
      let test: Error
      let kernel: String
    }
    let metrics = try JSONDecoder().decode(Metrics.self, from: Data(run.output.utf8))
    #expect(metrics.target == "train_labels" && metrics.kernel == Self.kernel)
    // Rows and columns cannot be mistaken for each other.
    #expect(metrics.test.error == 0)
    let report = try sandbox.text("out/report.html")
    #expect(report.contains("x[3,3]") && report.contains("What more rows would buy"))
    #expect(!report.contains("no column of which it makes much use"))

    let predictions = try sandbox.runSuccessfully([
      "predict", "out/model.safetensors", "test.npy", "--keep", "x[0,0]", "--explain", "1",
    ]).output.split(separator: "\n")
    #expect(predictions.count == 21 && predictions[0].hasPrefix("\"x[0,0]\",prediction,"))
    let labels = predictions.dropFirst().map { $0.split(separator: ",")[1] }
    #expect(labels.enumerated().allSatisfy { $1 == ($0 % 2 == 0 ? "1" : "0") })

    let evaluation = try sandbox.runSuccessfully([
      "evaluate", "out/model.safetensors", "test.npy", "--target", "test_labels.npy", "--json",
    ]).output
    #expect(evaluation.contains("\"error\" : 0,"))
    let explained = try sandbox.runSuccessfully([
      "explain", "out/model.safetensors", "test.npy", "--report", "why.html",
    ]).output
    #expect(explained.contains("Single columns are not weighed"))
    #expect(explained.contains("the training rows that carry it"))
    let shown = try sandbox.runSuccessfully(["show", "out/model.safetensors"]).output
    #expect(shown.contains("x[3,3]"))
  }

  @Test func arraysOfThreeAxesAreSequencesUnlessTheNetworkSaysImages() throws {
    let sandbox = try sandbox()
    let run = try sandbox.runSuccessfully([
      "fit", "train.npy", "--target", "train_labels.npy", "--kernel",
      "ntk(conv(3) > relu > flatten > dense)", "--plan",
    ])
    #expect(run.output.contains("train.npy: 48 rows"))
    #expect(run.errors.contains("image(4, 4)"))
  }

  @Test(arguments: [
    (["--test", "test.npy"], "--test-target"),
    (["--test-target", "test_labels.npy"], "--test"),
    (["--kernel", "ntk(image(5, 5) > conv(3) > relu > flatten > dense)"], "layer 1, image(5, 5)"),
    (["--kernel", "ntk(image(4, 4) > conv(3) > > dense)"], "layer"),
    (["--kernel", "ntk(image(4, 4) > conv(3) > conv(9, padding: valid) > flatten)"], "layer 3"),
  ])
  func whatIsWrongIsSaid(_ more: [String], _ expected: String) throws {
    let sandbox = try sandbox()
    let run = try sandbox.run(
      ["fit", "train.npy", "--target", "train_labels.npy", "--plan"] + more)
    #expect(run.status == 2)
    #expect(run.errors.contains(expected), "\(run.errors)")
  }

  @Test func otherTargetsAreRefused() throws {
    let sandbox = try sandbox()
    for (target, expected) in [("test_labels.npy", "48 rows of train.npy"), ("label", "label")] {
      let run = try sandbox.run(["fit", "train.npy", "--target", target, "--plan"])
      #expect(run.status == 2)
      #expect(run.errors.contains(expected), "\(run.errors)")
    }
  }
}
