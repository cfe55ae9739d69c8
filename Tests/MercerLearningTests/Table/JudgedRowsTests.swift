import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

@Suite struct JudgedRowsTests {
  @Test func metricsOfTheJudgedRowsAreThoseOfTheValidation() throws {
    var planted = PlantedTable(rows: 60, columns: 2, noise: 0.3, seed: 2) { $0[0] }.table
    // A row without a target moves the places of those after it.
    guard case .numbers(var y) = planted.columns[2].values else { return }
    y[4] = .nan
    planted.columns[2] = Column(name: "y", kind: .numeric, values: .numbers(y))
    var learner = TableLearner(target: "y")
    learner.kernel = try GaussianKernel<Double>(lengthScale: 2)
    learner.ridge = 0.1
    let outcome = try learner.fit(planted)
    let judged = outcome.judged
    guard case .numbers(let truth) = judged.truth,
      case .numbers(let values, let lower, let upper, let level) = judged.predictions,
      case .regression(let metrics, let intervals) = outcome.model.history.validation
    else {
      Issue.record("a regression has numbers")
      return
    }
    #expect(level == 0.9)
    #expect(judged.places == (0..<60).filter { $0 != 4 })
    #expect(truth == judged.places.map { y[$0] })
    let squares = zip(truth, values).map { ($0 - $1) * ($0 - $1) }
    #expect(abs((squares.reduce(0, +) / 59).squareRoot() - metrics.rmse) < 1e-12)
    let inside = truth.indices.count { lower[$0] <= truth[$0] && truth[$0] <= upper[$0] }
    #expect(abs(Double(inside) / 59 - intervals.coverage) < 1e-12)
    let order = judged.mostSurprising(3)
    #expect(order.count == 3)
    #expect(abs(judged.surprises[order[0]]) == judged.surprises.map(abs).max())
  }
}
