import MercerLearning
import Testing

@Suite struct SearchPlanTests {
  private func plan(
    rows: Int, features: Int = 30, targets: Int = 1, budget: Double? = nil, rowLimit: Int = 20_000
  ) -> SearchPlan {
    let n = Double(rows)
    return SearchPlan(
      .init(
        rows: rows, features: features, targets: targets, views: 6, courses: 24,
        memberSeconds: 3e-12 * n * n * n, rowLimit: rowLimit),
      budget: budget ?? SearchPlan.defaultBudget(rowCount: rows))
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
