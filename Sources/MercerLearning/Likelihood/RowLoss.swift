import MercerCore
import RealModule

/// A sum over rows of a smooth convex loss, each of the c outputs of its row: what a penalised
/// likelihood weighs against the size of the function.
protocol RowLoss: Sendable {
  /// c.
  var outputCount: Int { get }

  /// The loss at F, n × c, with its derivatives. O(n c).
  func evaluate(_ f: Matrix<Double>) -> RowLossEvaluation
}

/// A loss with its derivatives, at some F.
struct RowLossEvaluation: Sendable {
  /// Σᵢ ℓᵢ.
  let value: Double
  /// −∂ℓᵢ/∂Fᵢ, n × c: where each row wants its outputs to go.
  let pull: Matrix<Double>
  /// The second derivatives.
  let curvature: RowCurvature
}

/// The second derivatives of a loss, one c × c matrix Wᵢ a row, by a root: W = R Rᵀ.
///
/// With one output R is √Wᵢ. The Hessian of a softmax, wᵢ (diag(p) − p pᵀ), has the root
/// √wᵢ diag(s) (I − s sᵀ) with s = √p, as s has length 1 and the second factor is a projection.
struct RowCurvature: Sendable {
  /// √Wᵢ, n × 1, or √wᵢ s, n × c.
  let roots: Matrix<Double>
  /// s, n × c; nil with one output.
  let directions: Matrix<Double>?

  /// The least second derivative with one output: a row that is as good as certain keeps a little, so
  /// that what depends on it can be divided by it.
  static let floor = 1e-10

  /// R U, n × c.
  func root(_ u: Matrix<Double>) -> Matrix<Double> {
    map(u) { u, root, s in
      let along = dot(u, s)
      for c in u.indices { u[c] = root[c] * (u[c] - along * (s.isEmpty ? 0 : s[c])) }
    }
  }

  /// Rᵀ V, n × c.
  func rootTransposed(_ v: Matrix<Double>) -> Matrix<Double> {
    map(v) { v, root, s in
      for c in v.indices { v[c] *= root[c] }
      let along = dot(v, s)
      for c in s.indices { v[c] -= along * s[c] }
    }
  }

  /// What of U is in the range of Rᵀ, n × c; R does not see the rest.
  func projected(_ u: Matrix<Double>) -> Matrix<Double> {
    map(u) { u, _, s in
      let along = dot(u, s)
      for c in s.indices { u[c] -= along * s[c] }
    }
  }

  /// The diagonals of Wᵢ, n × c.
  var diagonal: Matrix<Double> {
    map(roots) { root, _, s in
      for c in root.indices { root[c] *= root[c] * (s.isEmpty ? 1 : 1 - s[c] * s[c]) }
    }
  }

  /// The diagonals of Rᵢᵀ Rᵢ, n × c.
  var gramDiagonal: Matrix<Double> {
    map(roots) { root, _, s in
      let fourth = s.reduce(0) { $0 + $1 * $1 * $1 * $1 }
      for c in root.indices {
        let p = s.isEmpty ? 0 : s[c] * s[c]
        root[c] *= root[c] * (s.isEmpty ? 1 : (1 - p) * (1 - p) + fourth - p * p)
      }
    }
  }

  /// Changes a copy row by row; `s` is empty with one output.
  private func map(
    _ matrix: Matrix<Double>,
    _ change: (
      _ row: UnsafeMutableBufferPointer<Double>, _ root: UnsafeBufferPointer<Double>,
      _ s: UnsafeBufferPointer<Double>
    ) -> Void
  ) -> Matrix<Double> {
    precondition(matrix.rowCount == roots.rowCount && matrix.columnCount == roots.columnCount)
    let width = roots.columnCount
    var result = matrix
    result.withUnsafeMutableBufferPointer { rows in
      roots.withUnsafeBufferPointer { roots in
        (directions ?? Matrix(rowCount: 0, columnCount: 0)).withUnsafeBufferPointer { s in
          for start in stride(from: 0, to: rows.count, by: width) {
            let place = start..<start + width
            change(
              UnsafeMutableBufferPointer(rebasing: rows[place]),
              UnsafeBufferPointer(rebasing: roots[place]),
              s.isEmpty ? s : UnsafeBufferPointer(rebasing: s[place]))
          }
        }
      }
    }
    return result
  }
}

/// Σ aᵢ bᵢ over as many as `b` has.
private func dot(
  _ a: UnsafeMutableBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>
) -> Double {
  var sum = 0.0
  for index in b.indices { sum += a[index] * b[index] }
  return sum
}
