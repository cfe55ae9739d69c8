import Mercer

/// The bytes that the fuzzer made.
public func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: start, count: count))
}

/// Ends the program, and so makes a finding, unless a property holds.
public func require(_ holds: @autoclosure () -> Bool, _ what: @autoclosure () -> String) {
  guard holds() else { fatalError("does not hold: \(what())") }
}

/// What a reader gave, or that it refused the input as it should: as a mistake of the input, in words.
///
/// - Parameter path: a path of ours that may be in messages.
public func reading<T>(_ body: () throws(MercerError) -> T) -> T? {
  do throws(MercerError) { return try body() } catch {
    require(!error.message.isEmpty, "an error says something")
    require(error.code != .internalFailure, "the input explains \(error)")
    return nil
  }
}

/// Something that cannot fail here, such as writing what was read.
public func certain<T>(_ body: () throws(MercerError) -> T) -> T {
  do throws(MercerError) { return try body() } catch { fatalError("must not fail: \(error)") }
}
