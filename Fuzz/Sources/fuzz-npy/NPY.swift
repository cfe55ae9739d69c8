import FuzzSupport
import Foundation
import Mercer

private let path =
  FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(getpid()).npy").path

/// An array that is read is written and read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNPY(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = bytes(start, count)
  guard
    let array = reading({ () throws(MercerError) in
      try NPYFile.decode(input[...], source: "a.npy")
    })
  else { return 0 }
  require(array.byteCount == array.shape.reduce(array.type.byteCount, *), "the size is the shape's")
  _ = reading { () throws(MercerError) in try array.flattened(as: Double.self) }
  _ = reading { () throws(MercerError) in try array.flattened(as: Float.self) }
  guard array.rank <= 64 else { return 0 }
  certain { () throws(MercerError) in try NPYFile.write(array, to: path) }
  let again = certain { () throws(MercerError) in try NPYFile.read(path: path) }
  require(again == array, "what was written is read")
  return 0
}
