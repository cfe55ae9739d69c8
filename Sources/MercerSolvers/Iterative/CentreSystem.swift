import MercerCore
import MercerOperators
import RealModule

/// What all ways to solve a Nyström ridge share: K_nm as an operator, and L with L Lᵀ = K_mm.
struct CentreSystem<Element: Scalar>: Sendable {
  let products: NormalProducts<Element>
  let exact: NormalProducts<Double>?
  /// L.
  let corner: Cholesky<Double>
  /// What was added to the diagonal of K_mm.
  let jitter: Double
  /// Σ wᵢ.
  let totalWeight: Double

  init(
    _ cross: any IndexableGramOperator<Element>, exact: (any IndexableGramOperator<Double>)?,
    core: any IndexableGramOperator<Double>, targets: Matrix<Double>, weights: [Double]?,
    ridge: Double, context: ExecutionContext
  ) throws(MercerError) {
    let (n, m) = (cross.rowCount, cross.columnCount)
    try Self.check(cross, exact, core, targets, weights, ridge)
    products = NormalProducts(cross: cross, weights: weights)
    self.exact = exact.map { NormalProducts(cross: $0, weights: weights) }
    totalWeight = weights.map { $0.reduce(0, +) } ?? Double(n)
    var matrix = try lowerTriangle(of: core, as: Double.self, context)
    let mean = matrix.diagonal.reduce(0, +) / Double(max(m, 1))
    // A direction in which K_mm has less than this has less than a thirtieth of λ in the normal
    // equations: next to nothing there is learned, but the rounding of the entries of K_nm is made large.
    let harmless = 0.03 * ridge * Double(m) / max(totalWeight, 1)
    let least = 16 * Double(m) * Double.ulpOfOne * mean
    // Products with K_nmᵀ W K_nm are off by about √m ulp Σw mean², whitened by that over κ in a direction
    // in which K_mm has κ: less than λ, so that what is solved stays positive definite.
    let sums =
      2 * Double(m).squareRoot() * Double.ulpOfOne * max(totalWeight, 1) * mean * mean / ridge
    let entries =
      Element.self == Double.self ? 0 : 0.1 * Double(Element.ulpOfOne) * Double(m) * mean
    let added = max(least, min(harmless, max(sums, entries)))
    matrix.withUnsafeMutableBufferPointer { entries in
      for i in 0..<m { entries[i * m + i] += added }
    }
    jitter = added
    corner = try Cholesky(matrix, context: context)
  }

  private static func check(
    _ cross: any IndexableGramOperator<Element>, _ exact: (any IndexableGramOperator<Double>)?,
    _ core: any IndexableGramOperator<Double>, _ targets: Matrix<Double>, _ weights: [Double]?,
    _ ridge: Double
  ) throws(MercerError) {
    let (n, m) = (cross.rowCount, cross.columnCount)
    guard core.rowCount == m, core.columnCount == m, targets.rowCount == n,
      exact.map({ $0.rowCount == n && $0.columnCount == m }) ?? true, weights?.count ?? n == n
    else {
      throw MercerError(
        .shapeMismatch,
        "a kernel matrix of \(n) rows and \(m) centres does not fit \(targets.rowCount) targets, "
          + "\(weights?.count ?? n) weights and \(core.rowCount) centres")
    }
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    guard targets.isFinite, weights?.allSatisfy({ $0 >= 0 && $0.isFinite }) ?? true else {
      throw MercerError(
        .invalidData, "targets must be finite, and weights finite and at least 0")
    }
  }

  /// L⁻¹ K_nmᵀ W Y, m × k.
  func moments(
    of targets: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let sums: Matrix<Double>
    if let exact {
      sums = try exact.moments(of: targets, context: context)
    } else {
      sums = try products.moments(of: targets, context: context)
    }
    return try corner.solveFactor(sums, context: context)
  }

  /// L⁻¹ K_nmᵀ W K_nm L⁻ᵀ, m × m, and L⁻¹ K_nmᵀ W Y, in one pass over all rows, of entries in Double
  /// where those can be had.
  func whitenedNormal(
    _ targets: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> (normal: Matrix<Double>, moments: Matrix<Double>) {
    if let exact { return try whitenedNormal(of: exact, targets, context) }
    return try whitenedNormal(of: products, targets, context)
  }

  private func whitenedNormal<Entry: Scalar>(
    of products: NormalProducts<Entry>, _ targets: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> (normal: Matrix<Double>, moments: Matrix<Double>) {
    let (cross, roots) = (products.cross, products.weights?.map { $0.squareRoot() })
    var sums = NormalMatrix<Entry, Double>(
      order: corner.order, targetCount: targets.columnCount, whitenedBy: corner)
    let scaled = roots.map { targets.scalingRows(by: $0) } ?? targets
    try sums.add(
      rowCount: cross.rowCount, targets: scaled,
      context: context.fitting(scratchBytes: cross.scratchBytes)
    ) { tile in
      cross.fill(tile)
      if let roots { tile.scaleRows { roots[$0] } }
    }
    return (sums.takeProducts(), sums.moments)
  }

  /// An estimate of L⁻¹ K_nmᵀ W K_nm L⁻ᵀ from about so many rows: blocks of neighbours, drawn uniformly.
  /// Entries are in Double where those can be had: few are needed, and where K_mm is small the rounding of
  /// Float is larger than λ.
  func sampledNormal(
    rowCount: Int, seed: UInt64, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    if let exact { return try sampledNormal(of: exact, rowCount, seed, context) }
    return try sampledNormal(of: products, rowCount, seed, context)
  }

  private func sampledNormal<Entry: Scalar>(
    of products: NormalProducts<Entry>, _ rowCount: Int, _ seed: UInt64,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let (cross, weights, size) = (products.cross, products.weights, Self.sampledBlock)
    var stream = RandomStream(seed: seed, purpose: "sampled rows")
    let whole = max(cross.rowCount / size, 1)
    // In order, so that operators which keep a part of the rows at hand need not go back and forth.
    let blocks = stream.sample(min(max(rowCount / size, 1), whole), of: whole).sorted()
    let scale = Double(cross.rowCount) / Double(min(blocks.count * size, cross.rowCount))
    var sums = NormalMatrix<Entry, Double>(order: corner.order, whitenedBy: corner)
    try sums.add(
      rowCount: min(blocks.count * size, cross.rowCount),
      context: context.fitting(scratchBytes: cross.scratchBytes)
    ) { tile in
      // Tiles begin with a block: their height is a multiple of it.
      for start in stride(from: tile.rows.lowerBound, to: tile.rows.upperBound, by: size) {
        let count = min(size, tile.rows.upperBound - start)
        let first = blocks[start / size] * size
        let part = Tile(
          rows: first..<first + count, columns: tile.columns, stride: tile.stride,
          base: tile.base + (start - tile.rows.lowerBound) * tile.stride)
        cross.fill(part)
        part.scaleRows { (scale * (weights?[$0] ?? 1)).squareRoot() }
      }
    }
    return sums.takeProducts()
  }

  /// Rows of a block of a sample: those that the engine's loops take together.
  private static var sampledBlock: Int { 8 }

  /// The factor of (Σ wᵢ / m) LᵀL + λ I, in Float.
  ///
  /// - Source: Rudi, Carratino and Rosasco (2017), equation 13.
  func falkonPreconditioner(
    ridge: Double, context: ExecutionContext
  ) throws(MercerError) -> CholeskyPreconditioner<Float, Double> {
    let m = corner.order
    let scale = Float((totalWeight / Double(max(m, 1))).squareRoot())
    var normal = NormalMatrix<Float, Float>(order: m)
    try normal.add(rowCount: m, isLowerTriangular: true, context: context) { tile in
      corner.factor.withUnsafeBufferPointer { l in
        for (place, i) in tile.rows.enumerated() {
          let row = tile.base + place * tile.stride
          for j in 0..<min(i + 1, tile.columnCount) { row[j] = scale * Float(l[i * m + j]) }
          for j in min(i + 1, tile.columnCount)..<tile.columnCount { row[j] = 0 }
        }
      }
    }
    var products = normal.takeProducts()
    return CholeskyPreconditioner(try takeFactor(of: &products, plus: ridge, context: context))
  }
}

/// The Cholesky factor of A + λ I in the memory of A, of which nothing is left, with more on the diagonal
/// where rounding has made A indefinite, as it can sums in Float.
///
/// It preconditions, so that more costs iterations and no accuracy.
func takeFactor<Element: Scalar>(
  of matrix: inout Matrix<Element>, plus ridge: Double, context: ExecutionContext
) throws(MercerError) -> Cholesky<Element> {
  let m = matrix.rowCount
  matrix.withUnsafeMutableBufferPointer { entries in
    for i in 0..<m { entries[i * m + i] += Element(ridge) }
  }
  let taken = matrix
  matrix = Matrix(rowCount: 0, columnCount: 0)
  return try Cholesky(consume taken, jitter: .upTo(1), context: context)
}

extension Tile {
  /// Multiplies each row by a factor of its own, given by its number.
  fileprivate func scaleRows(by factor: (Int) -> Double) {
    for (place, i) in rows.enumerated() {
      Element.loops.affine(columnCount, base + place * stride, Element(factor(i)), 0)
    }
  }
}
