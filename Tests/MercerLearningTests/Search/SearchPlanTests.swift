import MercerLearning
import Testing

@Suite struct SearchPlanTests {
  private func plan(
    rows: Int, features: Int = 30, targets: Int = 1, budget: Double? = nil, rowLimit: Int = 20_000,
    transforms: Int = 1
  ) -> SearchPlan {
    let n = Double(rows)
    return SearchPlan(
      .init(
        rows: rows, features: features, targets: targets, views: 6, courses: 24,
        transforms: transforms, memberSeconds: 3e-12 * n * n * n, rowLimit: rowLimit),
      budget: budget)
  }

  /// The plan keeps to its budget, from the smallest tables to the largest that are fitted exactly.
  @Test(arguments: [20, 150, 500, 1000, 3000, 10_000, 20_000])
  func theBudgetIsKept(rows: Int) {
    let plan = plan(rows: rows)
    #expect(plan.expectedSeconds <= plan.budget)
    #expect((1...8).contains(plan.memberLimit))
    #expect(plan.screening.rows <= plan.refinement.rows && plan.refinement.rows <= rows)
  }

  /// What the default promises: 1,000 rows in 5 s, 10,000 in a minute.
  @Test func smallTablesAreQuick() {
    #expect(SearchPlan.defaultBudget(rowCount: 1000) < 5)
    #expect(SearchPlan.defaultBudget(rowCount: 10_000) < 60)
  }

  @Test func moreTimeBuysMore() {
    let (short, long) = (plan(rows: 10_000, budget: 5), plan(rows: 10_000, budget: 200))
    #expect(short.courseCount >= 2 && short.memberLimit >= 1)
    #expect(long.refinement.rows > short.refinement.rows)
    #expect(long.memberLimit > short.memberLimit)
  }

  /// Comparing transforms is paid for: with more time where nobody asked for a budget, otherwise with less
  /// of the search.
  @Test(arguments: [500, 1000, 3000, 10_000])
  func transformsArePaidFor(rows: Int) {
    let (plain, skewed) = (plan(rows: rows), plan(rows: rows, transforms: 3))
    let price = skewed.budget - plain.budget
    #expect(price > 0 && price < plain.budget)
    #expect(abs(skewed.expectedSeconds - plain.expectedSeconds - price) < 1e-9)
    #expect(skewed.refinement == plain.refinement && skewed.finalistCount == plain.finalistCount)
    let asked = plan(rows: rows, budget: plain.budget, transforms: 3)
    #expect(asked.budget == plain.budget && asked.expectedSeconds <= asked.budget)
    #expect(asked.refinement.rows <= plain.refinement.rows)
  }

  /// Descents are made in time that nothing else has a use for, and change no other part of the plan.
  @Test func descentsTakeTimeThatIsLeft() {
    #expect(plan(rows: 150, budget: 100).descentCount == 0)
    #expect(plan(rows: 10_000).descentCount == 0)
    let rich = plan(rows: 1000, budget: 60)
    #expect(rich.descentCount == 2 && (300...1000).contains(rich.descentRows))
    #expect(rich.expectedSeconds <= 60)
    let dear = plan(rows: 1000, features: 30_000, budget: 1000)
    #expect(dear.descentRows <= rich.descentRows)
  }

  @Test func memoryBoundsTheRows() {
    #expect(plan(rows: 10_000, rowLimit: 700).refinement.rows <= 700)
  }
}
