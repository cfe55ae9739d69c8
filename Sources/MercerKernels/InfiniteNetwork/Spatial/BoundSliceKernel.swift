import MercerCore

/// A kernel of a network on images or sequences, on two point sets.
///
/// Entries are made a pair at a time, each through all layers in the first-level cache. What is known
/// of single inputs is made anew for each block of a tile, so that memory does not grow with their
/// number; with blocks of b inputs it costs as much as 2/b of the entries of a network without pooling.
struct BoundSliceKernel<Element: Scalar>: BoundKernel {
  private let kind: NetworkKernel<Element>.Kind
  private let engine: SliceEngine<Element>
  private let rows: SliceInputs<Element>, columns: SliceInputs<Element>
  /// Whether both sets are the same.
  private let isSymmetric: Bool
  let dimension: Int

  init(
    _ kernel: NetworkKernel<Element>, _ graph: NetworkGraph, rows: Points<Element>,
    columns: Points<Element>
  ) throws(MercerError) {
    kind = kernel.kind
    engine = try SliceEngine(graph)
    isSymmetric = rows.isIdentical(to: columns)
    self.rows = try SliceInputs(rows, kernel.metric, graph)
    self.columns = isSymmetric ? self.rows : try SliceInputs(columns, kernel.metric, graph)
    dimension = rows.dimension
    try engine.checkFinite(self.rows)
    if !isSymmetric { try engine.checkFinite(self.columns) }
  }

  var rowCount: Int { rows.count }
  var columnCount: Int { columns.count }
  var hasGradients: Bool { false }
  var scratchBytes: Int { engine.scratchBytes(wantsTangent: kind == .ntk) }
  var secondsPerEntry: Double { engine.secondsPerEntry }

  func fill(_ tile: Tile<Element>) {
    let run = engine.pairRun(wantsTangent: kind == .ntk)
    let alone = engine.aloneRun()
    let block = engine.blockSize
    let x = SlicePlanes<Element>(
      count: min(block, tile.rowCount), size: engine.narrow.total)
    let z = SlicePlanes<Element>(
      count: min(block, tile.columnCount), size: engine.wide.total)
    for rowBlock in tile.rows.chunks(of: block) {
      var isPrepared = false
      for columnBlock in tile.columns.chunks(of: block) {
        // Of two entries that are one by symmetry the later column is copied at the end.
        if isMirrored(rowBlock.upperBound - 1, columnBlock.lowerBound, in: tile),
          isMirrored(rowBlock.lowerBound, columnBlock.upperBound - 1, in: tile)
        {
          continue
        }
        if !isPrepared {
          isPrepared = true
          prepare(rows, rowBlock, isWide: false, x, alone)
        }
        prepare(columns, columnBlock, isWide: true, z, alone)
        for group in rowBlock.chunks(of: engine.groupSize) {
          for j in columnBlock {
            for i in group where !isMirrored(i, j, in: tile) {
              tile[i - tile.rows.lowerBound, j - tile.columns.lowerBound] = run.value(
                x: x[i - rowBlock.lowerBound], z: z[j - columnBlock.lowerBound],
                isSame: areEqual(i, j))
            }
          }
        }
      }
    }
    guard isSymmetric else { return }
    for i in tile.rows {
      for j in tile.columns where isMirrored(i, j, in: tile) {
        tile[i - tile.rows.lowerBound, j - tile.columns.lowerBound] =
          tile[j - tile.rows.lowerBound, i - tile.columns.lowerBound]
      }
    }
  }

  /// Whether the entry is above the diagonal and its mirror image is in the tile.
  private func isMirrored(_ i: Int, _ j: Int, in tile: Tile<Element>) -> Bool {
    isSymmetric && i < j && tile.rows.contains(j) && tile.columns.contains(i)
  }

  private func prepare(
    _ points: SliceInputs<Element>, _ range: Range<Int>, isWide: Bool,
    _ planes: SlicePlanes<Element>,
    _ alone: SliceRun<Double>
  ) {
    points.withSources { source in
      for index in range {
        engine.prepare(
          source(index), isWide: isWide, with: alone, into: planes[index - range.lowerBound])
      }
    }
  }

  /// Whether two inputs have the same numbers.
  private func areEqual(_ i: Int, _ j: Int) -> Bool {
    if isSymmetric && i == j { return true }
    return SliceInputs.areEqual(rows, i, columns, j)
  }

  // Callers ask for `hasGradients` first.
  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    preconditionFailure("kernels of networks on images have no gradients")
  }
  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    precondition(gradient.isEmpty, "kernels of networks on images have no gradients")
  }
}

/// The planes of some inputs, zero where nothing is written.
final class SlicePlanes<Element: Scalar> {
  private let memory: UnsafeMutablePointer<Element>
  private let size: Int

  init(count: Int, size: Int) {
    // Reads go a line beyond the planes of an input.
    let line = 64 / MemoryLayout<Element>.size
    self.size = SliceLayout.padded(size, Element.self) + line
    memory = SliceRun<Element>.zeroed(count * self.size + line)
  }

  deinit { memory.deallocate() }

  subscript(index: Int) -> UnsafeMutablePointer<Element> { memory + index * size }
}

extension NetworkKernel {
  /// k(x, x) or Θ(x, x) of inputs with positions: each is paired with itself.
  func sliceDiagonal(
    _ graph: NetworkGraph, _ points: Points<Element>
  ) throws(MercerError) -> [Element] {
    let engine = try SliceEngine<Element>(graph)
    let inputs = try SliceInputs(points, metric, graph)
    try engine.checkFinite(inputs)
    let run = engine.pairRun(wantsTangent: kind == .ntk)
    let alone = engine.aloneRun()
    let x = SlicePlanes<Element>(count: 1, size: engine.narrow.total)
    let z = SlicePlanes<Element>(count: 1, size: engine.wide.total)
    var values: [Element] = []
    inputs.withSources { source in
      for index in 0..<inputs.count {
        let input = source(index)
        engine.prepare(input, isWide: false, with: alone, into: x[0])
        engine.prepare(input, isWide: true, with: alone, into: z[0])
        values.append(run.value(x: x[0], z: z[0], isSame: true))
      }
    }
    return values
  }
}
