public import MercerCore
public import MercerKernels
import RealModule

/// How large errors are near an input: s(x, ŷ) = scale · exp(f), with f in the span of a kernel.
///
/// Errors of tables grow with the prediction more often than not, so the prediction is a coordinate
/// of its own, the last one, in standard deviations from its mean.
public struct LocalSpread: Sendable {
  /// The kernel of f, on d + 1 coordinates.
  public let kernel: any PointKernel<Double>
  /// λ of the fit of f.
  public let ridge: Double
  /// The m rows that f was learned from, and their predictions: m × (d + 1).
  public let inputs: Points<Double>
  /// Where these rows are among the training rows of the regression; nil when they are not.
  public let rows: [Int]?
  /// α, m × 1: f = Σⱼ αⱼ k(·, xⱼ), then kept in `range`.
  public let coefficients: Matrix<Double>
  /// The mean |error|, in the target's units.
  public let scale: Double
  /// The bounds of f, the least and the largest that were met on rows left out.
  public let range: ClosedRange<Double>
  /// The mean and the standard deviation of the predictions.
  public let predictionCentre: Double, predictionUnit: Double

  /// s at m inputs with their predictions; all positive and finite.
  ///
  /// - Complexity: m n d for n rows that f was learned from.
  public func scales(
    at points: Points<Double>, predictions: [Double], context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let places = points.appending(placed(predictions))
    return try KernelSum.values(
      of: kernel, at: places, centres: inputs, coefficients: coefficients, context: context
    ).elements.map { size(ofLog: $0) }
  }

  /// scale · exp(f), with f kept in `range`.
  func size(ofLog f: Double) -> Double {
    scale * Double.exp(min(max(f, range.lowerBound), range.upperBound))
  }

  /// Predictions as the last coordinate.
  func placed(_ predictions: [Double]) -> [Double] {
    predictions.map { ($0 - predictionCentre) / predictionUnit }
  }
}

extension Points<Double> {
  /// The same points with one coordinate more, the last.
  func appending(_ values: [Double]) -> Points {
    precondition(values.count == count)
    let width = dimension + 1
    return Points(
      Matrix(rowCount: count, columnCount: width) { target in
        coordinates.withUnsafeBufferPointer { source in
          for i in 0..<count {
            for c in 0..<dimension { target[i * width + c] = source[i * dimension + c] }
            target[i * width + dimension] = values[i]
          }
        }
      })
  }
}
