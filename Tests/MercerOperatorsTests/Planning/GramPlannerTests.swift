import MercerCore
import MercerOperators
import MercerTestSupport
import Testing

@Suite("The planner")
struct GramPlannerTests {
  static let context = ExecutionContext(threadCount: 2, memoryLimit: 17_000_000_000)

  @Test("stores what fits and is used often, and says so")
  func dense() {
    let plan = GramPlanner.plan(
      rowCount: 20_000, columnCount: 20_000, dimension: 30, element: Float.self, productCount: 30,
      context: Self.context)
    #expect(plan.kind == .dense)
    #expect(plan.reason == "K is stored (1.6 GB of 17 GB): 30 products will reuse it")
    // The entries, the inputs and the scratch of two threads.
    #expect((1_600_000_000...1_620_000_000).contains(plan.expectedBytes))
  }

  @Test("does not store what does not fit")
  func tooLarge() {
    let plan = GramPlanner.plan(
      rowCount: 100_000, columnCount: 100_000, dimension: 30, element: Float.self,
      productCount: 30, context: Self.context)
    #expect(plan.kind == .tiled)
    #expect(plan.reason.contains("40 GB"))
    #expect(plan.expectedBytes < 100_000_000)
    // No overflow for absurd sizes.
    let absurd = GramPlanner.plan(
      rowCount: 1 << 40, columnCount: 1 << 40, dimension: 1, element: Double.self,
      productCount: 30, context: Self.context)
    #expect(absurd.kind == .tiled)
  }

  @Test("does not store for a single product")
  func once() {
    let plan = GramPlanner.plan(
      rowCount: 20_000, columnCount: 1000, dimension: 30, element: Double.self, productCount: 1,
      context: Self.context)
    #expect(plan.kind == .tiled)
    #expect(plan.reason.hasSuffix("would not pay for 1 product"))
  }

  @Test("makes the operator it chose", arguments: [1, 500])
  func operators(productCount: Int) throws {
    let example = try Example<Double>(9, 5)
    let square = GramPlanner.plan(
      rowCount: 9, columnCount: 9, dimension: 3, element: Double.self,
      productCount: productCount, context: Self.context)
    let gram = try square.makeOperator(example.kernel, inputs: example.x)
    #expect(gram is DenseGram<Double> == (productCount == 500))
    #expect(OperatorLaws.check(gram, twin: example.twin(example.x, example.x)) == [])
    let cross = try square.makeCrossOperator(example.kernel, rows: example.x, columns: example.z)
    #expect(OperatorLaws.check(cross, twin: example.twin(example.x, example.z)) == [])
  }
}
