public import MercerCore

/// The laws of `Kernel` and `BoundKernel`, for any kind of inputs.
///
/// ```swift
/// let violations = KernelLaws.check(kernel, x, z)
/// #expect(violations.isEmpty, "\(violations)")
/// ```
/// Kernels on points have more: see `KernelLaws.checkGradients` and `KernelLaws.checkPrecision`.
public enum KernelLaws {
  /// Checks a kernel on two sets of inputs; empty when it keeps all laws.
  ///
  /// The laws: sizes; K(X, Z) = K(Z, X)ᵀ; K(X, X) is symmetric and positive semi-definite, with the
  /// smallest eigenvalue at least −ε n max kᵢᵢ; `diagonal(of:)` is its diagonal; Cauchy–Schwarz;
  /// permuted inputs give the permuted matrix; every sub-tile equals that part of the whole;
  /// no and one input work; the kernel with its own parameters is the same kernel.
  /// - Complexity: some fifty fillings of an n × m matrix and an eigendecomposition: for n, m near
  ///   twenty.
  /// - Parameters:
  ///   - kernel: the kernel to check.
  ///   - x: the first inputs, at least two.
  ///   - z: other inputs; an input that is also in `x` is welcome.
  ///   - tileSize: sub-tiles of this size ± 1 are tried.
  ///   - tolerance: ε, relative to the largest entry; `standardTolerance` when nil.
  public static func check<K: Kernel>(
    _ kernel: K, _ x: K.Inputs, _ z: K.Inputs, tileSize: Int = 8, tolerance: Double? = nil
  ) -> [LawViolation] {
    let tolerance = tolerance ?? standardTolerance(for: K.Element.self)
    var book = LawBook()
    book.run("evaluation") { (book) throws(MercerError) in
      let cross = try kernel.matrix(rows: x, columns: z)
      let square = try kernel.matrix(rows: x, columns: x)
      guard cross.isFinite, square.isFinite else {
        book.add("finite", "the kernel gives values that are not finite")
        return
      }
      book.expect(
        "symmetry", cross, near: try kernel.matrix(rows: z, columns: x).transposed(),
        within: tolerance, "K(X, Z) against K(Z, X)ᵀ")
      book.expect(
        "symmetry", square, near: square.transposed(), within: tolerance, "K(X, X)")
      try checkDiagonal(kernel, x, z, square: square, cross: cross, tolerance, &book)
      checkDefinite(square, tolerance, &book)
      try checkPermutation(kernel, x, z, cross: cross, tolerance, &book)
      try checkSmall(kernel, x, z, cross: cross, tolerance, &book)
      let bound = try kernel.bound(rows: x, columns: z)
      if bound.rowCount != x.count || bound.columnCount != z.count {
        book.add(
          "sizes", "bound to \(x.count) × \(z.count), is \(bound.rowCount) × \(bound.columnCount)")
      }
      TileLaws.check(whole: cross, tileSize: tileSize, tolerance: tolerance, book: &book) {
        bound.fill($0)
      }
      let boundToItself = try kernel.bound(rows: x, columns: x)
      TileLaws.check(whole: square, tileSize: tileSize, tolerance: tolerance, book: &book) {
        boundToItself.fill($0)
      }
      let same = try kernel.withParameters(kernel.parameters.map(\.value))
      if same.parameters != kernel.parameters {
        book.add("parameters", "withParameters(own values) changed them")
      }
      book.expect(
        "parameters", try same.matrix(rows: x, columns: z), near: cross, within: tolerance,
        "the kernel with its own parameters")
    }
    return book.violations
  }

  private static func checkDiagonal<K: Kernel>(
    _ kernel: K, _ x: K.Inputs, _ z: K.Inputs, square: Matrix<K.Element>,
    cross: Matrix<K.Element>, _ tolerance: Double, _ book: inout LawBook
  ) throws(MercerError) {
    let (dx, dz) = (try kernel.diagonal(of: x), try kernel.diagonal(of: z))
    guard dx.count == x.count, dz.count == z.count else {
      book.add("diagonal", "diagonal(of: \(x.count) inputs) has \(dx.count) values")
      return
    }
    book.expect(
      "diagonal", Matrix(column: square.diagonal), near: Matrix(column: dx), within: tolerance,
      "the diagonal of K(X, X) against diagonal(of:)")
    for i in 0..<x.count {
      for j in 0..<z.count {
        let bound = (Double(dx[i]) * Double(dz[j])).squareRoot()
        let value = abs(Double(cross[i, j]))
        if value > bound * (1 + tolerance) + tolerance * (dx.map { abs(Double($0)) }.max() ?? 0) {
          book.add("Cauchy–Schwarz", "|k| = \(value) at (\(i), \(j)), more than \(bound)")
          return
        }
      }
    }
  }

  private static func checkDefinite<E: Scalar>(
    _ square: Matrix<E>, _ tolerance: Double, _ book: inout LawBook
  ) {
    // In Double, so that the eigensolver adds nothing to the error of Float entries.
    var work = Matrix<Double>(converting: square)
    let n = work.rowCount
    for i in 0..<n { for j in 0..<i { work[j, i] = work[i, j] } }
    var values = [Double](repeating: 0, count: n)
    let code = work.withUnsafeMutableBufferPointer { a in
      values.withUnsafeMutableBufferPointer { w in
        if let a = a.baseAddress, let w = w.baseAddress, n > 0 {
          return Double.syevd(n: n, a: a, values: w, vectors: false)
        }
        return 0
      }
    }
    let largest = square.diagonal.map { Double($0) }.max() ?? 0
    let least = -tolerance * Double(n) * largest
    if code != 0 || !((values.first ?? 0) >= least) {
      book.add(
        "positive semi-definite", "the smallest eigenvalue is \(values.first ?? 0), below \(least)")
    }
  }

  private static func checkPermutation<K: Kernel>(
    _ kernel: K, _ x: K.Inputs, _ z: K.Inputs, cross: Matrix<K.Element>, _ tolerance: Double,
    _ book: inout LawBook
  ) throws(MercerError) {
    var generator = SplitMix64(seed: 7)
    let rows = Array(0..<x.count).shuffled(using: &generator)
    let columns = Array(0..<z.count).shuffled(using: &generator)
    let permuted = try kernel.matrix(rows: x.subset(at: rows), columns: z.subset(at: columns))
    book.expect(
      "permutation", permuted, near: cross.rows(at: rows).columns(at: columns), within: tolerance,
      "K of permuted inputs")
  }

  private static func checkSmall<K: Kernel>(
    _ kernel: K, _ x: K.Inputs, _ z: K.Inputs, cross: Matrix<K.Element>, _ tolerance: Double,
    _ book: inout LawBook
  ) throws(MercerError) {
    let none = x.subset(at: [])
    let nothing = try kernel.matrix(rows: none, columns: z)
    if nothing.rowCount != 0 || nothing.columnCount != z.count {
      book.add("no inputs", "K(∅, Z) is \(nothing.rowCount) × \(nothing.columnCount)")
    }
    let corner = try kernel.matrix(rows: none, columns: none)
    let emptyDiagonal = try kernel.diagonal(of: none)
    if corner.count != 0 || !emptyDiagonal.isEmpty {
      book.add("no inputs", "K(∅, ∅) has entries")
    }
    guard x.count > 0, z.count > 0 else { return }
    let one = try kernel.matrix(rows: x.subset(at: [0]), columns: z.subset(at: [0]))
    let error = abs(Double(one[0, 0]) - Double(cross[0, 0]))
    if !(error <= tolerance * (cross.elements.map { abs(Double($0)) }.max() ?? 0)) {
      book.add("one input", "k of one pair alone is off by \(error)")
    }
  }
}
