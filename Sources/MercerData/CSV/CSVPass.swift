import MercerCore

extension CSVPlan {
  /// Reads all records once, in parallel: from guessed places first, and where a guess was wrong
  /// once more from the right one. So the result is that of reading from start to end.
  func readAll(
    _ chunks: CSVChunks, from start: Int, input: CSVInput, context: ExecutionContext
  ) throws(MercerError) -> [CSVChunk] {
    let first = chunks.index(of: start)
    let linesBeforeStart = chunks.lineEndCount(before: start, from: first, in: document)

    @Sendable func read(_ index: Int, from place: Int) -> CSVChunk {
      // A record takes the slot of the line it begins on: records never outnumber lines, so two
      // chunks never write to the same slot, whether their starts were guessed right or wrong.
      let lines = chunks.lineEndCount(before: place, from: index, in: document)
      return parse(
        from: place, to: chunks.bounds[index + 1], firstSlot: lines - linesBeforeStart)
    }

    var results = try context.map(chunks.count - first) { (offset) throws(MercerError) in
      let index = first + offset
      let place = offset == 0 ? start : chunks.guessedStart(of: index, in: document)
      let result = place.map { read(index, from: $0) }
      if let result { written?(result.firstSlot..<(result.firstSlot + result.rowCount)) }
      input.forget(chunks.bounds[index]..<chunks.bounds[index + 1])
      return result
    }
    var place = start
    for offset in results.indices {
      let index = first + offset
      if results[offset]?.start != place {
        try context.checkCancellation()
        results[offset] =
          place < chunks.bounds[index + 1] ? read(index, from: place) : nil
      }
      if let result = results[offset] {
        if result.fault != nil { return results[...offset].compactMap { $0 } }
        place = result.end
      }
    }
    return results.compactMap { $0 }
  }
}

extension ExecutionContext {
  /// The results of the body for each index, in order, from several threads.
  func map<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws(MercerError) -> Value
  ) throws(MercerError) -> [Value] {
    let results = UnsafeMutablePointer<Value?>.allocate(capacity: count)
    results.initialize(repeating: nil, count: count)
    defer {
      results.deinitialize(count: count)
      results.deallocate()
    }
    // Each call writes only to its own place.
    nonisolated(unsafe) let places = results
    try forEach(count) { (index) throws(MercerError) in places[index] = try body(index) }
    return (0..<count).compactMap { results[$0] }
  }
}
