import RealModule

/// The Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix.
///
/// Blocked and left-looking: block columns in turn, the rows of each in bands that several threads
/// share. The bands are fixed, so the factor is the same to the last bit for any number of threads.
/// - Complexity: n³/3 operations for the factor, in place.
/// - Source: Golub and Van Loan, Matrix Computations (2013), section 4.2.
public struct Cholesky<Element: Scalar>: Sendable {
  /// n × n. The lower triangle is L; what stands above the diagonal is of no meaning.
  public let factor: Matrix<Element>
  /// What was added to the diagonal so that the factorisation went through.
  public let jitter: Double

  /// The order n.
  public var order: Int { factor.rowCount }

  /// How much may be added to the diagonal of a matrix that is not quite definite.
  public struct Jitter: Sendable, Equatable {
    /// The most that may be added, relative to the mean of the diagonal.
    public var limit: Double

    /// Nothing: a matrix that is not positive definite is an error.
    public static var none: Jitter { Jitter(limit: 0) }

    /// Powers of ten from the precision of the elements up to this share of the mean diagonal.
    public static func upTo(_ limit: Double) -> Jitter { Jitter(limit: limit) }
  }

  private static var blockSize: Int { ProductUpdate<Element>.width }
  private static var bandSize: Int { ProductUpdate<Element>.width }

  /// Factorises a symmetric matrix, of which the lower and, when jitter is allowed, the upper
  /// triangle is read.
  ///
  /// - Parameters:
  ///   - matrix: n × n; pass it without keeping a copy and the factor takes its memory.
  ///   - allowed: what may be added to the diagonal; the amount used is in `jitter`.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.notPositiveDefinite`, saying which pivot failed and by how much.
  public init(
    _ matrix: consuming Matrix<Element>, jitter allowed: Jitter = .none,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    let n = matrix.rowCount
    guard matrix.columnCount == n else {
      throw MercerError(
        .shapeMismatch, "a \(n) × \(matrix.columnCount) matrix has no Cholesky factor")
    }
    let diagonal = matrix.diagonal
    let mean = diagonal.reduce(0.0) { $0 + Double($1) } / Double(max(n, 1))
    var step = Double(Element.ulpOfOne)
    var added = 0.0
    while true {
      let failure = try matrix.withUnsafeMutableBufferPointer {
        (buffer) throws(MercerError) -> Pivot? in
        guard let base = buffer.baseAddress else { return nil }
        return try Self.factorise(base, n, context)
      }
      guard let failure else { break }
      guard mean > 0, mean.isFinite, step <= allowed.limit else {
        throw failure.error(order: n, largest: diagonal.map(Double.init).max() ?? 0, tried: added)
      }
      added = step * mean
      step *= 10
      matrix.restoreLowerTriangle(diagonal: diagonal.map { Element(Double($0) + added) })
    }
    factor = matrix
    jitter = added
  }

  /// A factor computed in another precision, each entry rounded to nearest.
  public init<Other: Scalar>(rounding other: Cholesky<Other>) {
    factor = Matrix(converting: other.factor)
    jitter = other.jitter
  }

  /// A pivot that was not positive.
  private struct Pivot {
    let index: Int
    let value: Double

    func error(order: Int, largest: Double, tried: Double) -> MercerError {
      let jitter = tried > 0 ? " after adding \(tried) to the diagonal" : ""
      return MercerError(
        .notPositiveDefinite,
        "the \(order) × \(order) matrix is not positive definite\(jitter): pivot \(index + 1) is "
          + "\(value), where the largest diagonal entry is \(largest)",
        remedy: "use a larger ridge, or remove duplicated rows")
    }
  }

  private static func factorise(
    _ a: UnsafeMutablePointer<Element>, _ n: Int, _ context: ExecutionContext
  ) throws(MercerError) -> Pivot? {
    let matrix = Tile(rows: 0..<n, columns: 0..<n, stride: max(n, 1), base: a)
    for block in (0..<n).chunks(of: blockSize) {
      let (j, width) = (block.lowerBound, block.count)
      let bands = (j..<n).chunks(of: bandSize)
      let left = try ProductUpdate(
        rows: matrix.base + j * n, count: width, columns: j, stride: n, context: context)
      try context.forEach(bands.count) { index in
        let (i, count) = (bands[index].lowerBound, bands[index].count)
        // Nothing above the diagonal is written: it is the copy from which jitter starts anew.
        left.subtract(
          matrix.base + i * n, lda: n, rows: count, from: matrix.base + i * n + j, ldc: n,
          limit: i - j + 1)
      }
      let corner = a + j * n + j
      let original = copyOfCorner(corner, width, n)
      let info = Element.potrf(n: width, a: corner, lda: n)
      if info != 0 { return failedPivot(of: original, width, offset: j) }
      let below = (block.upperBound..<n).chunks(of: bandSize)
      try context.forEach(below.count) { index in
        let i = below[index].lowerBound
        Element.trsm(
          fromRight: true, transposed: true, m: below[index].count, n: width,
          l: matrix.base + j * n + j, ldl: n, b: matrix.base + i * n + j, ldb: n)
      }
    }
    return nil
  }

  private static func copyOfCorner(
    _ corner: UnsafePointer<Element>, _ width: Int, _ stride: Int
  ) -> [Element] {
    var copy: [Element] = []
    copy.reserveCapacity(width * width)
    for i in 0..<width {
      copy.append(contentsOf: UnsafeBufferPointer(start: corner + i * stride, count: width))
    }
    return copy
  }

  /// Repeats the factorisation of a corner slowly, to say which pivot failed and what it was.
  private static func failedPivot(of block: [Element], _ width: Int, offset: Int) -> Pivot {
    var l = block.map(Double.init)
    for j in 0..<width {
      for k in 0..<j { l[j * width + j] -= l[j * width + k] * l[j * width + k] }
      let pivot = l[j * width + j]
      guard pivot > 0, pivot.isFinite else { return Pivot(index: offset + j, value: pivot) }
      for i in (j + 1)..<max(width, j + 1) {
        for k in 0..<j { l[i * width + j] -= l[i * width + k] * l[j * width + k] }
        l[i * width + j] /= pivot.squareRoot()
      }
      l[j * width + j] = pivot.squareRoot()
    }
    // Only rounding decided: the factorisation in Double went through.
    return Pivot(index: offset + width - 1, value: 0)
  }
}

// MARK: - What a factor is for

extension Cholesky {
  /// Solves A X = B for every column of B (n × k).
  ///
  /// - Complexity: 2 n² k.
  public func solve(
    _ b: Matrix<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    var x = try solveFactor(b, context: context)
    try solveInPlace(&x, transposed: true, context)
    return x
  }

  /// Solves L X = B for every column of B (n × k).
  public func solveFactor(
    _ b: Matrix<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    try solved(b, transposed: false, context)
  }

  /// Solves Lᵀ X = B for every column of B (n × k).
  public func solveTransposedFactor(
    _ b: Matrix<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    try solved(b, transposed: true, context)
  }

  /// L⁻¹ B, or L⁻ᵀ B, of a B with as many rows.
  private func solved(
    _ b: Matrix<Element>, transposed: Bool, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    guard b.rowCount == order else {
      throw MercerError(
        .shapeMismatch, "a factor of order \(order) cannot solve for \(b.rowCount) rows")
    }
    var x = b
    try solveInPlace(&x, transposed: transposed, context)
    return x
  }

  /// X ← L⁻¹ X, or L⁻ᵀ X.
  package func solveInPlace(
    _ x: inout Matrix<Element>, transposed: Bool, _ context: ExecutionContext
  ) throws(MercerError) {
    let (n, k) = (order, x.columnCount)
    // The factor is packed anew for each strip: where there are many columns, wide ones make less of it.
    let strips = (0..<k).chunks(of: k < 2048 ? 64 : 256)
    try x.withTile { (tile) throws(MercerError) in
      try context.forEach(strips.count) { index in
        factor.withUnsafeBufferPointer { l in
          guard let l = l.baseAddress else { return }
          Element.trsm(
            fromRight: false, transposed: transposed, m: n, n: strips[index].count, l: l, ldl: n,
            b: tile.base + strips[index].lowerBound, ldb: k)
        }
      }
    }
  }

  /// X ← X L⁻ᵀ, for a tile of as many columns.
  ///
  /// - Complexity: n² operations a row.
  package func solveFromRight(
    _ x: Tile<Element>, context: ExecutionContext
  ) throws(MercerError) {
    let n = order
    // Few rows are many bands, too, so that there is work for every thread.
    let band = min(Self.bandSize, max(48, (x.rowCount / 16 + 7) / 8 * 8))
    let bands = (0..<x.rowCount).chunks(of: band)
    var packed = ProductUpdate<Element>(count: min(Self.blockSize, n), columns: n)
    for block in (0..<n).chunks(of: Self.blockSize) {
      let (j, width) = (block.lowerBound, block.count)
      if width < packed.count { packed = ProductUpdate(count: width, columns: n) }
      try factor.withUnsafeBufferPointer { (l) throws(MercerError) in
        guard let l = l.baseAddress else { return }
        try packed.repack(rows: l + j * n, columns: j, stride: n, context: context)
      }
      let left = packed
      try context.forEach(bands.count) { (index) throws(MercerError) in
        try context.checkCancellation()
        let (row, count) = (x.base + bands[index].lowerBound * x.stride, bands[index].count)
        left.subtract(row, lda: x.stride, rows: count, from: row + j, ldc: x.stride)
        factor.withUnsafeBufferPointer { l in
          guard let l = l.baseAddress else { return }
          Element.trsm(
            fromRight: true, transposed: true, m: count, n: width, l: l + j * n + j, ldl: n,
            b: row + j, ldb: x.stride)
        }
      }
    }
  }

  /// The diagonal of A⁻¹, without forming A⁻¹.
  ///
  /// Column j of L⁻¹ begins at row j, and its squared length is the j-th entry. Strips of columns
  /// are solved for independently; the memory is n × 480 elements a thread.
  /// - Complexity: n³/3 operations.
  public func inverseDiagonal(context: ExecutionContext = .default) throws(MercerError) -> [Double]
  {
    let n = order
    let strips = (0..<n).chunks(of: Self.bandSize)
    var result = Matrix<Double>(rowCount: n, columnCount: 1)
    try result.withTile { (output) throws(MercerError) in
      // The long strips come first, so that the last ones to finish are short.
      try context.forEach(
        strips.count, scratch: { Matrix<Element>(rowCount: n, columnCount: Self.bandSize) }
      ) { (index, scratch) throws(MercerError) in
        let (j, width) = (strips[index].lowerBound, strips[index].count)
        let blocks = (0..<n - j).chunks(of: Self.bandSize)
        var solved = ProductUpdate<Element>(
          count: width, steps: blocks.count, depth: Self.bandSize)
        try scratch.withUnsafeMutableBufferPointer { (x) throws(MercerError) in
          guard let x = x.baseAddress else { return }
          x.update(repeating: 0, count: (n - j) * width)
          for column in 0..<width { x[column * width + column] = 1 }
          for rows in blocks {
            try context.checkCancellation()
            factor.withUnsafeBufferPointer { l in
              guard let l = l.baseAddress else { return }
              let left = l + (j + rows.lowerBound) * n + j
              let part = x + rows.lowerBound * width
              solved.subtract(left, lda: n, rows: rows.count, from: part, ldc: width)
              Element.trsm(
                fromRight: false, transposed: false, m: rows.count, n: width,
                l: left + rows.lowerBound, ldl: n, b: part, ldb: width)
              solved.append(transposed: part, rows: rows.count)
            }
          }
          Element.addSquaredColumns(
            of: UnsafePointer(x), rowCount: n - j, columnCount: width,
            to: output.base + j)
        }
      }
    }
    return result.elements
  }

  /// log det A.
  public var logDeterminant: Double {
    2 * factor.diagonal.reduce(0.0) { $0 + Double.log(Double($1)) }
  }

  /// The whole inverse A⁻¹ (n × n, symmetric).
  ///
  /// - Complexity: 2 n³ operations.
  public func inverse(context: ExecutionContext = .default) throws(MercerError) -> Matrix<Element> {
    try solve(.identity(order), context: context)
  }
}

extension Matrix {
  /// Copies the upper triangle below the diagonal, and replaces the diagonal.
  fileprivate mutating func restoreLowerTriangle(diagonal: [Element]) {
    let n = rowCount
    withUnsafeMutableBufferPointer { a in
      for i in 0..<n {
        for j in 0..<i { a[i * n + j] = a[j * n + i] }
        a[i * n + i] = diagonal[i]
      }
    }
  }
}
