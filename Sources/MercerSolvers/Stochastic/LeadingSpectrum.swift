import MercerCore
import MercerOperators

/// The leading eigenpairs of a stored kernel matrix of a subsample.
struct LeadingSpectrum<Element: Scalar>: Sendable {
  /// Descending, one more than can be used as directions.
  let values: [Double]
  /// One column a value.
  let vectors: Matrix<Element>
  private let diagonal: [Double]

  /// The number of eigenvalues that stand clear of rounding and have a next one.
  let usable: Int

  /// Below this many rows LAPACK takes all eigenpairs; above, subspace iteration the leading ones.
  private static var denseLimit: Int { 600 }

  init<K: Kernel>(
    _ kernel: K, _ inputs: K.Inputs, limit: Int, seed: UInt64, context: ExecutionContext
  ) throws(MercerError) where K.Element == Element {
    let s = inputs.count
    let gram = try TiledGram(kernel, inputs: inputs).densified(context: context)
    diagonal = gram.diagonal.map { Double($0) }
    let count = min(s, limit + 1)
    if s <= Self.denseLimit {
      let eigen = try SymmetricEigen(Matrix<Double>(converting: gram))
      let order = Array(eigen.values.indices.reversed().prefix(count))
      values = order.map { eigen.values[$0] }
      vectors = Matrix<Element>(converting: eigen.vectors.rows(at: order).transposed())
    } else {
      let pairs = try RandomisedSubspaceIteration(
        count: count, oversampling: 20 + count / 10, powerIterations: 3, errorProbes: 0, seed: seed
      ).leadingPairs(of: try DenseGram(gram), context: context)
      values = pairs.values
      vectors = pairs.vectors
    }
    let least = 100 * Double(Element.ulpOfOne) * (values.first ?? 0)
    let clear = values.prefix { $0 > least }.count
    usable = max(0, min(clear, values.count - 1))
  }

  /// The least q whose preconditioner lets a batch of this many rows be used: β / λ₁ is at least that.
  func rank(forBatches batchSize: Int) -> Int {
    let s = diagonal.count
    var left = diagonal
    for q in 0..<usable {
      let largest = left.max() ?? 0
      if largest * Double(s) >= Double(batchSize) * values[q] { return q }
      vectors.withUnsafeBufferPointer { v in
        for i in 0..<s {
          let entry = Double(v[i * vectors.columnCount + q])
          left[i] -= values[q] * entry * entry
        }
      }
    }
    return usable
  }
}
