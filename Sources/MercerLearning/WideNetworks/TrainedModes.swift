import MercerCore

/// The eigenvectors in which training of an infinitely wide network falls apart.
struct TrainedModes: Sendable {
  /// The eigenvalues of the training matrix with its regulariser, ascending.
  let eigenvalues: [Double]
  /// V, n × n: row i is the eigenvector of `eigenvalues[i]`.
  let vectors: Matrix<Double>
  /// V Y, n × k.
  let targets: Matrix<Double>
  /// Up to this an eigenvalue is not told from zero.
  let cutoff: Double

  /// |y|: the number of targets.
  var targetCount: Double { Double(targets.count) }

  /// Decomposes `gram` + `shift` I.
  init(
    gram: consuming Matrix<Double>, shift: Double, targets: Matrix<Double>,
    context: ExecutionContext
  ) throws(MercerError) {
    let n = gram.rowCount
    if shift > 0 { for i in 0..<n { gram[i, i] += shift } }
    let eigen = try SymmetricEigen(gram)
    eigenvalues = eigen.values
    vectors = eigen.vectors
    self.targets = try eigen.vectors.multiplied(by: targets, context: context)
    cutoff = Double(n) * Double.ulpOfOne * max(eigen.values.last ?? 0, 0)
    guard let least = eigen.values.first, least >= -100 * cutoff else {
      throw MercerError(
        .notPositiveDefinite,
        "the kernel matrix has an eigenvalue of \(eigen.values.first ?? 0), where the largest is "
          + "\(eigen.values.last ?? 0)", remedy: "a kernel matrix must be positive semi-definite")
    }
  }

  /// Whether eigenvalue i is not told from zero.
  func isZero(_ i: Int) -> Bool { eigenvalues[i] <= cutoff }

  /// What is left of each mode, and by what each is multiplied, (1 − rest)/eigenvalue.
  ///
  /// - Throws: `.invalidParameter` for a length out of range, or one at which descent has diverged
  ///   beyond the range of Double.
  func filters(
    _ length: TrainingLength
  ) throws(MercerError) -> (rests: [Double], gains: [Double]) {
    try length.validate()
    var (rests, gains): ([Double], [Double]) = ([], [])
    for (i, value) in eigenvalues.enumerated() {
      let (rest, gain) = length.filter(
        rate: max(value, 0) / targetCount, isZero: isZero(i))
      guard rest.isFinite, gain.isFinite else {
        throw MercerError(
          .invalidParameter, "training diverged: predictions are beyond the range of numbers",
          remedy: "lower the learning rate below maximumStableLearningRate, or take fewer steps")
      }
      rests.append(rest)
      gains.append(gain / targetCount)
    }
    return (rests, gains)
  }
}

extension Matrix where Element == Double {
  /// Each column times a factor of its own.
  func scalingColumns(by factors: [Double]) -> Matrix {
    precondition(factors.count == columnCount)
    let width = columnCount
    var copy = self
    copy.withUnsafeMutableBufferPointer { buffer in
      for start in stride(from: 0, to: buffer.count, by: max(width, 1)) {
        for j in 0..<width { buffer[start + j] *= factors[j] }
      }
    }
    return copy
  }

  /// A + B.
  func adding(_ other: Matrix) -> Matrix {
    precondition(rowCount == other.rowCount && columnCount == other.columnCount)
    var result = self
    result.withUnsafeMutableBufferPointer { buffer in
      other.withUnsafeBufferPointer { other in
        for i in buffer.indices { buffer[i] += other[i] }
      }
    }
    return result
  }

  /// (A + Aᵀ)/2 of a square matrix.
  mutating func symmetrise() {
    let n = rowCount
    withUnsafeMutableBufferPointer { a in
      for i in 0..<n {
        for j in 0..<i {
          let mean = (a[i * n + j] + a[j * n + i]) / 2
          a[i * n + j] = mean
          a[j * n + i] = mean
        }
      }
    }
  }
}
