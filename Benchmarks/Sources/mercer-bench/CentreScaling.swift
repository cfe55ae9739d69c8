import Foundation
import Mercer

/// What an epoch of EigenPro costs as the number of centres grows on the same rows: processor
/// seconds, entries of kernel matrices, and the peak of memory beyond the inputs. Prints a table and
/// the slopes of a log-log fit, which are 1 where cost is proportional.
///
/// Memory has a part that no centre adds to (vectors of all rows, eigenproblems of a fixed rank,
/// scratch of the threads), so that the slope of bytes is below 1 although they grow in proportion.
struct CentreScaling {
  /// Rows, coordinates.
  var rows = 262_144
  var features = 10
  var threads = Machine.coreCount
  private struct Line {
    let centres: Int
    let seconds: Double
    let products: Double
    let bytes: Int?
  }

  func run() throws {
    let inputs = Points(SharedNumbers.matrix(rows, features, stream: 1, as: Float.self))
    let noise = SharedNumbers.uniform(rows, stream: 4)
    let targets = Matrix<Float>(
      column: (0..<rows).map { i in
        let x = inputs.coordinates
        return Float(sin(3 * Double(x[i, 0])) + Double(x[i, 1] * x[i, 2]) + 0.2 * (noise[i] - 0.5))
      })
    let kernel = try LaplaceKernel<Float>(lengthScale: 2)
    var lines: [Line] = []
    print("rows \(rows), features \(features), threads \(threads)")
    print("centres  processor s an epoch  products an epoch  peak bytes beyond inputs  batch")
    func fit(_ centres: Int, _ epochs: Int) throws -> StochasticReport {
      try EigenProCentres(
        sampleSize: 500, epochLimit: epochs, tolerance: 1e-12, onNonConvergence: .returnBest
      ).fit(
        kernel, inputs: inputs, centres: inputs.subset(at: Array(0..<centres)), targets: targets,
        context: ExecutionContext(threadCount: threads)
      ).report
    }
    for centres in [1000, 2000, 4000, 8000, 16_000, 32_000] where 4 * centres <= rows {
      // The first epoch comes with all that is done once.
      let start = Self.processorSeconds()
      let once = try fit(centres, 1)
      let middle = Self.processorSeconds()
      let (twice, bytes) = try PeakMemory.rise { try fit(centres, 2) }
      let seconds = (Self.processorSeconds() - middle) - (middle - start)
      let line = Line(
        centres: centres, seconds: seconds, products: twice.products - once.products, bytes: bytes)
      lines.append(line)
      print(
        centres, String(format: "%.2f", line.seconds), String(format: "%.2f", line.products),
        bytes ?? 0, twice.batchSize, separator: "  ")
    }
    print("slope of seconds:", Self.slope(lines.map { ($0.centres, $0.seconds) }))
    print(
      "slope of entries:", Self.slope(lines.map { ($0.centres, $0.products * Double($0.centres)) }))
    print("slope of bytes:", Self.slope(lines.map { ($0.centres, Double($0.bytes ?? 0)) }))
  }

  /// Of a straight line through the logarithms.
  private static func slope(_ values: [(Int, Double)]) -> String {
    let points = values.filter { $0.1 > 0 }.map { (log(Double($0.0)), log($0.1)) }
    let count = Double(points.count)
    let (x, y) = (
      points.reduce(0) { $0 + $1.0 } / count, points.reduce(0) { $0 + $1.1 } / count
    )
    let top = points.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
    return String(format: "%.2f", top / points.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) })
  }

  /// Of all threads of this process.
  private static func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
