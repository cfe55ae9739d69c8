public import MercerCore
import RealModule

/// A map z to D numbers such that ⟨z(x), z(y)⟩ ≈ k(x, y), without bias, for a shift-invariant kernel.
///
/// ```
/// z(x) = √(2 / D) (cos⟨ω₁, M x⟩, …, sin⟨ω₁, M x⟩, …),   D / 2 frequencies ω of the spectral measure
/// ```
/// The error of an entry falls as 1 / √D. Cosines come first, then sines.
/// - Complexity: O(n d D) for n inputs.
/// - Source: Rahimi and Recht, Random features for large-scale kernel machines (2007), in the form
///   with cosine and sine, whose variance is the lower one (Sutherland and Schneider, On the error of
///   random Fourier features, 2015).
public struct RandomFourierFeatures<Element: Scalar>: Sendable {
  /// How the frequencies of a map belong together.
  public enum Sampling: String, Sendable, Codable {
    /// Each for itself.
    case independent
    /// In blocks of as many as there are coordinates, at right angles to each other, each still of
    /// its own distribution: less variance, at no cost in use. For kernels of the Euclidean distance.
    /// - Source: Yu, Suresh, Choromanski, Holtmann-Rice and Kumar, Orthogonal random features (2016).
    case orthogonal
  }

  /// ω / 2π, D/2 × p, for inputs of p coordinates behind the metric.
  private let turns: Matrix<Element>
  private let metric: Metric
  /// D, even.
  public var count: Int { 2 * turns.rowCount }

  /// Draws the frequencies of a map.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - dimension: the number of coordinates of an input, d, at least 1.
  ///   - count: D, even and at least 2.
  ///   - sampling: how frequencies belong together.
  ///   - seed: of the frequencies.
  /// - Throws: `.invalidParameter` for an odd or small D, or for orthogonal frequencies of a kernel
  ///   that is not one of the Euclidean distance; `.shapeMismatch` when the metric does not take
  ///   points of this dimension.
  public init<K: SpectralKernel<Element>>(
    of kernel: K, dimension: Int, count: Int, sampling: Sampling = .independent, seed: UInt64
  ) throws(MercerError) {
    guard count >= 2, count.isMultiple(of: 2), dimension >= 1 else {
      throw MercerError(
        .invalidParameter,
        "random Fourier features come in pairs and need a coordinate: not \(count) of "
          + "\(dimension) coordinates")
    }
    try kernel.metric.checkDimension(dimension)
    let (measure, p) = (kernel.spectralMeasure, kernel.metric.mappedDimension(of: dimension))
    var frequencies: Matrix<Double>
    switch sampling {
    case .independent:
      frequencies = measure.frequencies(count / 2, dimension: p, seed: seed)
    case .orthogonal:
      guard measure.isIsotropic else {
        throw MercerError(
          .invalidParameter,
          "orthogonal frequencies are for kernels of the Euclidean distance, not for \(kernel)",
          remedy: "use independent ones")
      }
      frequencies = try measure.orthogonalFrequencies(count / 2, dimension: p, seed: seed)
    }
    turns = Matrix<Element>(converting: frequencies.scaled(by: 1 / (2 * Double.pi)))
    metric = kernel.metric
  }

  /// z of each input, n × D.
  ///
  /// - Throws: `.shapeMismatch` when the inputs have another dimension, `.memoryLimit`, `.cancelled`.
  public func values(
    of inputs: Points<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Element> {
    try metric.checkDimension(inputs.dimension)
    let (half, p) = (turns.rowCount, turns.columnCount)
    guard metric.mappedDimension(of: inputs.dimension) == p else {
      throw MercerError(
        .shapeMismatch,
        "the features are for points of \(p) coordinates, not of \(inputs.dimension)")
    }
    try context.checkMemory(
      inputs.count * count * MemoryLayout<Element>.stride, for: "\(count) random features")
    let mapped = metric.mapped(inputs.coordinates)
    let bands = (0..<inputs.count).chunks(of: 128)
    let factor = (2 / Element(count)).squareRoot()
    var result = Matrix<Element>(rowCount: inputs.count, columnCount: count)
    try result.withTile { (target) throws(MercerError) in
      try context.forEach(bands.count) { index in
        let rows = bands[index]
        mapped.withBase { x in
          turns.withBase { w in
            Element.gemm(
              transposeA: false, transposeB: true, m: rows.count, n: half, k: p, alpha: 1,
              a: x + rows.lowerBound * p, lda: p, b: w, ldb: p, beta: 0,
              c: target.base + rows.lowerBound * target.stride, ldc: target.stride)
          }
        }
        for i in rows {
          let cosines = target.base + i * target.stride
          let sines = cosines + half
          Element.reduceTurns(half, cosines)
          Element.loops.affine(half, cosines, 2 * Element.pi, 0)
          sines.update(from: cosines, count: half)
          Element.loops.cosine(half, cosines)
          Element.loops.sine(half, sines)
          Element.loops.affine(2 * half, cosines, factor, 0)
        }
      }
    }
    return result
  }
}

extension Scalar {
  /// Takes off whole turns, which leaves an angle exact however large it is.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func reduceTurns(_ count: Int, _ x: UnsafeMutablePointer<Self>) {
    for i in 0..<count { x[i] -= x[i].rounded(.toNearestOrEven) }
  }
}
