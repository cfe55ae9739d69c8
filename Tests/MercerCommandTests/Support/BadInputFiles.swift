import Foundation
import Mercer

/// The files that the runs on bad input are given, and one good model that they must not harm.
struct BadInputFiles {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", "body_mass_g", "--output", "kept", "--quiet",
    ])
    try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", "species", "--output", "classes", "--quiet",
    ])
    try writeTables()
    try writeModels()
    try writeArrays()
    try sandbox.write("a file\n", to: "file")
    try FileManager.default.createDirectory(
      atPath: sandbox.path("folder"), withIntermediateDirectories: false)
    // An output directory whose model cannot be replaced.
    try FileManager.default.createDirectory(
      atPath: sandbox.path("blocked/model.safetensors"), withIntermediateDirectories: true)
  }

  private func writeTables() throws {
    let texts = [
      "empty": "", "blank": "\n\n", "header": "a,b\n", "one-row": "a,b\n1,2\n",
      "one-class": "a,b\n1,x\n2,x\n3,x\n", "constant": "a,b\n1,5\n2,5\n3,5\n",
      "no-target": "a,b\n1,\n2,\n3,\n", "one-target": "a,b\n1,7\n2,\n3,\n",
      "duplicate": "a,a,b\n1,2,3\n4,5,6\n", "ragged": "a,b\n1,2\n1,2,3\n3,4\n",
      "infinite": "a,b\n1,2\ninf,3\n3,4\n", "infinite-target": "a,b\n1,2\n2,-inf\n3,4\n",
      "long-cell": "a,b\n1,2\n\(String(repeating: "x", count: 1_000_000)),1\n",
      "open-quote": "a,b\n1,2\n\"3,4\n5,6\n",
      "ten-rows": "a,b\n1,2\n2,4\n3,5\n4,9\n5,8\n6,1\n7,2\n8,3\n9,7\n10,6\n",
      "only-target": "b\n1\n2\n3\n",
      "nothing-left": "a,b\n1,2\n1,3\n1,5\n", "tiny-target": "a,b\n1,1e-320\n2,2e-320\n3,5e-320\n",
    ]
    for (name, text) in texts { try sandbox.write(text, to: "\(name).csv") }
    try sandbox.write(Data([0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0xff, 0x0a]), to: "latin.csv")
    try sandbox.write(Data([0x50, 0x4b, 3, 4, 0, 0, 0, 0]), to: "zip.csv")
    try sandbox.copyResource("penguins60.csv.gz")
    let compressed = try sandbox.bytes("penguins60.csv.gz")
    try sandbox.write(compressed.prefix(compressed.count / 2), to: "truncated.csv.gz")

    let rows = try sandbox.text("penguins60.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    func write(_ rows: [[String]], _ name: String) throws {
      let lines = rows.map { $0.joined(separator: ",") }
      try sandbox.write(lines.joined(separator: "\n") + "\n", to: "\(name).csv")
    }
    // Column 4 is flipper_length_mm, 5 body_mass_g, 3 bill_depth_mm, 0 species.
    try write(rows.map { $0.enumerated().filter { $0.offset != 4 }.map(\.element) }, "lacks-column")
    try write(rows.map { $0.enumerated().filter { $0.offset != 5 }.map(\.element) }, "lacks-target")
    var changed = rows
    changed[2][3] = "tall"
    try write(changed, "text-in-numbers")
    changed = rows
    changed[3][3] = "inf"
    try write(changed, "infinite-cell")
    changed = rows
    changed[60] = Array(changed[60].prefix(4))
    try write(changed, "ragged-late")
    changed = rows
    changed[3][0] = "Emperor"
    try write(changed, "unseen-class")
  }

  private func writeModels() throws {
    let model = try sandbox.bytes("kept/model.safetensors")
    try sandbox.write(model.prefix(500), to: "cut-in-header.safetensors")
    try sandbox.write(model.dropLast(8), to: "cut-at-end.safetensors")
    try sandbox.write(model.prefix(5), to: "five-bytes.safetensors")
    var file = try SafetensorsFile(readingFrom: sandbox.path("kept/model.safetensors"))
    var changed = file
    changed.tensors["offsets.0"] = NumericArray(Matrix<Double>(column: [1.5]))
    try changed.write(to: sandbox.path("changed.safetensors"))
    file.metadata["checksum"] = nil
    var lost = file
    lost.tensors["targets"] = nil
    try lost.write(to: sandbox.path("lost-rows.safetensors"))
    file.metadata["format_version"] = "7"
    try file.write(to: sandbox.path("newer.safetensors"))
    file.metadata["format"] = "other"
    try file.write(to: sandbox.path("other.safetensors"))
    file.metadata["format"] = "mercer"
    file.metadata["format_version"] = "1"
    file.metadata["model"] = "{}"
    try file.write(to: sandbox.path("no-description.safetensors"))
  }

  private func writeArrays() throws {
    let x = Matrix<Double>(rowCount: 6, columnCount: 3) { buffer in
      for index in buffer.indices { buffer[index] = Double(index * index % 7) / 3 }
    }
    try NPYFile.write(x, to: sandbox.path("X.npy"))
    try NPYFile.write(
      Matrix<Double>(rowCount: 4, columnCount: 2) { $0.initialize(repeating: 1) },
      to: sandbox.path("Z.npy"))
    var withNaN = x
    withNaN[2, 1] = .nan
    try NPYFile.write(withNaN, to: sandbox.path("nan.npy"))
    try sandbox.write(npy("|O", "(1, 2, 2)", byteCount: 9), to: "objects.npy")
    try sandbox.write(npy("<f8", "(0, 3)", byteCount: 0), to: "no-rows.npy")
    try sandbox.write(npy("<f8", "(3, 0)", byteCount: 0), to: "no-columns.npy")
    try sandbox.write(npy("<f8", "(5, 3)", byteCount: 40), to: "cut.npy")
  }

  /// An NPY file as the format's description lays it out, of zero bytes.
  private func npy(_ type: String, _ shape: String, byteCount: Int) -> Data {
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 127 - 10 - header.utf8.count) + "\n"
    return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0])
      + Data(header.utf8) + Data(count: byteCount)
  }
}
