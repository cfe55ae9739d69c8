import Foundation
import FuzzSupport
import Mercer

private let folder = FileManager.default.temporaryDirectory
private let path = folder.appendingPathComponent("fuzz-\(getpid()).safetensors").path
private let other = folder.appendingPathComponent("fuzz-\(getpid())-again.safetensors").path

/// A model that is read predicts what its rules ask for, and is written and read again as a model that
/// predicts the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModel(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = bytes(start, count)
  guard
    var file = reading({ () throws(MercerError) in
      try SafetensorsFile(bytes: input, source: "model.safetensors")
    })
  else { return 0 }
  // Without its checksum a file is looked at further.
  file.metadata["checksum"] = nil
  file.metadata["format"] = "mercer"
  certain { () throws(MercerError) in try file.write(to: path) }
  guard let model = reading({ () throws(MercerError) in try TableModel(readingFrom: path) }) else {
    return 0
  }
  certain { () throws(MercerError) in try model.write(to: other) }
  let again = certain { () throws(MercerError) in try TableModel(readingFrom: other) }
  let table =
    reading { () throws(MercerError) in
      try CSVReader.read(
        bytes: Array("a,b,word,y\n1,2,low,3\n4,,mid,5\n,6,other,0\n".utf8), source: "t.csv",
        options: model.readingOptions)
    }
  guard let table else { return 0 }
  let first = reading { () throws(MercerError) in try model.predict(table) }
  let second = reading { () throws(MercerError) in try again.predict(table) }
  require("\(String(describing: first))" == "\(String(describing: second))", "predictions stay")
  return 0
}
