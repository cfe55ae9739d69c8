import MercerCore
import MercerKernels
import Testing

@Suite struct CosineKernelTests {
  @Test func zeroPointsHaveCosineZero() throws {
    let points = Points<Double>(rows: [[0, 0], [3, 4], [-6, -8]])
    let kernel = try CosineKernel<Double>()
    let matrix = try kernel.matrix(rows: points, columns: points)
    #expect(matrix.elements == [0, 0, 0, 0, 1, -1, 0, -1, 1])
    let bound = try kernel.bound(rows: points, columns: points)
    var weights = Matrix<Double>(rowCount: 3, columnCount: 3, repeating: 1)
    var gradient = Matrix<Double>(rowCount: 3, columnCount: 2)
    weights.withTile { weights in
      gradient.withTile { bound.accumulateInputGradient(weights: weights, into: $0) }
    }
    // At the origin there is no derivative; (anti)parallel points are at an extremum.
    #expect(gradient.elements.allSatisfy { abs($0) < 1e-15 })
  }

  @Test func sizesOutOfTheRangeOfSquaresStayFinite() throws {
    // The product of two squared norms, 10⁻⁶⁰ each, is below the range of Float.
    let points = Points<Float>(rows: [[1e-15, 0], [1e-15, 1e-15]])
    let matrix = try CosineKernel<Float>().matrix(rows: points, columns: points)
    #expect(abs(matrix[0, 1] - Float(0.5).squareRoot()) < 1e-6)
    let large = Points<Float>(rows: [[1e15, 0], [1e15, 1e15]])
    let other = try CosineKernel<Float>().matrix(rows: large, columns: large)
    #expect(abs(other[0, 1] - Float(0.5).squareRoot()) < 1e-6)
  }
}
