import MercerCore
import RealModule

/// k and Θ of all pairs of positions.
final class SliceMatrices<Element: Scalar> {
  let count: Int
  let memory: UnsafeMutablePointer<Element>
  /// k, Θ, two matrices of scratch memory.
  func matrix(_ index: Int) -> UnsafeMutablePointer<Element> { memory + index * count * count }

  init(count: Int) {
    self.count = count
    memory = SliceRun<Element>.zeroed(4 * count * count)
  }

  deinit { memory.deallocate() }
}

/// Attention mixes all positions: slices are gathered into a matrix and taken out of it again.
extension SliceRun {
  func attention(_ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>) {
    let place = Int(step.node)
    guard case .attention(let form) = graph.nodes[place].operation else { return }
    let layout = node.layout
    let count = layout.positionCount
    let matrices = matrices[place] ?? SliceMatrices(count: count)
    self.matrices[place] = matrices
    switch step.kind {
    case .gather:
      eachEntry(layout, step) { at, inSlice in
        matrices.matrix(0)[at] = covariance(step.input)[inSlice]
        if let theta = tangent(step.input) { matrices.matrix(1)[at] = theta[inSlice] }
      }
    case .scatter:
      eachEntry(layout, step) { at, inSlice in
        covariance(step.output)[inSlice] = matrices.matrix(0)[at]
        if let theta = tangent(step.output) { theta[inSlice] = matrices.matrix(1)[at] }
      }
    default:
      if form.hasWeights {
        if isAlone { keepWeights(form, matrices, record: node.before) }
        weigh(
          form, matrices, x: input.x + narrow.root[node.before],
          z: input.z + wide.root[node.before])
      } else {
        multiplyScores(form, matrices)
      }
    }
  }

  /// Calls the body with the place of each pair of positions of a slice in a matrix and in the slice.
  private func eachEntry(
    _ layout: SliceLayout, _ step: SliceStep, _ body: (Int, Int) -> Void
  ) {
    let (offsetRow, offsetColumn) = (Int(step.rows), Int(step.masks))
    let stride = layout.stride(Element.self)
    for row in 0..<layout.rows {
      let otherRow = (row - offsetRow).remainder(modulo: layout.rowPeriod)
      guard otherRow < layout.rows else { continue }
      for column in 0..<layout.columns {
        let other = (column - offsetColumn).remainder(modulo: layout.columnPeriod)
        guard other < layout.columns else { continue }
        body(
          (row * layout.columns + column) * layout.positionCount + otherRow * layout.columns
            + other, row * stride + column)
      }
    }
  }

  /// A = ζ(s), from the covariances of one input.
  private func keepWeights(
    _ form: AttentionForm, _ matrices: SliceMatrices<Element>, record: Int
  ) {
    let count = matrices.count
    let weights = matrices.matrix(2)
    let scale = (form.queryVariance * form.keyVariance).squareRoot()
    for row in 0..<count {
      let (from, to) = (matrices.matrix(0) + row * count, weights + row * count)
      var largest = -Double.infinity
      for j in 0..<count { largest = max(largest, scale * Double(from[j])) }
      var total = 0.0
      for j in 0..<count {
        let score = scale * Double(from[j])
        switch form.mechanism {
        case .softmax: to[j] = Element(Double.exp(score - largest))
        case .relu: to[j] = Element(max(score, 0))
        case .linear, .gaussianScores: to[j] = Element(score)
        }
        total += Double(to[j])
      }
      guard form.mechanism == .softmax else { continue }
      for j in 0..<count { to[j] = Element(Double(to[j]) / total) }
    }
    keep(weights, count: count * count, record: record)
  }

  /// k ← c A(x) k A(z)ᵀ + σb², Θ ← c (A(x) Θ A(z)ᵀ + 2 A(x) k A(z)ᵀ) + σb².
  private func weigh(
    _ form: AttentionForm, _ matrices: SliceMatrices<Element>, x: UnsafePointer<Element>,
    z: UnsafePointer<Element>
  ) {
    let n = matrices.count
    let factor = Element(form.valueVariance * form.outputVariance)
    let bias = Element(form.biasVariance)
    for index in 0..<(wantsTangent ? 2 : 1) {
      let matrix = matrices.matrix(index)
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

  /// k ← c k Σk² + σb², Θ ← c (Θ Σk² + 2 k ΣkΘ + 4 k Σk²) + σb².
  private func multiplyScores(_ form: AttentionForm, _ matrices: SliceMatrices<Element>) {
    let n = matrices.count
    let factor =
      form.queryVariance * form.keyVariance * form.valueVariance * form.outputVariance
    let (k, theta) = (matrices.matrix(0), matrices.matrix(1))
    var (squares, products) = (0.0, 0.0)
    for i in 0..<(n * n) {
      squares += Double(k[i]) * Double(k[i])
      if wantsTangent { products += Double(k[i]) * Double(theta[i]) }
    }
    let (perCovariance, perTangent) = (Element(factor * squares), Element(2 * factor * products))
    let bias = Element(form.biasVariance)
    for i in 0..<(n * n) {
      if wantsTangent {
        theta[i] = perCovariance * theta[i] + (perTangent + 4 * perCovariance) * k[i] + bias
      }
      k[i] = perCovariance * k[i] + bias
    }
  }
}
