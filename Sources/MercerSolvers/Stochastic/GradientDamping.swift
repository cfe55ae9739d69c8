import MercerCore
import MercerOperators

/// EigenPro's preconditioner: scales gradients down along the leading eigenfunctions of the kernel,
/// which a subsample S of the rows gives, so that large batches and long steps become possible.
///
/// With eigenpairs (σᵢ, eᵢ) of K(S, S) the function k(x, ·) becomes
/// `k(x, ·) − Σ_{i ≤ q} dᵢ ⟨eᵢ, K(S, x)⟩ Σⱼ eᵢⱼ k(xⱼ, ·)`, with dᵢ = (1 − (σ_{q+1} + μ)/(σᵢ + μ)) / σᵢ:
/// what is largest comes down to the level of the next. μ is the ridge on the scale of S.
/// - Source: Ma and Belkin, Kernel machines that adapt to GPUs for effective batch training (2019),
///   section 4.
struct GradientDamping<K: Kernel>: Sendable {
  typealias Element = K.Element

  /// The rows of the subsample.
  let rows: [Int]
  /// X_S.
  let inputs: K.Inputs
  /// The leading eigenvectors of K(S, S), s × q.
  private let vectors: Matrix<Element>
  private let factors: [Element]
  /// λ₁ of the mean of damped gradients.
  let leadingEigenvalue: Double
  /// β, the largest damped k(x, x) (with the ridge) among rows that were looked at.
  let largestDiagonal: Double

  var rank: Int { factors.count }
  var sampleSize: Int { rows.count }

  /// - Parameters:
  ///   - source: of which S is a random part: the rows, or the centres of a model.
  ///   - data: the rows, where they are not the source.
  ///   - sampleSize: s, at most all of the source.
  ///   - rank: q; nil for the least that makes batches of `batchSize` useful.
  ///   - batchSize: the wanted number of rows of a batch.
  ///   - ridge: λ of the system K + λ I.
  /// - Complexity: O(s² (d + q)) time, 3 s² elements of memory.
  init(
    _ kernel: K, from source: K.Inputs, of data: K.Inputs? = nil, sampleSize: Int, rank: Int?,
    batchSize: Int, ridge: Double,
    seed: UInt64, context: ExecutionContext
  ) throws(MercerError) {
    let n = (data ?? source).count
    let s = min(sampleSize, source.count)
    try context.checkMemory(
      3 * s * s * MemoryLayout<Element>.stride, for: "a subsample of \(s) rows")
    var stream = RandomStream(seed: seed, purpose: "EigenPro subsample")
    let order = stream.permutation(source.count)
    let rows = Array(order.prefix(s))
    let inputs = source.subset(at: rows)
    // The preconditioner is measured on other rows, as that is where it is used.
    let others = order.dropFirst(s).prefix(s)
    let probes: K.Inputs
    if let data {
      probes = data.subset(at: stream.sample(min(n, max(s, 200)), of: n))
    } else {
      probes = others.count >= max(1, s / 2) ? source.subset(at: Array(others)) : inputs
    }
    let spectrum = try LeadingSpectrum(
      kernel, inputs, limit: max(1, rank ?? min(s / 4, 400)), seed: seed, context: context)
    let q = rank.map { min($0, spectrum.usable) } ?? spectrum.rank(forBatches: batchSize)
    let mu = ridge * Double(s) / Double(n)
    let probe = try DampedProbe(
      kernel, probes, inputs, spectrum.vectors.columns(in: 0..<q), context)
    var level = spectrum.values[q]
    var factors: [Double] = []
    var measured = (diagonal: 0.0, eigenvalue: 0.0)
    for _ in 0..<4 {
      // What is damped below what leaks past the estimated directions would be slow for nothing.
      factors = spectrum.values.prefix(q).map { max(0, 1 - (level + mu) / ($0 + mu)) / $0 }
      measured = try probe.measure(factors, context)
      if measured.eigenvalue * Double(s) <= 1.5 * level { break }
      level = measured.eigenvalue * Double(s)
    }
    let used = factors.prefix { $0 > 0 }.count
    self.rows = rows
    self.inputs = inputs
    vectors = spectrum.vectors.columns(in: 0..<used)
    self.factors = factors.prefix(used).map { Element($0) }
    leadingEigenvalue = max(measured.eigenvalue, level / Double(s)) + ridge / Double(n)
    largestDiagonal = max(measured.diagonal, .leastNormalMagnitude) + ridge
  }

  /// Above this many rows of a batch a step gains less than it costs: β / λ₁.
  var usefulBatch: Int {
    let ratio = largestDiagonal / max(leadingEigenvalue, .leastNormalMagnitude)
    return ratio.isFinite && ratio < 1e9 ? max(1, Int(ratio)) : 1_000_000_000
  }

  /// The step for batches of m rows, half of where expected errors cease to fall.
  /// - Source: Ma, Bassily and Belkin, The power of interpolation (2018), theorem 4.
  func stepSize(_ m: Int) -> Double {
    Double(m) / (largestDiagonal + Double(m - 1) * leadingEigenvalue)
  }

  /// V D Vᵀ K(S, B) g: what the preconditioner takes off, as coefficients of the subsample.
  ///
  /// - Parameters:
  ///   - gradient: g, m × k.
  ///   - cross: K(B, S), m × s.
  func correction(
    of gradient: Matrix<Element>, cross: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    try correction(
      ofSampleValues: try cross.multiplied(by: gradient, transposed: true, context: context),
      context)
  }

  /// V D Vᵀ h for a function with the values h at the subsample.
  func correction(
    ofSampleValues values: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    var inside = try vectors.multiplied(by: values, transposed: true, context: context)
    inside.scaleRows(by: factors)
    return try vectors.multiplied(by: inside, context: context)
  }
}
