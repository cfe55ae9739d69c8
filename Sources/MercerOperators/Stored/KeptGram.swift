public import MercerCore
import Synchronization

extension TiledGram {
  /// How long a core may work on a band of rows, in seconds, before it is kept.
  private static var bandSeconds: Double { 4 }

  /// The matrix of this operator, stored, for a kernel of which an entry is dear: each pair is evaluated
  /// once, progress is told, and bands of rows that are finished are kept, so that work that was ended
  /// goes on from there.
  ///
  /// - Parameters:
  ///   - stage: what to call the work in its progress.
  ///   - context: threads, memory limit, progress, cancellation, and where bands are kept.
  /// - Returns: what `densified` gives, to rounding.
  /// - Complexity: n²/2 entries of time, n² memory.
  /// - Throws: `.memoryLimit` when the matrix is larger than the context's limit, `.cancelled`.
  public func keptGram(
    stage: String, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    let n = rowCount
    let (bytes, overflow) = n.multipliedReportingOverflow(by: n * MemoryLayout<Element>.stride)
    try context.checkMemory(
      overflow ? .max : bytes, for: "storing the \(n) × \(n) kernel matrix")
    var matrix = Matrix<Element>(rowCount: n, columnCount: n)
    let done = Mutex(0)
    let tell = { @Sendable (entries: Int) in
      let sum = done.withLock { done in
        done += entries
        return done
      }
      context.progress?(
        WorkProgress(stage: stage, fraction: 2 * Double(sum) / Double(n) / Double(n + 1)))
    }
    for rows in bands() {
      let part = "rows \(rows.lowerBound) to \(rows.upperBound)"
      let all = 0..<rows.upperBound
      if var kept = context.keeper?.restored(
        part, { (reader) throws(WorkReader.Mismatch) in try reader.matrix(of: Element.self) }),
        kept.rowCount == rows.count, kept.columnCount == all.count
      {
        matrix.withTile { whole in
          kept.withTile { band in
            ElementLoops.copy(
              band.moved(rows: rows, columns: all), to: whole.part(rows: rows, columns: all))
          }
        }
        tell(rows.count * all.count - rows.count * (rows.count - 1) / 2)
        continue
      }
      try fill(rows, of: &matrix, context: context, tell)
      context.keeper?.keep(part) { writer in
        var band = Matrix<Element>(rowCount: rows.count, columnCount: all.count)
        matrix.withTile { whole in
          band.withTile { band in
            ElementLoops.copy(
              whole.part(rows: rows, columns: all), to: band.moved(rows: rows, columns: all))
          }
        }
        writer.append(band)
      }
    }
    try mirror(&matrix, context)
    return matrix
  }

  /// Fills a band of rows up to the diagonal.
  private func fill(
    _ rows: Range<Int>, of matrix: inout Matrix<Element>, context: ExecutionContext,
    _ tell: @Sendable (Int) -> Void
  ) throws(MercerError) {
    let side = max(side, 32)
    let places = (0..<rows.lowerBound).chunks(of: side) + [rows]
    let (height, width) = (rows.count, max(side, rows.count))
    try matrix.withTile { (whole) throws(MercerError) in
      try context.forEach(
        places.count, scratch: { Matrix<Element>(rowCount: height, columnCount: width) }
      ) { (index, scratch: inout Matrix<Element>) in
        let columns = places[index]
        scratch.withTile { memory in
          let tile = Tile(rows: rows, columns: columns, stride: columns.count, base: memory.base)
          fill(tile)
          ElementLoops.copy(tile, to: whole.part(rows: rows, columns: columns))
        }
        let above = columns == rows ? rows.count * (rows.count - 1) / 2 : 0
        tell(rows.count * columns.count - above)
      }
    }
  }

  /// The rows and columns of a tile that is worth a thread's while.
  private var side: Int { min(240, max(4, Int(Double(entriesAtOnce).squareRoot()))) }

  /// Bands of rows that take a core about as long each, no higher than a tile; they follow from sizes
  /// alone.
  private func bands() -> [Range<Int>] {
    let fitting = Self.bandSeconds / max(bound.secondsPerEntry, 1e-9)
    var bands: [Range<Int>] = []
    var first = 0
    while first < rowCount {
      let height = Int(min(fitting / Double(first + side), Double(side)))
      let last = min(rowCount, first + max(height, 1))
      bands.append(first..<last)
      first = last
    }
    return bands
  }

  /// Copies the lower triangle to the upper one: a kernel's rounding may differ between (i, j) and
  /// (j, i).
  private func mirror(
    _ matrix: inout Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    let bands = (0..<rowCount).chunks(of: 64)
    try matrix.withTile { (whole) throws(MercerError) in
      try context.forEach(bands.count) { index in
        ElementLoops.mirror(whole.part(rows: bands[index], columns: bands[index]))
        for columns in bands[..<index] {
          ElementLoops.copyTransposed(
            whole.part(rows: bands[index], columns: columns),
            to: whole.part(rows: columns, columns: bands[index]))
        }
      }
    }
  }
}
