import MercerCore

/// Where reductions along the rows of an operator take their values from.
enum RowSource<Element: Scalar>: Sendable {
  /// Made in registers, as they are needed.
  case pairs(PackedPairs<Element>)
  /// A stored matrix.
  case stored(Matrix<Element>)
  /// Filled in scratch memory, tile by tile.
  case tiles(@Sendable (Tile<Element>) -> Void)

  /// The values of an operator, by the cheapest way that it has.
  init(_ gram: some IndexableGramOperator<Element>) {
    if let tiled = gram as? any BoundKernelOperator<Element> {
      self.init(tiled.bound)
    } else if let stored = gram as? any StoredOperator<Element> {
      self = .stored(stored.matrix)
    } else {
      self = .tiles { gram.fill($0) }
    }
  }

  private init(_ bound: any BoundKernel<Element>) {
    if let pairs = (bound as? any PairwiseBoundKernel<Element>)?.pairs {
      self = .pairs(pairs)
    } else {
      self = .tiles { bound.fill($0) }
    }
  }

  /// The logarithms of the values, where they can be had without the values.
  var logarithm: RowSource? {
    guard case .pairs(let pairs) = self, let map = pairs.map.logarithm else { return nil }
    return .pairs(pairs.with(map))
  }

  /// Each value times −1, exactly.
  var negated: RowSource {
    if case .pairs(let pairs) = self, let map = pairs.map.scaled(by: -1) {
      return .pairs(pairs.with(map))
    }
    return .tiles { [self] tile in
      fill(tile)
      for i in 0..<tile.rowCount {
        Element.loops.affine(tile.columnCount, tile.base + i * tile.stride, -1, 0)
      }
    }
  }

  /// Whether values need scratch memory.
  var fillsScratch: Bool {
    if case .tiles = self { true } else { false }
  }

  /// The values at the place of a tile; those that need memory are written into it.
  func values(at place: Tile<Element>) -> RowValues<Element> {
    switch self {
    case .pairs(let pairs): return .pairs(pairs)
    case .stored(let matrix): return .stored(matrix.view(of: place))
    case .tiles(let fill):
      fill(place)
      return .stored(place)
    }
  }

  private func fill(_ tile: Tile<Element>) {
    switch self {
    case .pairs(let pairs): pairs.fill(tile)
    case .stored(let matrix): ElementLoops.copy(matrix.view(of: tile), to: tile)
    case .tiles(let fill): fill(tile)
    }
  }
}

/// An operator that computes its entries by a kernel.
protocol BoundKernelOperator<Element> {
  associatedtype Element: Scalar
  var bound: any BoundKernel<Element> { get }
}

/// An operator that has its entries in memory.
protocol StoredOperator<Element> {
  associatedtype Element: Scalar
  var matrix: Matrix<Element> { get }
}

extension TiledCrossGram: BoundKernelOperator {}
extension TiledGram: BoundKernelOperator {}
extension DenseCrossGram: StoredOperator {}
extension DenseGram: StoredOperator {}
