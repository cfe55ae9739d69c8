import MercerCore
import MercerKernels
import Testing

/// The values of all kernels against their formulas.
@Suite struct KernelValueTests {
  @Test(arguments: [1, 3, 20, 40])
  func valuesEqualFormulas(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 1)
    let x = numbers.matrix(9, d)
    let z = numbers.matrix(11, d)
    for metric in metrics(dimension: d) {
      for sample in try kernelSamples(metric: metric, Double.self) {
        let values = try sample.kernel.matrix(rows: Points(x), columns: Points(z))
        for i in 0..<9 {
          for j in 0..<11 {
            let expected = sample.formula(x.row(i), z.row(j))
            // Inner products of up to 40 terms and a polynomial of degree 3 lose a few dozen units
            // in the last place of the largest term; distances of 1.3-norms a little more.
            #expect(
              abs(values[i, j] - expected) <= 1e-12 * max(1, abs(expected)),
              "\(sample.kernel) at \(i), \(j): \(values[i, j]) for \(expected)")
          }
        }
      }
    }
  }

  @Test(arguments: [3, 40])
  func floatFollowsDouble(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 2)
    let x = Matrix<Float>(converting: numbers.matrix(7, d))
    let z = Matrix<Float>(converting: numbers.matrix(6, d))
    let (exactX, exactZ) = (Matrix<Double>(converting: x), Matrix<Double>(converting: z))
    for metric in metrics(dimension: d) {
      let samples = try kernelSamples(metric: metric, Float.self)
      for sample in samples {
        let values = try sample.kernel.matrix(rows: Points(x), columns: Points(z))
        for i in 0..<7 {
          for j in 0..<6 {
            let expected = sample.formula(exactX.row(i), exactZ.row(j))
            // 1e-5 relative is what golden tests ask of Float; inner products near zero cancel, so
            // the bound for those is relative to 1. A transform of 40 coordinates makes terms whose
            // sizes add up to some hundreds, so that sums near 1 keep a digit less.
            let tolerance = d > 3 ? 3e-5 : 1e-5
            #expect(
              abs(Double(values[i, j]) - expected) <= tolerance * max(1, abs(expected)),
              "\(sample.kernel) at \(i), \(j): \(values[i, j]) for \(expected)")
          }
        }
      }
    }
  }

  @Test(arguments: [3, 40])
  func diagonalIsThatOfTheMatrix(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 3)
    let points = Points(numbers.matrix(5, d))
    for metric in metrics(dimension: d) {
      for sample in try kernelSamples(metric: metric, Double.self) {
        let matrix = try sample.kernel.matrix(rows: points, columns: points)
        // Distances on the diagonal are exactly 0; inner products may be summed in another order
        // than the norms, each of up to 20 terms, and raised to the third power.
        for (found, expected) in zip(try sample.kernel.diagonal(of: points), matrix.diagonal) {
          #expect(abs(found - expected) <= 32 * expected.ulp, "\(sample.kernel)")
        }
      }
    }
  }

  @Test func tilesAgreeWithTheWhole() throws {
    var numbers = TestNumbers(seed: 4)
    let x = Points(numbers.matrix(9, 20))
    let z = Points(numbers.matrix(8, 20))
    for sample in try kernelSamples(metric: .identity, Double.self) {
      let whole = try sample.kernel.matrix(rows: x, columns: z)
      let bound = try sample.kernel.bound(rows: x, columns: z)
      // A stride wider than the tile, and memory that holds something already.
      var memory = Matrix<Double>(rowCount: 4, columnCount: 7, repeating: .nan)
      memory.withTile { bound.fill($0.moved(rows: 3..<7, columns: 2..<7)) }
      for i in 0..<4 {
        for j in 0..<5 {
          let expected = whole[i + 3, j + 2]
          // GEMM may sum in another order in another shape.
          #expect(abs(memory[i, j] - expected) <= 1e-13 * max(1, abs(expected)))
        }
        #expect(memory[i, 5].isNaN && memory[i, 6].isNaN)
      }
    }
  }

  @Test func emptySetsAndNoCoordinates() throws {
    let none = Points(Matrix<Double>(rowCount: 0, columnCount: 3))
    let some = Points(Matrix<Double>(rowCount: 2, columnCount: 3, repeating: 0.5))
    let flat = Points(Matrix<Double>(rowCount: 2, columnCount: 0))
    for sample in try kernelSamples(metric: .identity, Double.self) {
      #expect(try sample.kernel.matrix(rows: none, columns: some).count == 0)
      #expect(try sample.kernel.matrix(rows: some, columns: none).count == 0)
      #expect(try sample.kernel.matrix(rows: none, columns: none).count == 0)
      #expect(try sample.kernel.diagonal(of: none).isEmpty)
      let atNothing = try sample.kernel.matrix(rows: flat, columns: flat).elements
      #expect(atNothing == (try sample.kernel.diagonal(of: flat)).flatMap { [$0, $0] })
      #expect(atNothing.allSatisfy { $0 == 0 || $0 == 1 || abs($0 - 0.216) < 1e-15 })
    }
  }

  @Test func shapesAreChecked() throws {
    let three = Points(Matrix<Double>(rowCount: 2, columnCount: 3))
    let four = Points(Matrix<Double>(rowCount: 2, columnCount: 4))
    for sample in try kernelSamples(metric: .identity, Double.self) {
      let error = #expect(throws: MercerError.self) {
        try sample.kernel.bound(rows: three, columns: four)
      }
      #expect(error?.code == .shapeMismatch)
      #expect(error?.message.contains("3") == true && error?.message.contains("4") == true)
    }
    for metric in [Metric.scales([1, 2]), .transform(Matrix(rows: [[1, 2]]))] {
      for sample in try kernelSamples(metric: metric, Double.self) {
        let error = #expect(throws: MercerError.self) {
          try sample.kernel.bound(rows: three, columns: three)
        }
        #expect(error?.code == .shapeMismatch)
        #expect(error?.message.contains("2") == true && error?.message.contains("3") == true)
        #expect(throws: MercerError.self) { try sample.kernel.diagonal(of: three) }
      }
    }
  }
}
