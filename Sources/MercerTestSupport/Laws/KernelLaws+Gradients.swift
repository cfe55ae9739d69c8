public import MercerCore

extension KernelLaws {
  /// Checks the gradients of a kernel on points against central finite differences.
  ///
  /// The function is Σᵢⱼ wᵢⱼ k(xᵢ, zⱼ) with random weights, on a part of the matrix, with what the
  /// gradient already held kept. Use Double: the step h = 1e-5 (1 + |θ|) costs about 1e-10 of
  /// relative truncation and 1e-11 of rounding for smooth kernels, far below the tolerance. Points
  /// of `z` must not coincide with those of `x` when the kernel has a kink, but for a kink at a pair
  /// of equal points of one set, where the central difference is 0 as the contract asks.
  /// - Parameters:
  ///   - kernel: the kernel to check.
  ///   - x: the inputs of the rows.
  ///   - z: the inputs of the columns.
  ///   - tolerance: relative to the largest component.
  ///   - hasInputGradient: false for kernels that say that they have none.
  public static func checkGradients<K: Kernel>(
    _ kernel: K, _ x: Points<Double>, _ z: Points<Double>, tolerance: Double = 1e-6,
    hasInputGradient: Bool = true
  ) -> [LawViolation] where K.Inputs == Points<Double>, K.Element == Double {
    var book = LawBook()
    book.run("gradients") { (book) throws(MercerError) in
      let sets = [("K(X, Z)", x, z), ("K(X, X)", x, x)]
      for (name, rows, columns) in sets {
        if hasInputGradient {
          try checkInputGradient(kernel, name, rows, columns, tolerance, &book)
        }
        try checkParameterGradient(kernel, name, rows, columns, tolerance, &book)
      }
    }
    return book.violations
  }

  /// Σ w ∘ K over the whole matrix.
  private static func weightedSum<K: Kernel>(
    _ kernel: K, _ x: Points<Double>, _ z: Points<Double>, _ weights: Matrix<Double>
  ) throws(MercerError) -> Double where K.Inputs == Points<Double>, K.Element == Double {
    let matrix = try kernel.matrix(rows: x, columns: z)
    return zip(matrix.elements, weights.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func checkInputGradient<K: Kernel>(
    _ kernel: K, _ name: String, _ x: Points<Double>, _ z: Points<Double>, _ tolerance: Double,
    _ book: inout LawBook
  ) throws(MercerError) where K.Inputs == Points<Double>, K.Element == Double {
    let (n, m, d) = (x.count, z.count, x.dimension)
    var weights = Matrix<Double>.random(rowCount: n, columnCount: m, seed: 11)
    var expected = Matrix<Double>(rowCount: n, columnCount: d)
    for i in 0..<n {
      for k in 0..<d {
        let h = 1e-5 * (1 + abs(x.coordinates[i, k]))
        var (above, below) = (x, x)
        above.coordinates[i, k] += h
        below.coordinates[i, k] -= h
        let up = try weightedSum(kernel, above, z, weights)
        let down = try weightedSum(kernel, below, z, weights)
        expected[i, k] = (up - down) / (2 * h)
      }
    }
    let bound = try kernel.bound(rows: x, columns: z)
    if bound.dimension != d {
      book.add("input gradient", "dimension is \(bound.dimension) for points of \(d) coordinates")
      return
    }
    // In four tiles, so that places and accumulation are tested, and onto what is there already.
    var gradient = Matrix<Double>(rowCount: n, columnCount: d, repeating: 3)
    weights.withTile { all in
      gradient.withTile { target in
        for rows in [0..<n / 2, n / 2..<n] {
          for columns in [0..<m / 3, m / 3..<m] {
            bound.accumulateInputGradient(
              weights: all.part(rows: rows, columns: columns),
              into: target.part(rows: rows, columns: 0..<d))
          }
        }
      }
    }
    // A gradient that is zero everywhere is compared on a scale of its own.
    let scale = max(1e-3, expected.elements.map(abs).max() ?? 0)
    let error = zip(gradient.elements, expected.elements).map { abs($0 - 3 - $1) }.max() ?? 0
    if !(error <= tolerance * scale) || !gradient.isFinite {
      book.add("input gradient", "\(name): off by \(error) of \(scale)")
    }
  }

  private static func checkParameterGradient<K: Kernel>(
    _ kernel: K, _ name: String, _ x: Points<Double>, _ z: Points<Double>, _ tolerance: Double,
    _ book: inout LawBook
  ) throws(MercerError) where K.Inputs == Points<Double>, K.Element == Double {
    let values = kernel.parameters.map(\.value)
    guard !values.isEmpty else { return }
    let (n, m) = (x.count, z.count)
    var weights = Matrix<Double>.random(rowCount: n, columnCount: m, seed: 12)
    var expected: [Double] = []
    for p in values.indices {
      let h = 1e-5 * (kernel.parameters[p].isPositive ? values[p] : 1 + abs(values[p]))
      var (above, below) = (values, values)
      above[p] += h
      below[p] -= h
      let up = try weightedSum(try kernel.withParameters(above), x, z, weights)
      let down = try weightedSum(try kernel.withParameters(below), x, z, weights)
      expected.append((up - down) / (above[p] - below[p]))
    }
    let bound = try kernel.bound(rows: x, columns: z)
    var gradient = [Double](repeating: 3, count: values.count)
    weights.withTile { all in
      for rows in [0..<n / 2, n / 2..<n] {
        for columns in [0..<m / 3, m / 3..<m] {
          bound.accumulateParameterGradient(
            weights: all.part(rows: rows, columns: columns), into: &gradient)
        }
      }
    }
    guard gradient.count == values.count else {
      book.add("parameter gradient", "\(gradient.count) components for \(values.count) parameters")
      return
    }
    let scale = max(1e-3, expected.map(abs).max() ?? 0)
    for (p, parameter) in kernel.parameters.enumerated() {
      let error = abs(gradient[p] - 3 - expected[p])
      if !(error <= tolerance * scale) {
        book.add(
          "parameter gradient",
          "\(name), \(parameter.name): \(gradient[p] - 3), by differences \(expected[p])")
      }
    }
  }

  /// Checks that the Float kernel agrees with its Double twin on points rounded to Float.
  ///
  /// - Parameters:
  ///   - float: the kernel in Float.
  ///   - double: the same kernel in Double.
  ///   - x: the inputs of the rows.
  ///   - z: the inputs of the columns.
  ///   - tolerance: relative to the largest entry; 2e-5 leaves some hundred units of Float rounding
  ///     for distances and functions of them.
  public static func checkPrecision<F: Kernel, D: Kernel>(
    float: F, double: D, _ x: Points<Float>, _ z: Points<Float>, tolerance: Double = 2e-5
  ) -> [LawViolation]
  where
    F.Inputs == Points<Float>, F.Element == Float, D.Inputs == Points<Double>, D.Element == Double
  {
    var book = LawBook()
    book.run("precision") { (book) throws(MercerError) in
      let (wideX, wideZ) = (
        Points(Matrix<Double>(converting: x.coordinates)),
        Points(Matrix<Double>(converting: z.coordinates))
      )
      for (name, narrow, wide) in [("K(X, Z)", z, wideZ), ("K(X, X)", x, wideX)] {
        let found = Matrix<Double>(converting: try float.matrix(rows: x, columns: narrow))
        book.expect(
          "precision", found, near: try double.matrix(rows: wideX, columns: wide),
          within: tolerance, "\(name) in Float against Double")
      }
    }
    return book.violations
  }
}
