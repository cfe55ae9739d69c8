import MercerCore
import MercerLearning
import Testing

/// Which rows a learning curve is measured on.
@Suite struct CurvePlanTests {
  private func plan(
    _ targets: [Double], groups: [Int]? = nil, allowance: Double = 1e9, seed: UInt64 = 0
  ) -> CurvePlan {
    CurvePlan(targets: targets, groups: groups, allowance: allowance, seed: seed) {
      Double($0)
    }
  }

  @Test(arguments: [40, 79, 333, 1599, 1600, 5000])
  func everyRowIsInOneBlockAndEveryRunTestsTheRest(_ n: Int) throws {
    let plan = plan((0..<n).map { Double($0 % 7) })
    #expect(plan.blocks.flatMap { $0 }.sorted() == Array(0..<n))
    let sizes = plan.blocks.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(Set(plan.runs.map(\.size)).count >= 2)
    #expect(plan.runs.map(\.size) == plan.runs.map(\.size).sorted())
    for run in plan.runs {
      let (training, test) = plan.rows(of: run)
      #expect((training + test).sorted() == Array(0..<n))
      #expect(training.count >= 20 && test.count >= n / 4 - 8)
    }
    // Runs of one size up to a half learn from rows that have nothing in common.
    for size in Set(plan.runs.map(\.size)) where 2 * size <= plan.blocks.count {
      let rows = plan.runs.filter { $0.size == size }.flatMap { plan.rows(of: $0).training }
      #expect(Set(rows).count == rows.count)
    }
  }

  /// Each block has its share of each class, and of large and small targets, however the table is
  /// sorted.
  @Test func blocksAreAlike() throws {
    let labels = (0..<400).map { $0 < 320 ? 0.0 : $0 < 384 ? 1.0 : 2.0 }
    for block in plan(labels).blocks {
      let counts = [0.0, 1, 2].map { label in block.count { labels[$0] == label } }
      #expect(abs(counts[0] - 40) <= 1 && abs(counts[1] - 8) <= 1 && abs(counts[2] - 2) <= 1)
    }
    let values = (0..<1600).map { Double($0 * $0) }
    let means = plan(values).blocks.map { block in
      block.reduce(0) { $0 + values[$1] } / Double(block.count)
    }
    // One of each sixteen neighbours: a mean cannot stray by more than one of a hundred strata.
    #expect((means.max() ?? 0) / (means.min() ?? 1) < 1.03)
  }

  @Test func groupsStayTogether() throws {
    let groups = (0..<600).map { $0 / 10 }
    let plan = plan((0..<600).map { Double($0 % 5) }, groups: groups)
    for block in plan.blocks {
      for group in Set(block.map { groups[$0] }) {
        #expect(block.count { groups[$0] == group } == 10)
      }
    }
  }

  @Test func theAllowanceIsKeptTo() throws {
    let targets = (0..<3200).map { Double($0) }
    let least = plan(targets, allowance: 0)
    #expect(least.runs.count == Set(least.runs.map(\.size)).count)
    let some = plan(targets, allowance: 9000)
    #expect(some.cost <= 9000 && some.runs.count > least.runs.count)
    #expect(plan(targets).runs.count > some.runs.count)
  }

  /// Where the largest sizes cost too much, they go, and two are left whatever they cost.
  @Test func largeSizesAreDropped() throws {
    let targets = (0..<3200).map { Double($0) }
    func plan(_ allowance: Double) -> CurvePlan {
      CurvePlan(targets: targets, allowance: allowance, seed: 0, dropsSizes: true) { Double($0) }
    }
    let some = plan(1500)
    #expect(Set(some.runs.map(\.size)) == [1, 2, 4] && some.cost <= 1500)
    #expect(Set(plan(10).runs.map(\.size)) == [1, 2])
    #expect(Set(plan(1e6).runs.map(\.size)) == [1, 2, 4, 8, 12])
  }

  @Test func theSeedDecides() throws {
    let targets = (0..<200).map { Double($0 % 3) }
    #expect(plan(targets, seed: 5) == plan(targets, seed: 5))
    #expect(plan(targets, seed: 5).blocks != plan(targets, seed: 6).blocks)
  }
}
