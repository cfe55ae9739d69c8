public import MercerCore

/// The laws of `GramOperator` and its two refinements, checked on one operator and its stored twin.
///
/// ```swift
/// let violations = OperatorLaws.check(operator, twin: matrix)
/// #expect(violations.isEmpty, "\(violations)")
/// ```
public enum OperatorLaws {
  /// Checks an operator against a stored matrix that it must equal; empty when it keeps all laws.
  ///
  /// The laws: sizes, product and transposed product equal the twin's for 0, 1 and 3 right-hand
  /// sides into dirty memory, linearity, the same bits for 1, 2 and 3 threads, `.shapeMismatch` for
  /// wrong sizes, `.cancelled` when the context is; for a symmetric operator, the diagonal and
  /// K = Kᵀ; for an indexable one, every tile.
  /// - Complexity: some thirty products, and a few dozen fillings of the matrix: for small n.
  /// - Parameters:
  ///   - gram: the operator to check.
  ///   - twin: the same matrix, n × m, made by other means.
  ///   - tileSize: sub-tiles of this size ± 1 are tried.
  ///   - tolerance: relative to the largest value of what is compared; `standardTolerance` when
  ///     nil.
  ///   - seed: of the vectors it is applied to.
  public static func check<Op: GramOperator>(
    _ gram: Op, twin: Matrix<Op.Element>, tileSize: Int = 8, tolerance: Double? = nil,
    seed: UInt64 = 1
  ) -> [LawViolation] {
    typealias E = Op.Element
    let tolerance = tolerance ?? standardTolerance(for: E.self)
    var book = LawBook()
    guard gram.rowCount == twin.rowCount, gram.columnCount == twin.columnCount else {
      book.add(
        "sizes",
        "\(gram.rowCount) × \(gram.columnCount), not \(twin.rowCount) × \(twin.columnCount)")
      return book.violations
    }
    for transposed in [false, true] {
      checkProducts(
        gram, twin: twin, transposed: transposed, tolerance: tolerance, seed: seed, book: &book)
      checkRefusals(gram, transposed: transposed, book: &book)
    }
    if let symmetric = gram as? any SymmetricGramOperator<E> {
      book.run("diagonal") { (book) throws(MercerError) in
        book.expect(
          "diagonal", Matrix(column: try symmetric.diagonal()),
          near: Matrix(column: twin.diagonal), within: tolerance, "diagonal()")
      }
      book.expect(
        "symmetry", twin, near: twin.transposed(), within: tolerance,
        "the twin of a symmetric operator")
    }
    if let indexable = gram as? any IndexableGramOperator<E> {
      TileLaws.check(whole: twin, tileSize: tileSize, tolerance: tolerance, book: &book) {
        indexable.fill($0)
      }
    }
    return book.violations
  }

  private static func product<Op: GramOperator>(
    _ gram: Op, _ v: Matrix<Op.Element>, transposed: Bool, threads: Int
  ) throws(MercerError) -> Matrix<Op.Element> {
    let context = ExecutionContext(threadCount: threads)
    let count = transposed ? gram.columnCount : gram.rowCount
    var y = Matrix<Op.Element>(rowCount: count, columnCount: v.columnCount, repeating: .nan)
    if transposed {
      try gram.applyTransposed(v, into: &y, context: context)
    } else {
      try gram.apply(v, into: &y, context: context)
    }
    return y
  }

  private static func checkProducts<Op: GramOperator>(
    _ gram: Op, twin: Matrix<Op.Element>, transposed: Bool, tolerance: Double, seed: UInt64,
    book: inout LawBook
  ) {
    typealias E = Op.Element
    let name = transposed ? "applyTransposed" : "apply"
    let stored = transposed ? twin.transposed() : twin
    book.run(name) { (book) throws(MercerError) in
      for width in [0, 1, 3] {
        let v = Matrix<E>.random(rowCount: stored.columnCount, columnCount: width, seed: seed)
        let y = try product(gram, v, transposed: transposed, threads: 1)
        let expected = stored.multiplied(by: v)
        book.expect(
          "dense twin", y, near: expected, within: tolerance,
          "\(name) with \(width) right-hand sides into dirty memory")
        for threads in [2, 3] {
          let other = try product(gram, v, transposed: transposed, threads: threads)
          if other != y {
            book.add(
              "threads",
              "\(name) of \(width) right-hand sides with \(threads) threads gives "
                + "other bits than with one")
          }
        }
      }
      // A (2 u + w / 4) = 2 A u + A w / 4, with factors that round nothing.
      let u = Matrix<E>.random(rowCount: stored.columnCount, columnCount: 2, seed: seed + 1)
      let w = Matrix<E>.random(rowCount: stored.columnCount, columnCount: 2, seed: seed + 2)
      func combined(_ a: Matrix<E>, _ b: Matrix<E>) -> Matrix<E> {
        Matrix(
          rowCount: a.rowCount, columnCount: a.columnCount,
          elements: zip(a.elements, b.elements).map { 2 * $0 + $1 / 4 })
      }
      let once = try product(gram, combined(u, w), transposed: transposed, threads: 1)
      let apart = combined(
        try product(gram, u, transposed: transposed, threads: 1),
        try product(gram, w, transposed: transposed, threads: 1))
      book.expect("linearity", once, near: apart, within: 4 * tolerance, name)
    }
  }

  private static func checkRefusals<Op: GramOperator>(
    _ gram: Op, transposed: Bool, book: inout LawBook
  ) {
    typealias E = Op.Element
    let name = transposed ? "applyTransposed" : "apply"
    let (from, to) =
      transposed
      ? (gram.rowCount, gram.columnCount) : (gram.columnCount, gram.rowCount)
    func attempt(
      _ rows: Int, _ outputs: Int, _ width: Int, _ outputWidth: Int, _ context: ExecutionContext
    ) throws(MercerError) {
      let v = Matrix<E>(rowCount: rows, columnCount: width)
      var y = Matrix<E>(rowCount: outputs, columnCount: outputWidth)
      if transposed {
        try gram.applyTransposed(v, into: &y, context: context)
      } else {
        try gram.apply(v, into: &y, context: context)
      }
    }
    let sizes = [(from + 1, to, 1, 1), (from, to + 1, 1, 1), (from, to, 2, 1)]
    for (rows, outputs, width, outputWidth) in sizes {
      book.expect(
        "wrong sizes", throws: .shapeMismatch,
        "\(name) of \(rows) × \(width) into \(outputs) × \(outputWidth)"
      ) { () throws(MercerError) in
        try attempt(rows, outputs, width, outputWidth, ExecutionContext(threadCount: 1))
      }
    }
    let flag = CancellationFlag()
    flag.set()
    book.expect("cancelled", throws: .cancelled, name) { () throws(MercerError) in
      try attempt(from, to, 1, 1, ExecutionContext(threadCount: 2, cancellation: flag))
    }
  }
}
