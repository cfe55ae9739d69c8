import Foundation
import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import Testing

/// Maxima and entries with their places, against loops over the stored entries.
@Suite struct RowReductionTests {
  @Test(arguments: reducedKernels)
  func maximaAndExtremes(kernel: String) throws {
    for (n, m) in reducedSizes {
      try check(ReducedExample<Float>(kernel, rows: n, columns: m))
      try check(ReducedExample<Double>(kernel, rows: n, columns: m))
    }
  }

  /// The values are those of the stored matrix bit for bit, however tiles are cut, so nothing needs a
  /// tolerance.
  private func check<E: Scalar>(_ example: ReducedExample<E>) throws {
    let (gram, entries) = (example.gram, example.entries)
    let (n, m) = (entries.rowCount, entries.columnCount)
    let maxima = try gram.rowMaxima(context: oneThread)
    #expect(try gram.rowMaxima(context: manyThreads) == maxima)
    #expect(maxima.map { Double($0) } == (0..<n).map { entries.row($0).max() ?? 0 })
    #expect(try example.stored.rowMaxima() == maxima)

    for count in Set([1, min(3, m), min(20, m), m]) where count <= 20 || n * m <= 500 {
      let smallest = try gram.smallestEntries(count, context: oneThread)
      let largest = try gram.largestEntries(count, context: oneThread)
      #expect(try gram.smallestEntries(count, context: manyThreads) == smallest)
      #expect(try gram.largestEntries(count, context: manyThreads) == largest)
      #expect(try example.stored.smallestEntries(count) == smallest)
      #expect(try example.stored.largestEntries(count) == largest)
      // Some rows of each block, as sorting takes long.
      for i in stride(from: 0, to: n, by: 3) {
        let row = entries.row(i)
        let up = (0..<m).sorted { (row[$0], $0) < (row[$1], $1) }.prefix(count)
        let down = (0..<m).sorted { (-row[$0], $0) < (-row[$1], $1) }.prefix(count)
        #expect(smallest.columns(ofRow: i) == Array(up))
        #expect(largest.columns(ofRow: i) == Array(down))
        #expect(smallest.values.row(i).map { Double($0) } == up.map { row[$0] })
        #expect(largest.values.row(i).map { Double($0) } == down.map { row[$0] })
      }
    }
  }

  /// Entries of few different values, at sizes with several stripes: the first column wins.
  @Test func tiesGoToTheFirstColumn() throws {
    let (n, m) = (2, 2000)
    var matrix = Matrix<Float>(rowCount: n, columnCount: m)
    for j in 0..<m { (matrix[0, j], matrix[1, j]) = (Float(j * 7 % 3), 5) }
    let gram = DenseCrossGram(matrix)
    let smallest = try gram.smallestEntries(700, context: manyThreads)
    let largest = try gram.largestEntries(4, context: manyThreads)
    let zeros = (0..<m).filter { $0 * 7 % 3 == 0 }
    let ones = (0..<m).filter { $0 * 7 % 3 == 1 }
    #expect(smallest.columns(ofRow: 0) == Array((zeros + ones).prefix(700)))
    #expect(smallest.columns(ofRow: 1) == Array(0..<700))
    #expect(largest.columns(ofRow: 1) == [0, 1, 2, 3])
    #expect(largest.columns(ofRow: 0) == Array((0..<m).filter { $0 * 7 % 3 == 2 }.prefix(4)))
  }

  /// Undefined and infinite entries, in the middle of stripes.
  @Test func strangeEntries() throws {
    var matrix = Matrix<Double>.random(rowCount: 3, columnCount: 1500, seed: 3)
    matrix[1, 700] = .nan
    for j in 0..<1500 where j != 800 { matrix[2, j] = .infinity }
    matrix[2, 801] = .nan
    let gram = DenseCrossGram(matrix)
    let maxima = try gram.rowMaxima()
    #expect(maxima[0] == matrix.row(0).max() && maxima[1].isNaN && maxima[2].isNaN)
    let smallest = try gram.smallestEntries(2)
    #expect(smallest.columns(ofRow: 2) == [800, -1])
    #expect(smallest.values[2, 0] == matrix[2, 800] && smallest.values[2, 1] == .infinity)
    #expect(!smallest.columns(ofRow: 1).contains(700))
    #expect(try !gram.largestEntries(3).columns(ofRow: 1).contains(700))
    let sums = try gram.rowLogSumExp()
    #expect(sums[0].isFinite && sums[1].isNaN && sums[2].isNaN)
    var weights = [Double](repeating: 1, count: 1500)
    (weights[700], weights[801]) = (0, 0)
    let without = try gram.rowLogSumExp(weights: weights)
    #expect(without[1].isFinite && without[2] == .infinity)
  }

  /// Wrappers, which are neither kernels nor stored, and a symmetric operator.
  @Test func anyOperatorReduces() throws {
    let x = Points<Double>.random(count: 70, dimension: 2, seed: 5)
    let gram = try TiledGram(GaussianKernel<Double>(), inputs: x)
    let scaled = try ScaledGram(gram, by: 2)
    #expect(try gram.rowMaxima() == [Double](repeating: 1, count: 70))
    #expect(try gram.largestEntries(1).columns == Array(0..<70))
    #expect(try scaled.largestEntries(2).columns == gram.largestEntries(2).columns)
    #expect(
      try scaled.smallestEntries(3).values.elements
        == gram.smallestEntries(3).values.elements.map { 2 * $0 })
  }

  @Test func emptyOperators() throws {
    let none = DenseCrossGram(Matrix<Float>(rowCount: 0, columnCount: 5))
    #expect(try none.rowMaxima().isEmpty && none.rowLogSumExp().isEmpty)
    #expect(try none.smallestEntries(2).columns.isEmpty)
    let narrow = DenseCrossGram(Matrix<Float>(rowCount: 2, columnCount: 0))
    #expect(try narrow.rowMaxima() == [-.infinity, -.infinity])
    #expect(try narrow.rowLogSumExp() == [-.infinity, -.infinity])
    #expect(try narrow.rowSums() == [0, 0])
  }

  @Test func refusals() throws {
    let gram = DenseCrossGram(Matrix<Float>(rowCount: 2, columnCount: 3))
    for count in [-1, 0, 4] {
      #expect(code { try gram.smallestEntries(count) } == .invalidParameter)
      #expect(code { try gram.largestEntries(count) } == .invalidParameter)
    }
    let flag = CancellationFlag()
    flag.set()
    let stopped = ExecutionContext(cancellation: flag)
    #expect(code { try gram.rowMaxima(context: stopped) } == .cancelled)
    #expect(code { try gram.rowLogSumExp(context: stopped) } == .cancelled)
    #expect(code { try gram.smallestEntries(1, context: stopped) } == .cancelled)
  }
}

/// The code of the error that the body throws.
func code<R>(_ body: () throws -> R) -> MercerError.Code? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? MercerError)?.code
  }
}
