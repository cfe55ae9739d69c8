import MercerLearning
import Testing

/// How much a report looks at.
@Suite struct ExplanationBudgetTests {
  private func budget(_ rows: Int, _ features: Int, seconds: Double) -> ExplanationBudget {
    ExplanationBudget(rows: rows, features: features, outputs: 1, members: 8, seconds: seconds)
  }

  /// More time never looks at less, and a small table is looked at in full.
  @Test func growsWithTime() {
    let budgets = [0.05, 0.2, 1, 5, 20].map { budget(2000, 40, seconds: $0) }
    for (less, more) in zip(budgets, budgets.dropFirst())
    where less.extent.comparesWithAdditive == more.extent.comparesWithAdditive {
      #expect(less.extent.shuffledColumns <= more.extent.shuffledColumns)
      #expect(less.extent.pairedColumns <= more.extent.pairedColumns)
      #expect(less.extent.gradientRows <= more.extent.gradientRows)
      #expect(less.effort <= more.effort && less.curveEffort <= more.curveEffort)
    }
    #expect(budgets[0].extent.shuffledColumns < budgets[4].extent.shuffledColumns)
    #expect(budget(60, 8, seconds: 0.1).extent == TableExplainer.Extent())
  }

  /// However little time there is, the strongest columns and pairs are looked at.
  @Test func neverNothing() {
    let least = budget(100_000, 500, seconds: 0.05)
    #expect(least.extent.shuffledColumns >= 6 && least.extent.pairedColumns >= 3)
    #expect(!least.extent.comparesWithAdditive)
    #expect(least.effort > 0 && least.curveEffort > 0)
  }
}
