import FuzzSupport
import Mercer

/// The text of a kernel: what is read is written and read again as the same; what is refused is refused
/// with a mark at a place of the text; and a kernel that was made prints as one that can be made.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKernel(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let text = String(decoding: bytes(start, min(count, 2000)), as: UTF8.self)
  let tree = reading { () throws(MercerError) in try KernelExpression(parsing: text) }
  let kernel = reading { () throws(MercerError) in
    try makeKernel(parsing: text, of: Double.self)
  }
  require(tree != nil || kernel == nil, "a kernel has a tree")
  guard let tree else { return 0 }
  let again = certain { () throws(MercerError) in try KernelExpression(parsing: tree.description) }
  require(again == tree, "\(tree) is read as \(again)")
  guard let kernel else { return 0 }
  let printed = kernel.description
  let made = certain { () throws(MercerError) in try makeKernel(parsing: printed, of: Double.self) }
  require(made.description == printed, "\(printed) prints as \(made.description)")
  return 0
}
