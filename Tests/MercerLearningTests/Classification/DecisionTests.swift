import Foundation
import MercerCore
import MercerLearning
import MercerTestSupport
import Testing

@Suite struct DecisionTests {
  /// By trying every cut.
  @Test func thresholdsAreTheBestCuts() throws {
    var stream = RandomStream(seed: 9, purpose: "cuts")
    let isPositive = (0..<60).map { _ in stream.uniform() < 0.25 }
    // Some probabilities are equal.
    let p = isPositive.map { ($0 ? 0.3 : 0) + Double(stream.integer(below: 30)) / 50 }
    let found = try #require(
      DecisionThresholds(probabilities: p, isPositive: isPositive, positive: "ill"))
    func measures(_ cut: Double) -> (f1: Double, balanced: Double) {
      let told = p.map { $0 >= cut }
      func count(_ a: Bool, _ b: Bool) -> Double {
        Double(zip(told, isPositive).count { $0 == a && $1 == b })
      }
      let (hits, alarms, misses, rests) = (
        count(true, true), count(true, false), count(false, true), count(false, false)
      )
      return (
        2 * hits / (2 * hits + alarms + misses),
        (hits / (hits + misses) + rests / (rests + alarms)) / 2
      )
    }
    let cuts = Set(p).map { measures($0) }
    #expect(found.positive == "ill")
    #expect(abs(found.f1.value - (cuts.map(\.f1).max() ?? 0)) < 1e-12)
    #expect(abs(measures(found.f1.cut).f1 - found.f1.value) < 1e-12)
    #expect(abs(found.balancedAccuracy.value - (cuts.map(\.balanced).max() ?? 0)) < 1e-12)
    #expect(
      abs(measures(found.balancedAccuracy.cut).balanced - found.balancedAccuracy.value) < 1e-12)
    #expect(found.youden.cut == found.balancedAccuracy.cut)
    #expect(abs(found.youden.value - (2 * found.balancedAccuracy.value - 1)) < 1e-12)
    #expect(
      DecisionThresholds(probabilities: [0.1, 0.2], isPositive: [true, true], positive: "a") == nil)
  }

  /// Probabilities that mean what they say, and labels drawn from them.
  private func rows(_ n: Int, purpose: String) -> (probabilities: Matrix<Double>, labels: [Int]) {
    var stream = RandomStream(seed: 14, purpose: purpose)
    var rows: [[Double]] = []
    var labels: [Int] = []
    for _ in 0..<n {
      let e = (0..<4).map { _ in exp(1.5 * stream.normal()) }
      let p = e.map { $0 / e.reduce(0, +) }
      var place = stream.uniform()
      labels.append(p.firstIndex { (place -= $0, place).1 < 0 } ?? 3)
      rows.append(p)
    }
    return (Matrix(rows: rows), labels)
  }

  /// Coverage on other rows, within three standard errors of a binomial share on either side.
  @Test func setsHoldTheTruthAsOftenAsTheySay() throws {
    let n = isOptimized ? 20_000 : 1500
    let train = rows(n, purpose: "sets")
    let test = rows(n, purpose: "other sets")
    let sets = PredictionSets(probabilities: train.probabilities, labels: train.labels)
    var before = 0
    for level in [0.8, 0.9, 0.95, 0.99] {
      let found = sets.sets(of: test.probabilities, level: level)
      let inside = Double(zip(found, test.labels).count { $0.contains($1) }) / Double(n)
      let error = (2 * level * (1 - level) / Double(n)).squareRoot()
      #expect(abs(inside - level) < 3 * error, "\(inside) at \(level)")
      let size = found.reduce(0) { $0 + $1.count }
      #expect(size > before)
      before = size
      for i in 0..<20 {
        let p = found[i].map { test.probabilities[i, $0] }
        #expect(!p.isEmpty && p == p.sorted(by: >) && Set(found[i]).count == found[i].count)
      }
    }
    let metrics = SetMetrics(
      labels: test.labels, probabilities: test.probabilities,
      sets: sets.sets(of: test.probabilities, level: 0.9), names: ["a", "b", "c", "d"])
    #expect(metrics.byConfidence.map(\.rows).reduce(0, +) == n && metrics.byClass.count == 4)
    #expect(metrics.byConfidence[0].size > metrics.byConfidence[4].size)
    let weighted = metrics.byClass.reduce(0) { $0 + $1.coverage * Double($1.rows) } / Double(n)
    #expect(abs(weighted - metrics.coverage) < 1e-12)
  }

  /// Too few rows for a level leave every class in the set.
  @Test func fewRowsGiveWholeSets() {
    let few = rows(8, purpose: "few sets")
    let sets = PredictionSets(probabilities: few.probabilities, labels: few.labels)
    #expect(sets.sets(of: few.probabilities, level: 0.9).allSatisfy { $0.count == 4 })
    #expect(sets.sets(of: few.probabilities, level: 0.5).contains { $0.count < 4 })
  }
}
