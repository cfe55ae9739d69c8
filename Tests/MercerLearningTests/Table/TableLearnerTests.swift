import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// A table of n rows with numbers, a category and missing cells, and targets of each kind.
func exampleTable(_ n: Int = 60) -> Table {
  var stream = RandomStream(seed: 11, purpose: "example table")
  let age = (0..<n).map { _ in 20 + 50 * stream.uniform() }
  let city = (0..<n).map { _ in Int32(stream.integer(below: 3)) }
  let price = (0..<n).map { i in
    1000 + 30 * age[i] + 400 * Double(city[i]) + 40 * stream.normal()
  }
  let gappy = age.enumerated().map { $0.offset % 9 == 0 ? Double.nan : $0.element }
  return Table(
    columns: [
      Column(name: "age", kind: .numeric, values: .numbers(gappy)),
      Column(
        name: "city", kind: .categorical, values: .levels(codes: city, names: ["A", "B", "C"])),
      Column(
        name: "sold", kind: .boolean,
        values: .levels(codes: price.map { $0 > 2800 ? 1 : 0 }, names: ["no", "yes"])),
      Column(name: "price", kind: .numeric, values: .numbers(price)),
    ], rowCount: n, source: "example.csv")
}

@Suite struct TableLearnerTests {
  private func learner(_ target: String, ignoring: [String]) throws -> TableLearner {
    var learner = TableLearner(target: target)
    learner.ignoredColumns = ignoring
    learner.kernel = try LaplaceKernel<Double>(lengthScale: 3)
    return learner
  }

  @Test func moreClassesThanMemoryAreRefused() throws {
    // Three classes in 60 rows need 24 · 3 · 60 bytes at least.
    let few = ExecutionContext(threadCount: 1, memoryLimit: 4000)
    let error = #expect(throws: MercerError.self) {
      _ = try learner("city", ignoring: []).prepare(exampleTable(), context: few)
    }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("3 classes in 60 rows") == true)
    #expect(error?.place?.column == "\"city\"")
  }

  @Test func numbersAreLearnedInTheirUnits() throws {
    let outcome = try learner("price", ignoring: ["sold"]).fit(exampleTable())
    let model = outcome.model
    #expect(model.target.task == .regression && model.encoder.featureCount == 5)
    #expect(model.history.validationMethod == "leave-one-out")
    #expect(model.history.validation.headline < 0.4 * model.history.naive.headline)
    let evaluation = try model.evaluate(exampleTable())
    #expect(evaluation.metrics.headline < model.history.validation.headline)
    guard
      case .numbers(let values, let lower, let upper, 0.9) = try model.predict(exampleTable())
        .predictions
    else {
      Issue.record("a regression did not predict numbers")
      return
    }
    #expect(values.count == 60)
    for i in 0..<60 { #expect(lower[i] < values[i] && values[i] < upper[i]) }
  }

  @Test(arguments: ["sold", "city"])
  func classesAreLearned(target: String) throws {
    let outcome = try learner(target, ignoring: []).fit(exampleTable())
    #expect(outcome.model.target.task == (target == "sold" ? .binary : .multiclass))
    #expect(outcome.model.history.validation.headline < outcome.model.history.naive.headline)
    guard
      case .classes(let probabilities, let names, let sets?, 0.9) = try outcome.model.predict(
        exampleTable()
      ).predictions
    else {
      Issue.record("a classifier did not predict classes")
      return
    }
    #expect(names == outcome.model.target.classNames)
    for i in 0..<60 {
      #expect(abs(probabilities.row(i).reduce(0, +) - 1) < 1e-12)
      #expect(sets[i].first == probabilities.row(i).firstIndex(of: probabilities.row(i).max() ?? 0))
    }
    #expect(outcome.model.history.calibrations?.count { $0.isChosen } == 1)
    #expect((outcome.model.history.thresholds != nil) == (target == "sold"))
  }

  @Test func threadsDoNotChangeTheModel() throws {
    var learner = try learner("price", ignoring: ["sold"])
    learner.kernel = nil
    let table = exampleTable(40)
    let one = try learner.fit(table, context: ExecutionContext(threadCount: 1))
    let two = try learner.fit(table, context: ExecutionContext(threadCount: 2))
    #expect(one.leaderboard == two.leaderboard)
    #expect(
      one.model.regression.members[0].coefficients
        == two.model.regression.members[0].coefficients)
    #expect(one.model.history == two.model.history)
  }

  /// Above the limit of the exact solver the model is measured on rows kept aside.
  @Test func withLittleMemoryTheFitIsIterative() throws {
    let context = ExecutionContext(memoryLimit: 3_000_000)
    var learner = try learner("price", ignoring: ["sold"])
    learner.ridge = 0.1
    let table = exampleTable(700)
    let outcome = try learner.fit(table, context: context)
    #expect(outcome.plan.method == .iterativeTiled)
    #expect(outcome.model.history.validationMethod == "hold-out of 140 rows")
    #expect(outcome.model.history.validation.headline < 0.4 * outcome.model.history.naive.headline)
  }

  /// Half-widths are order statistics of the residuals' sizes: ⌈(n + 1) p⌉.
  @Test func spreadIsConformal() {
    let spread = ResidualSpread(residuals: (1...19).map { $0 % 2 == 0 ? Double($0) : -Double($0) })
    #expect(spread.offsets(level: 0.9) == (-18, 18) && spread.offsets(level: 0.5) == (-10, 10))
    #expect(spread.offsets(level: 0.99) == (-19, 19))
    #expect(abs(spread.deviation - (2470.0 / 19).squareRoot()) < 1e-12)
    let single = ResidualSpread(residuals: [2])
    #expect(single.upper.allSatisfy { $0 == 2 } && single.lower.allSatisfy { $0 == -2 })
  }

  @Test func whatCannotBeLearnedIsSaid() throws {
    let table = exampleTable()
    #expect(throws: MercerError.self) { try TableLearner(target: "prise").fit(table) }
    do {
      _ = try TableLearner(target: "prise").fit(table)
    } catch {
      #expect(error.message.contains("did you mean \"price\"?") && error.exitStatus == 2)
    }
    #expect(throws: MercerError.self) { try TableLearner(target: "age").fit(table.rows(at: [3])) }
    let constant = Column(
      name: "one", kind: .constant, values: .numbers(Array(repeating: 1, count: 60)))
    let flat = Table(columns: table.columns + [constant], rowCount: 60, source: "t")
    #expect(throws: MercerError.self) { try TableLearner(target: "one").fit(flat) }
  }
}
