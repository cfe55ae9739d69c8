import MercerCore
import MercerOperators

/// P = U Λ Uᵀ + ρ I: a randomised Nyström approximation of a block K(B, B), damped by
/// ρ = λ + its least eigenvalue; and the largest eigenvalue of P⁻¹ (K(B, B) + λ I), which bounds steps.
/// - Source: Rathore et al., Have ASkotch (2024), sections 2.2 and 2.3; Tropp, Yurtsever, Udell and
///   Cevher, Fixed-rank approximation of a positive-semidefinite matrix from streaming data (2017),
///   algorithm 3.
struct BlockSketch<Element: Scalar>: Sendable {
  /// U, b × r.
  private let vectors: Matrix<Element>
  /// Λ, descending.
  private let values: [Double]
  /// ρ.
  let level: Double
  private(set) var largestEigenvalue = 1.0

  var rank: Int { values.count }

  /// - Complexity: O(b² r) operations.
  init(
    _ block: Matrix<Element>, rank: Int, ridge: Double, seed: UInt64, index: UInt64,
    _ context: ExecutionContext
  ) throws(MercerError) {
    let b = block.rowCount
    let start: Matrix<Element> = normalMatrix(
      rowCount: b, columnCount: min(rank, b), seed: seed, purpose: "ASkotch sketch", index: index)
    let omega = try orthonormalised(start, floor: 0, context).basis
    let image = try block.multiplied(by: omega, context: context)
    let norm = columnDots(image, image).reduce(0, +).squareRoot()
    // A shift by what rounding takes, so that the core stays definite; taken off again below.
    let shift = 4 * Double(b).squareRoot() * Double(Element.ulpOfOne) * norm
    var y = Matrix<Double>(converting: image)
    let wide = Matrix<Double>(converting: omega)
    y.add(wide, times: shift)
    let core = try wide.multiplied(by: y, transposed: true, context: context)
    let factor = try Cholesky(core, jitter: .upTo(1e-6), context: context)
    let half = try factor.solveFactor(y.transposed(), context: context)
    let eigen = try SymmetricEigen(
      try half.multiplied(by: half, transposingOther: true, context: context))
    let least = 100 * Double(Element.ulpOfOne) * (eigen.values.last ?? 0)
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] - shift > least }
    values = kept.map { eigen.values[$0] - shift }
    var turn = eigen.vectors.rows(at: kept)
    turn.scaleRows(by: kept.map { 1 / eigen.values[$0].squareRoot() })
    vectors = Matrix<Element>(
      converting: try half.multiplied(
        by: turn, transposed: true, transposingOther: true, context: context))
    level = ridge + (values.last ?? 0)
    largestEigenvalue = try powerIteration(block, ridge, seed, index, context)
  }

  /// P⁻¹ g, b × k.
  func solve(
    _ g: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    var result = g.scaled(by: Element(1 / level))
    guard !values.isEmpty else { return result }
    var inside = try vectors.multiplied(by: g, transposed: true, context: context)
    inside.scaleRows(by: values.map { Element(1 / ($0 + level) - 1 / level) })
    result.add(try vectors.multiplied(by: inside, context: context), times: 1)
    return result
  }

  /// The largest eigenvalue of P⁻¹ (K + λ I), by ten power iterations; with a tenth more, as those
  /// come from below.
  private func powerIteration(
    _ block: Matrix<Element>, _ ridge: Double, _ seed: UInt64, _ index: UInt64,
    _ context: ExecutionContext
  ) throws(MercerError) -> Double {
    var v: Matrix<Element> = normalMatrix(
      rowCount: block.rowCount, columnCount: 1, seed: seed, purpose: "ASkotch step", index: index)
    var largest = 0.0
    for _ in 0..<10 {
      var image = try block.multiplied(by: v, context: context)
      image.add(v, times: ridge)
      let next = try solve(image, context)
      // ‖P⁻¹ A v‖ over ‖v‖ in the norm of A, in which the map is symmetric.
      let ratio = columnDots(next, image)[0] / columnDots(v, image)[0]
      if ratio.isFinite { largest = max(largest, ratio) }
      let norm = columnDots(next, next)[0].squareRoot()
      guard norm > 0, norm.isFinite else { break }
      v = next.scaled(by: Element(1 / norm))
    }
    return 1.1 * max(largest, Double(Element.ulpOfOne))
  }
}
