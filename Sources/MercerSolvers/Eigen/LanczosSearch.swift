import MercerCore

/// A basis V, the projection T = VᵀKV, and the Ritz pairs of it.
struct LanczosSearch<Element: Scalar> {
  /// n × limit, of which `size` columns are in use and the others zero.
  private var basis: Matrix<Element>
  private var projection: Matrix<Double>
  private(set) var size = 0
  private(set) var products = 0
  private(set) var blockProducts = 0
  private let limit: Int
  private let seed: UInt64
  private var randomBlocks: UInt64 = 0
  /// The largest ‖K v‖ seen for a unit vector v, below ‖K‖.
  private var scale = 0.0
  /// Of the present basis, descending; rows of the vectors belong to values.
  private var ritzValues: [Double] = []
  private var ritzVectors = Matrix<Double>(rowCount: 0, columnCount: 0)
  private var estimates: [Double] = []

  init(order n: Int, limit: Int, seed: UInt64) {
    basis = Matrix(rowCount: n, columnCount: limit)
    projection = Matrix(rowCount: limit, columnCount: limit)
    self.limit = limit
    self.seed = seed
  }

  /// Random unit vectors at right angles to the basis.
  mutating func randomBlock(
    _ width: Int, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    var block: Matrix<Element> = normalMatrix(
      rowCount: basis.rowCount, columnCount: width, seed: seed, purpose: "block Lanczos",
      index: randomBlocks)
    randomBlocks += 1
    for _ in 0..<2 {
      if size > 0 { _ = try removeBasis(from: &block, context) }
      block = try orthonormalised(block, floor: 0, context).basis
    }
    return block
  }

  /// W ← W − V VᵀW; returns VᵀW, limit × b.
  private func removeBasis(
    from block: inout Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    let inside = try basis.multiplied(by: block, transposed: true, context: context)
    block = block.subtracting(try basis.multiplied(by: inside, context: context))
    return inside
  }

  /// Appends an orthonormal block to the basis; returns what K maps it to beside the basis, as an
  /// orthonormal block and the coordinates of it there.
  mutating func extend(
    by block: Matrix<Element>, _ gram: any SymmetricGramOperator<Element>,
    _ context: ExecutionContext
  ) throws(MercerError) -> (basis: Matrix<Element>, coordinates: Matrix<Double>) {
    let width = block.columnCount
    basis.setColumns(size..<size + width, to: block)
    var image = try gram.applied(to: block, context: context)
    guard image.isFinite else {
      throw MercerError(.invalidData, "a product with the kernel matrix is not finite")
    }
    products += width
    blockProducts += 1
    let norms = columnDots(image, image).map { $0.squareRoot() }
    scale = max(scale, norms.max() ?? 0)
    var inside = Matrix<Double>(rowCount: limit, columnCount: width)
    for _ in 0..<2 {
      let part = try removeBasis(from: &image, context)
      combineColumns(&inside, adding: part)
    }
    for j in 0..<width {
      for i in 0..<size + width {
        projection[i, size + j] = inside[i, j]
        projection[size + j, i] = inside[i, j]
      }
    }
    size += width
    // Rounding leaves about this of a vector that lies in the basis.
    let floor = 20 * Double(Element.ulpOfOne) * scale
    var rest = try orthonormalised(image, floor: floor, context)
    if rest.basis.columnCount > 0 {
      _ = try removeBasis(from: &rest.basis, context)
      rest.basis = try orthonormalised(rest.basis, floor: 0, context).basis
      rest.coordinates = try doubleProduct(rest.basis, image, context)
    }
    return rest
  }

  /// The Ritz pairs of the basis, with the residuals that the last block leaves: what K maps it to
  /// beside the basis, `rest` (b′ × width).
  mutating func findRitzPairs(_ rest: Matrix<Double>, width: Int) throws(MercerError) {
    let eigen = try SymmetricEigen(projection.rows(0..<size).columns(in: 0..<size))
    let order = Array(eigen.values.indices.reversed())
    ritzValues = order.map { eigen.values[$0] }
    ritzVectors = eigen.vectors.rows(at: order)
    guard rest.rowCount > 0 else {
      estimates = [Double](repeating: 0, count: size)
      return
    }
    let last = ritzVectors.columns(in: size - width..<size)
    let tails = try last.multiplied(by: rest, transposingOther: true)
    estimates = (0..<size).map { row in
      tails.row(row).reduce(0.0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  /// The largest estimate of a residual among the leading pairs, over the largest eigenvalue;
  /// infinite while the basis is too small.
  func relativeResidual(_ count: Int) -> Double {
    guard size >= count else { return .infinity }
    let worst = estimates.prefix(count).max() ?? 0
    if worst == 0 { return 0 }
    let largest = max(abs(ritzValues.first ?? 0), abs(ritzValues.last ?? 0))
    return worst / largest
  }

  /// V ← the leading Ritz vectors.
  mutating func restart(keeping kept: Int, _ context: ExecutionContext) throws(MercerError) {
    let kept = min(kept, size)
    let leading = try ritzBasis(kept, context)
    basis = Matrix(rowCount: basis.rowCount, columnCount: limit)
    basis.setColumns(0..<kept, to: leading)
    projection = Matrix(rowCount: limit, columnCount: limit)
    for j in 0..<kept { projection[j, j] = ritzValues[j] }
    size = kept
  }

  private func ritzBasis(
    _ count: Int, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    var turn = Matrix<Element>(rowCount: limit, columnCount: count)
    for j in 0..<count {
      for i in 0..<size { turn[i, j] = Element(ritzVectors[j, i]) }
    }
    return try basis.multiplied(by: turn, context: context)
  }

  /// The leading pairs, with residuals of a product of their own.
  consuming func result(
    _ count: Int, _ gram: any SymmetricGramOperator<Element>, _ reason: SolveReport.StopReason,
    _ target: Double, _ onNonConvergence: ConjugateGradients.NonConvergence,
    _ context: ExecutionContext
  ) throws(MercerError) -> EigenPairs<Element> {
    let available = min(count, size)
    let vectors = try ritzBasis(available, context)
    basis = Matrix(rowCount: 0, columnCount: 0)
    let image = try gram.applied(to: vectors, context: context)
    let (values, residuals) = ritzPairs(vectors: vectors, image: image)
    let largest = ritzValues.map(abs).max() ?? 0
    let worst = largest > 0 ? (residuals.max() ?? 0) / largest : 0
    var report = EigenReport(
      method: "block Lanczos (\(Element.scalarName))", products: products + available,
      blockProducts: blockProducts + 1, relativeResidual: worst, stopReason: reason)
    if reason == .converged, worst > target { report.stopReason = .stagnated }
    if available < count { report.relativeResidual = .infinity }
    try report.check(tolerance: target, onNonConvergence)
    return EigenPairs(values: values, vectors: vectors, residuals: residuals, report: report)
  }
}

extension Matrix {
  /// Overwrites some columns.
  mutating func setColumns(_ columns: Range<Int>, to part: Matrix) {
    let (stride, width) = (columnCount, columns.count)
    precondition(part.rowCount == rowCount && part.columnCount == width)
    withUnsafeMutableBufferPointer { target in
      part.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        for i in 0..<part.rowCount {
          (target + i * stride + columns.lowerBound).update(
            from: source + i * width, count: width)
        }
      }
    }
  }
}
