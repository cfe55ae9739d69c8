import MercerCore

/// Makes one list of levels of the texts that the chunks found.
enum LevelMerge {
  /// Gives the rows of all chunks codes into the returned names, which are sorted by Unicode scalar.
  ///
  /// - Throws: `.invalidData` when there are more names than a code can number.
  static func merge(
    _ column: Int, of chunks: [CSVChunk], _ codes: UnsafeMutablePointer<Int32>
  ) throws(MercerError) -> [String] {
    var all = LevelTable()
    var local: [[Int32]] = []
    for chunk in chunks {
      var places: [Int32] = []
      places.reserveCapacity(chunk.columns[column].levels.count)
      chunk.columns[column].levels.withTexts { texts in
        for text in texts { places.append(all.code(for: text)) }
      }
      local.append(places)
      guard all.count < Int(Int32.max) / 2 else {
        throw MercerError(
          .invalidData, "a column has more than \(Int32.max / 2) distinct texts",
          remedy: "leave the column out")
      }
    }
    let (names, ranks) = sorted(all)
    for (chunk, places) in zip(chunks, local) {
      let final = places.map { ranks[Int($0)] }
      for row in chunk.firstSlot..<chunk.firstSlot + chunk.rowCount where codes[row] >= 0 {
        codes[row] = final[Int(codes[row])]
      }
    }
    return names
  }

  /// The names in order, and for each number in the table the place of its name.
  private static func sorted(_ table: LevelTable) -> (names: [String], ranks: [Int32]) {
    // The order of UTF-8 bytes is that of Unicode scalars. Eight bytes decide most comparisons.
    var texts: [(key: UInt64, text: UnsafeBufferPointer<UInt8>, code: Int)] = []
    var names: [String] = []
    var ranks = [Int32](repeating: 0, count: table.count)
    table.withTexts { all in
      texts = all.enumerated().map { (key($0.element), $0.element, $0.offset) }
      texts.sort { a, b in
        a.key != b.key ? a.key < b.key : a.text.lexicographicallyPrecedes(b.text)
      }
      names.reserveCapacity(texts.count)
      // Texts that differ in bytes may be the same to a reader, as é in one scalar or two.
      var known: [String: Int32] = [:]
      for (_, text, code) in texts {
        let name = String(decoding: text, as: UTF8.self)
        if text.contains(where: { $0 >= 0x80 }) {
          if let rank = known[name] {
            ranks[code] = rank
            continue
          }
          known[name] = Int32(names.count)
        }
        ranks[code] = Int32(names.count)
        names.append(name)
      }
    }
    return (names, ranks)
  }

  private static func key(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var key: UInt64 = 0
    for place in 0..<8 { key = key << 8 | (place < text.count ? UInt64(text[place]) : 0) }
    return key
  }
}
