/// The region in which callgrind counts (`--toggle-collect=*countedRegion*`).
enum Counting {
  // The region is a function of its own name that takes nothing, so that no compiler makes copies
  // of it under other names; what it runs is handed over here. One thread counts.
  nonisolated(unsafe) fileprivate static var work: () throws -> Void = {}
  nonisolated(unsafe) fileprivate static var failure: (any Error)?

  /// Does the work inside the region.
  static func counted(_ work: @escaping () throws -> Void) throws {
    Self.work = work
    countedRegion()
    if let failure { throw failure }
  }
}

@inline(never)
func countedRegion() {
  do {
    try Counting.work()
  } catch {
    Counting.failure = error
  }
}
