import MercerCore
import MercerLearning
import Testing

@Suite struct CurveTests {
  private static func scored(_ count: Int, ties: Bool) -> (scores: [Double], positives: [Bool]) {
    var stream = RandomStream(seed: 3, purpose: "curve tests")
    let positives = (0..<count).map { _ in stream.uniform() < 0.3 }
    let scores = positives.map { ($0 ? 0.8 : 0) + stream.normal() }
    return (ties ? scores.map { ($0 * 2).rounded() / 2 } : scores, positives)
  }

  @Test(arguments: [false, true])
  func areaBelowThePointsIsTheAreaByRanks(ties: Bool) throws {
    let (scores, positives) = Self.scored(200, ties: ties)
    let curve = try #require(OperatingCurve(scores: scores, positives: positives))
    let area = zip(curve.points, curve.points.dropFirst()).reduce(0) {
      let width = $1.1.falsePositiveRate - $1.0.falsePositiveRate
      return $0 + width * ($1.0.truePositiveRate + $1.1.truePositiveRate) / 2
    }
    let byRanks = try #require(areaUnderCurve(scores: scores, positives: positives))
    #expect(abs(area - byRanks) < 1e-12)
    #expect(ties == (curve.points.count < 201))
    #expect(curve.points.last?.truePositiveRate == 1)
    #expect(curve.points.last?.precision == curve.prevalence)
  }

  @Test func curveOfFourRows() throws {
    let curve = try #require(
      OperatingCurve(scores: [0.9, 0.8, 0.7, 0.1], positives: [true, false, true, false]))
    #expect(curve.points.map(\.truePositiveRate) == [0, 0.5, 0.5, 1, 1])
    #expect(curve.points.map(\.falsePositiveRate) == [0, 0, 0.5, 0.5, 1])
    #expect(curve.points.map(\.precision) == [1, 1, 0.5, 2.0 / 3, 0.5])
    // 0.5 · 1 + 0.5 · 2/3.
    #expect(abs(curve.averagePrecision - 5.0 / 6) < 1e-15)
  }

  /// A curve for drawing has its ends, points of the whole one in their order, and no wide gaps.
  @Test func fewerPoints() throws {
    let (scores, positives) = Self.scored(3000, ties: false)
    let curve = try #require(OperatingCurve(scores: scores, positives: positives))
    let few = curve.points(atMost: 60)
    #expect(few.count <= 60 && few.count > 50)
    #expect(few.first == curve.points.first && few.last == curve.points.last)
    #expect(few.allSatisfy(curve.points.contains))
    for (a, b) in zip(few, few.dropFirst()) {
      let step = b.falsePositiveRate - a.falsePositiveRate + b.truePositiveRate - a.truePositiveRate
      // The whole has the length 2; one point may be a little late.
      #expect(step > 0 && step < 2.5 * 2 / 59)
    }
    #expect(curve.points(atMost: 5000) == curve.points)
  }

  /// Wilson's interval for 8 of 10 at z = 1.6449, from its formula worked by hand.
  @Test func intervalOfAShare() {
    let diagram = ReliabilityDiagram(
      confidences: [Double](repeating: 0.75, count: 10), isRight: (0..<10).map { $0 < 8 },
      binCount: 1)
    let interval = diagram.bins[0].accuracyInterval
    // (0.8 + 0.13529 ± 1.6449 √(0.016 + 0.0067643)) / 1.27057.
    #expect(abs(interval.lowerBound - 0.54078) < 1e-4, "\(interval)")
    #expect(abs(interval.upperBound - 0.93142) < 1e-4, "\(interval)")
  }

  @Test func oneKindOfRowsHasNoCurve() {
    #expect(OperatingCurve(scores: [1, 2], positives: [true, true]) == nil)
    #expect(OperatingCurve(scores: [], positives: []) == nil)
  }

  @Test func confusionsAreCountedAndOrdered() {
    let probabilities = Matrix<Double>(
      rowCount: 5, columnCount: 3,
      elements: [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0.4, 0.3, 0.3])
    let matrix = ConfusionMatrix(
      labels: [0, 0, 0, 2, 2], probabilities: probabilities, names: ["a", "b", "c"])
    #expect(matrix.counts == [[1, 2, 0], [0, 0, 0], [1, 0, 1]])
    #expect(matrix.confusions.map(\.rows) == [2, 1])
    #expect(matrix.confusions[0].truth == 0 && matrix.confusions[0].prediction == 1)
  }

  @Test func reliabilityOfTwoBins() {
    let diagram = ReliabilityDiagram(
      confidences: [0.1, 0.2, 0.9, 1], isRight: [false, true, true, true], binCount: 2)
    #expect(diagram.bins.map(\.rows) == [2, 2])
    #expect(diagram.bins.map(\.accuracy) == [0.5, 1])
    // (2 · |0.15 − 0.5| + 2 · |0.95 − 1|) / 4.
    #expect(abs(diagram.expectedError - 0.2) < 1e-15)
  }
}
