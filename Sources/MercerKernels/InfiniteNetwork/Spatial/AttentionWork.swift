import MercerCore

/// The products of an attention layer on the matrices of one pair of inputs.
struct AttentionWork<Element: Scalar> {
  let form: AttentionForm
  let matrices: SliceMatrices<Element>
  let wantsTangent: Bool
  /// Which positions of x and z are there; nil where all are.
  let presence: (x: [Element], z: [Element])?

  /// A = ζ(s), from the covariances of one input with itself; absent positions weigh nothing.
  func weights() -> UnsafeMutablePointer<Element> {
    let count = matrices.count
    let weights = matrices.matrix(2)
    interpolate(0, into: weights)
    let scale = (form.queryVariance * form.keyVariance).squareRoot()
    for row in 0..<count {
      let line = weights + row * count
      // Differences to the largest score, so that no exponential overflows.
      var largest = 0.0
      if form.mechanism == .softmax {
        largest = -.infinity
        for j in 0..<count where isPresent(j) { largest = max(largest, scale * Double(line[j])) }
      }
      var total = 0.0
      for j in 0..<count {
        line[j] = isPresent(j) ? Element(form.weight(scale * Double(line[j]) - largest)) : 0
        total += Double(line[j])
      }
      guard form.mechanism == .softmax, total > 0 else { continue }
      for j in 0..<count { line[j] = Element(Double(line[j]) / total) }
    }
    return weights
  }

  private func isPresent(_ position: Int) -> Bool { presence.map { $0.z[position] != 0 } ?? true }

  /// k̂ or Θ̂ of a matrix.
  private func interpolate(_ index: Int, into target: UnsafeMutablePointer<Element>) {
    let (n, source) = (matrices.count, matrices.matrix(index))
    guard form.seesPositions else {
      if target != source { target.update(from: source, count: n * n) }
      return
    }
    let weight = Element(form.unitWeight)
    for p in 0..<n {
      for q in 0..<n {
        let isThere = presence.map { $0.x[p] * $0.z[q] } ?? 1
        let own = Element(form.positionWeight * form.decay(p, q)) * isThere
        target[p * n + q] = weight * source[p * n + q] + own
      }
    }
  }

  /// k ← c A(x) k A(z)ᵀ + σb², Θ ← c (A(x) Θ A(z)ᵀ + 2 A(x) k A(z)ᵀ) + σb².
  func weigh(x: UnsafePointer<Element>, z: UnsafePointer<Element>) {
    let n = matrices.count
    let factor = Element(form.valueVariance * form.outputVariance)
    let bias = Element(form.biasVariance)
    for index in 0..<(wantsTangent ? 2 : 1) {
      let matrix = matrices.matrix(index)
      if form.valuesSeePositions { interpolate(index, into: matrix) }
      Element.gemm(
        transposeA: false, transposeB: false, m: n, n: n, k: n, alpha: factor, a: x, lda: n,
        b: matrix, ldb: n, beta: 0, c: matrices.matrix(2), ldc: n)
      Element.gemm(
        transposeA: false, transposeB: true, m: n, n: n, k: n, alpha: 1, a: matrices.matrix(2),
        lda: n, b: z, ldb: n, beta: 0, c: matrix, ldc: n)
    }
    let (k, theta) = (matrices.matrix(0), matrices.matrix(1))
    for i in 0..<(n * n) {
      if wantsTangent { theta[i] += 2 * k[i] + bias }
      k[i] += bias
    }
  }

  /// k ← c k̂ Σk̂v + σb², Θ ← c (Θ̂ Σk̂v + k̂ Σ(k̂ṽ + vΘ̂) + 4 k̂ Σk̂v) + σb², with v and ṽ the k and Θ that
  /// values see.
  func multiplyScores() {
    let n = matrices.count
    let (k, theta) = (matrices.matrix(0), matrices.matrix(1))
    var (seen, seenTheta) = (k, theta)
    if form.seesPositions {
      (seen, seenTheta) = (matrices.matrix(2), matrices.matrix(3))
      interpolate(0, into: seen)
      if wantsTangent { interpolate(1, into: seenTheta) }
    }
    let (values, valueTheta) = form.valuesSeePositions ? (seen, seenTheta) : (k, theta)
    var (squares, products) = (0.0, 0.0)
    for i in 0..<(n * n) {
      squares += Double(seen[i]) * Double(values[i])
      guard wantsTangent else { continue }
      products += Double(seen[i]) * Double(valueTheta[i])
      products += Double(values[i]) * Double(seenTheta[i])
    }
    let factor =
      form.queryVariance * form.keyVariance * form.valueVariance * form.outputVariance
    let (perCovariance, perTangent) = (Element(factor * squares), Element(factor * products))
    let bias = Element(form.biasVariance)
    for i in 0..<(n * n) {
      if wantsTangent {
        theta[i] =
          perCovariance * seenTheta[i] + (perTangent + 4 * perCovariance) * seen[i] + bias
      }
      k[i] = perCovariance * seen[i] + bias
    }
  }
}
