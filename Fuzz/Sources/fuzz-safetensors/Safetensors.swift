import FuzzSupport
import Mercer

/// A file that is read is written and read again as the same, and then to the same bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSafetensors(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = bytes(start, count)
  guard
    let file = reading({ () throws(MercerError) in
      try SafetensorsFile(bytes: input, source: "a.safetensors")
    })
  else { return 0 }
  let written = certain { () throws(MercerError) in try file.encoded() }
  let again = certain { () throws(MercerError) in
    try SafetensorsFile(bytes: written, source: "a.safetensors")
  }
  require(again == file, "what was written is read")
  let rewritten = certain { () throws(MercerError) in try again.encoded() }
  require(rewritten == written, "bytes are the same")
  let keys = Array(file.metadata.keys)
  require(file.checksum(ofMetadata: keys) == again.checksum(ofMetadata: keys), "so is the checksum")
  return 0
}
