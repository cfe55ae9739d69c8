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
