import FuzzSupport
import Mercer

/// Every array of an archive is read or refused, twice in the same way.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNPZ(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = bytes(start, count)
  do throws(MercerError) {
    try readTwice(input)
  } catch {
    require(error.code == .malformedFile, "\(error)")
  }
  return 0
}

private func readTwice(_ input: [UInt8]) throws(MercerError) {
  let file = try NPZFile(bytes: input, source: "a.npz")
  for name in file.names.prefix(16) {
    let first = reading { () throws(MercerError) in try file.array(named: name) }
    let second = reading { () throws(MercerError) in try file.array(named: name) }
    require(first == second, "an array is the same when read again")
    if let first { _ = reading { () throws(MercerError) in try first.flattened(as: Double.self) } }
  }
}
