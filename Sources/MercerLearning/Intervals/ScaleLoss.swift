import MercerCore
import RealModule

/// f + a exp(−f): the negative log likelihood of a size a ≥ 0 under an exponential distribution of
/// mean exp(f), which is that of |r| when r has a Laplace distribution. Convex in f.
struct ScaleLoss: RowLoss {
  /// a, one a row.
  let sizes: [Double]

  var outputCount: Int { 1 }

  func evaluate(_ f: Matrix<Double>) -> RowLossEvaluation {
    var value = 0.0
    var pull = f
    var roots = f
    pull.withUnsafeMutableBufferPointer { pull in
      roots.withUnsafeMutableBufferPointer { roots in
        for (i, size) in sizes.enumerated() {
          let ratio = size * Double.exp(-pull[i])
          value += pull[i] + ratio
          pull[i] = ratio - 1
          roots[i] = max(ratio, RowCurvature.floor).squareRoot()
        }
      }
    }
    return RowLossEvaluation(
      value: value, pull: pull, curvature: RowCurvature(roots: roots, directions: nil))
  }

  /// The mean loss of some outputs.
  func mean(of f: [Double]) -> Double {
    zip(sizes, f).reduce(0) { $0 + $1.1 + $1.0 * Double.exp(-$1.1) } / Double(max(f.count, 1))
  }
}
