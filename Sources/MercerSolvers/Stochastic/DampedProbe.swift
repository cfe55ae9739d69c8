import MercerCore
import MercerOperators

/// Rows on which a damped kernel is looked at: other rows than those that the damping was made of,
/// since directions that are estimated from a subsample are never quite those of all rows.
struct DampedProbe<Element: Scalar>: Sendable {
  private let gram: Matrix<Element>
  /// K(T, S) V, t × q.
  private let images: Matrix<Element>
  private let diagonal: [Double]

  init<K: Kernel>(
    _ kernel: K, _ probes: K.Inputs, _ sample: K.Inputs, _ vectors: Matrix<Element>,
    _ context: ExecutionContext
  ) throws(MercerError) where K.Element == Element {
    images = try TiledCrossGram(kernel, rows: probes, columns: sample)
      .applied(to: vectors, context: context)
    gram = try TiledGram(kernel, inputs: probes).densified(context: context)
    diagonal = try kernel.diagonal(of: probes).map { Double($0) }
  }

  /// The largest diagonal entry of K(T, T) − W D Wᵀ with W = K(T, S) V, and its leading eigenvalue,
  /// from below, over the number of rows.
  func measure(
    _ factors: [Double], _ context: ExecutionContext
  ) throws(MercerError) -> (diagonal: Double, eigenvalue: Double) {
    let t = diagonal.count
    var left = diagonal
    let scale = factors.map { Element($0) }
    var v: Matrix<Element> = normalMatrix(
      rowCount: t, columnCount: 1, seed: 0, purpose: "EigenPro eigenvalue")
    var eigenvalue = 0.0
    for _ in 0..<30 {
      let norm = columnDots(v, v)[0].squareRoot()
      guard norm > 0, norm.isFinite else { break }
      v = v.scaled(by: Element(1 / norm))
      var next = try gram.multiplied(by: v, context: context)
      if !scale.isEmpty {
        var inside = try images.multiplied(by: v, transposed: true, context: context)
        inside.scaleRows(by: scale)
        next = next.subtracting(try images.multiplied(by: inside, context: context))
      }
      eigenvalue = max(eigenvalue, columnDots(v, next)[0])
      v = next
    }
    images.withUnsafeBufferPointer { w in
      for i in 0..<t {
        for (j, factor) in factors.enumerated() {
          let entry = Double(w[i * factors.count + j])
          left[i] -= factor * entry * entry
        }
      }
    }
    return (left.max() ?? 0, eigenvalue / Double(t))
  }
}
