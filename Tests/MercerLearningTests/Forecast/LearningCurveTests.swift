import MercerCore
import MercerLearning
import RealModule
import Testing

/// Errors of runs, averaged.
@Suite struct LearningCurveTests {
  @Test func meansAndCorrelations() throws {
    // Rows 0…3 are hard to both sizes alike; the larger one halves every loss.
    let hard = [4.0, 1, 1, 4]
    let curve = LearningCurve(
      .logLoss,
      sizes: [
        [.init(trainingRows: 100, rows: [0, 1, 2, 3], losses: hard)],
        [.init(trainingRows: 200, rows: [0, 1, 2, 3], losses: hard.map { $0 / 2 })],
      ], rowCount: 4)
    #expect(curve.points.map(\.rows) == [100, 200])
    #expect(curve.points.map(\.error) == [2.5, 1.25])
    let covariance = curve.logarithms.covariance
    // The variance of the four relative losses, over four; beside it only what the search varies by.
    let variance = 0.36 / 4
    #expect(abs(covariance[0, 1] - variance) < 1e-12)
    #expect(abs(covariance[0, 0] - variance) < 1e-3 && covariance[0, 0] > variance)
    #expect(abs(curve.points[0].standardError - 2.5 * covariance[0, 0].squareRoot()) < 1e-12)
  }

  @Test func squaresBecomeRoots() throws {
    let curve = LearningCurve(
      .rmse,
      sizes: [10, 20].map { rows in
        [.init(trainingRows: rows, rows: [0, 1], losses: [9, 16])]
      }, rowCount: 2)
    #expect(abs(curve.points[0].error - 12.5.squareRoot()) < 1e-12)
    #expect(abs(curve.logarithms.logErrors[0] - Double.log(12.5)) < 1e-12)
  }

  /// Runs that differ on the same rows widen the curve.
  @Test func runsThatDifferAreLessSure() throws {
    func curve(_ shift: Double) -> LearningCurve {
      let runs = [-1.0, 0, 1].map { sign in
        LearningCurve.Run(
          trainingRows: 50, rows: [0, 1, 2], losses: [1, 2, 3].map { $0 + sign * shift })
      }
      return LearningCurve(.logLoss, sizes: [runs, runs], rowCount: 3)
    }
    #expect(curve(0).points[0].error == 2 && abs(curve(0.5).points[0].error - 2) < 1e-12)
    let added =
      curve(0.5).logarithms.covariance[0, 0] - curve(0).logarithms.covariance[0, 0]
    // The runs vary by (0.5 / 2)² about their mean, of which there are three.
    #expect(abs(added - 0.0625 / 3) < 1e-9, "\(added)")
  }

  /// No error among twenty rows is not no error: a curve through it has a logarithm and much doubt.
  @Test func noErrorsAtAll() throws {
    let none = [Double](repeating: 0, count: 20)
    let curve = LearningCurve(
      .error,
      sizes: [30, 60].map { [.init(trainingRows: $0, rows: Array(0..<20), losses: none)] },
      rowCount: 20)
    #expect(curve.points[0].error == 0.025)
    #expect(curve.points[0].standardError >= 0.02)
    let fit = try CurveFit(curve.logarithms)
    #expect(fit.estimate(rows: 120).upper.isFinite)
  }
}
