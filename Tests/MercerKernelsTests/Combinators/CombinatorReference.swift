import Foundation
import MercerCore
import MercerKernels

/// The obvious definition of a kernel on single points, in Double.
typealias PointFunction = @Sendable (_ x: [Double], _ z: [Double]) -> Double

func gaussianValue(_ lengthScale: Double) -> PointFunction {
  { x, z in
    let squared = zip(x, z).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    return exp(-squared / (2 * lengthScale * lengthScale))
  }
}

let linearValue: PointFunction = { x, z in zip(x, z).map { $0 * $1 }.reduce(0, +) }

/// Points that are the same on every run: n × d, coordinates of order 1.
func somePoints(_ n: Int, _ d: Int, seed: UInt64) -> [[Double]] {
  var generator = SplitMix(seed)
  return (0..<n).map { _ in (0..<d).map { _ in Double.random(in: -1.5..<1.5, using: &generator) } }
}

/// The largest difference between a matrix and a function of its places.
func largestDifference(_ matrix: Matrix<Double>, _ expected: (Int, Int) -> Double) -> Double {
  var largest = 0.0
  for i in 0..<matrix.rowCount {
    for j in 0..<matrix.columnCount {
      let difference = abs(matrix[i, j] - expected(i, j))
      // A NaN must not pass for small.
      largest = difference <= largest ? largest : difference
    }
  }
  return largest
}

/// What a kernel's gradients are, and what central differences say they are, under weights wᵢⱼ, for
/// the rows and columns in a part of the matrix.
struct GradientErrors {
  var inputError = 0.0
  var parameterError = 0.0

  init(
    _ kernel: any PointKernel<Double>, rows x: [[Double]], columns z: [[Double]],
    partRows: Range<Int>, partColumns: Range<Int>, step: Double = 1e-5
  ) throws {
    let bound = try kernel.bound(rows: Points(rows: x), columns: Points(rows: z))
    let d = x[0].count
    var generator = SplitMix(99)
    // A stride above the width shows whether the part's own stride is heeded.
    let stride = partColumns.count + 3
    var weights = Matrix<Double>(rowCount: partRows.count, columnCount: stride)
    for i in 0..<partRows.count {
      for j in 0..<stride { weights[i, j] = Double.random(in: -1..<1, using: &generator) }
    }
    var gradient = Matrix<Double>(rowCount: partRows.count, columnCount: d, repeating: 0.5)
    var parameterGradient = [Double](repeating: 0.25, count: kernel.parameters.count)
    weights.withTile { memory in
      let tile = memory.moved(rows: partRows, columns: 0..<partColumns.count)
      let part = Tile(rows: partRows, columns: partColumns, stride: stride, base: tile.base)
      gradient.withTile { gradient in
        bound.accumulateInputGradient(
          weights: part, into: gradient.moved(rows: partRows, columns: 0..<d))
      }
      bound.accumulateParameterGradient(weights: part, into: &parameterGradient)
    }

    func weightedSum(_ kernel: any PointKernel<Double>, _ x: [[Double]]) throws -> Double {
      let matrix = try kernel.matrix(rows: Points(rows: x), columns: Points(rows: z))
      var total = 0.0
      for (i, row) in partRows.enumerated() {
        for (j, column) in partColumns.enumerated() { total += weights[i, j] * matrix[row, column] }
      }
      return total
    }

    for (i, row) in partRows.enumerated() {
      for k in 0..<d {
        var (above, below) = (x, x)
        above[row][k] += step
        below[row][k] -= step
        let expected = try (weightedSum(kernel, above) - weightedSum(kernel, below)) / (2 * step)
        inputError = max(inputError, abs(gradient[i, k] - 0.5 - expected))
        if gradient[i, k].isNaN { inputError = .infinity }
      }
    }
    let values = kernel.parameters.map(\.value)
    for p in values.indices {
      var (above, below) = (values, values)
      above[p] += step
      below[p] -= step
      let expected =
        try
        (weightedSum(kernel.withParameters(above), x)
        - weightedSum(kernel.withParameters(below), x)) / (2 * step)
      parameterError = max(parameterError, abs(parameterGradient[p] - 0.25 - expected))
      if parameterGradient[p].isNaN { parameterError = .infinity }
    }
  }
}
