import MercerCore
import MercerKernels
import Testing

@Suite struct OverlapKernelTests {
  @Test(arguments: [1, 3, 49])
  func valuesAreSharesOfEqualCodes(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 31)
    let x = codes(numbers.matrix(6, d))
    let z = codes(numbers.matrix(70, d))
    let kernel = OverlapKernel<Float>()
    let values = try kernel.matrix(rows: Points(x), columns: Points(z))
    for i in 0..<6 {
      for j in 0..<70 {
        let equal = zip(x.row(i), z.row(j)).count { $0 == $1 }
        #expect(values[i, j] == Float(equal) / Float(d))
      }
    }
    let square = try kernel.matrix(rows: Points(x), columns: Points(x))
    #expect(square.diagonal == (try kernel.diagonal(of: Points(x))))
    #expect(square.diagonal.allSatisfy { $0 == 1 })
  }

  private func codes(_ matrix: Matrix<Double>) -> Matrix<Float> {
    Matrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount,
      elements: matrix.elements.map { Float(($0 * 1.5).rounded()) })
  }

  @Test func hasNoGradientAndNoParameters() throws {
    let points = Points<Double>(rows: [[0, 1], [0, 2]])
    let kernel = OverlapKernel<Double>()
    #expect(kernel.parameters.isEmpty)
    #expect(try kernel.withParameters([]) == kernel)
    #expect(throws: MercerError.self) { try kernel.withParameters([1]) }
    let bound = try kernel.bound(rows: points, columns: points)
    var weights = Matrix<Double>(rowCount: 2, columnCount: 2, repeating: 1)
    var gradient = Matrix<Double>(rowCount: 2, columnCount: 2)
    weights.withTile { weights in
      gradient.withTile { bound.accumulateInputGradient(weights: weights, into: $0) }
    }
    #expect(gradient.elements == [0, 0, 0, 0])
  }

  @Test func sizesAreChecked() throws {
    let error = #expect(throws: MercerError.self) {
      try OverlapKernel<Double>().bound(
        rows: Points(rows: [[0, 1]]), columns: Points(rows: [[0, 1, 2]]))
    }
    #expect(error?.code == .shapeMismatch)
    let flat = Points(Matrix<Double>(rowCount: 2, columnCount: 0))
    #expect(try OverlapKernel().matrix(rows: flat, columns: flat).elements == [1, 1, 1, 1])
  }
}
