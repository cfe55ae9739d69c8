import MercerCore
import MercerKernels
import MercerLearning
import Testing

@Suite struct KernelSearchTests {
  private func search() -> KernelSearch {
    KernelSearch(
      lengthScaleFactors: [0.5, 2], ridges: [1e-3, 0.1], screeningRows: 30, finalRows: 40,
      finalists: 3, seed: 1)
  }

  @Test func theBoardIsOrderedAndComplete() throws {
    let data = try smoothData(50)
    let result = try search().run(on: data)
    #expect(result.leaderboard.count == 3 + 8)
    #expect(result.leaderboard.prefix(3).allSatisfy { $0.rows == 40 })
    #expect(result.leaderboard.dropFirst(3).allSatisfy { $0.rows == 30 })
    let scores = result.leaderboard.prefix(3).map(\.score)
    #expect(scores == scores.sorted() && result.leaderboard[0].kernel == result.kernel.description)
    #expect(result.ridge == result.leaderboard[0].ridge && result.rows.count == 40)
    // The score is the leave-one-out error of an ordinary fit on the same rows.
    let model = try KernelRidge(kernel: result.kernel, ridge: result.ridge)
      .fit(data.subset(at: result.rows))
    let residuals = try #require(model.leaveOneOutResiduals).elements
    let mean = residuals.map { $0 * $0 }.reduce(0, +) / 40
    #expect(abs(mean - scores[0]) < 1e-9 * mean)
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let data = try smoothData(50)
    let one = try search().run(on: data, context: ExecutionContext(threadCount: 1))
    let three = try search().run(on: data, context: ExecutionContext(threadCount: 3))
    #expect(one.leaderboard == three.leaderboard && one.rows == three.rows)
    #expect(one.leaveOneOutResiduals == three.leaveOneOutResiduals)
  }

  /// 40 n² bytes a trial: 40 kB hold 31 rows.
  @Test func littleMemoryMeansFewerRows() throws {
    let data = try smoothData(50)
    let context = ExecutionContext(threadCount: 2, memoryLimit: 40_000)
    let result = try search().run(on: data, context: context)
    #expect(result.rows.count == 31 && result.leaderboard.allSatisfy { $0.rows <= 31 })
  }

  @Test func aGivenKernelKeepsItsLengthScale() throws {
    let kernel = try GaussianKernel<Double>(lengthScale: 0.7)
    let result = try search().chooseRidge(for: kernel, on: smoothData(25))
    #expect(result.kernel.description == kernel.description)
    #expect([1e-3, 0.1].contains(result.ridge) && result.leaderboard.count == 1)
  }

  /// Length scales follow the units of the inputs, so the search does too.
  @Test(arguments: [1e-6, 1e6])
  func unitsDoNotMatter(factor: Double) throws {
    let data = try smoothData(30)
    let scaled = Matrix(
      rowCount: 30, columnCount: 2, elements: data.inputs.coordinates.elements.map { $0 * factor })
    let other = try LabelledData(inputs: Points(scaled), targets: data.targets)
    let (a, b) = (try search().run(on: data), try search().run(on: other))
    #expect(abs(a.leaderboard[0].score - b.leaderboard[0].score) < 1e-6 * a.leaderboard[0].score)
  }

  @Test func degenerateInputs() throws {
    let equal = try LabelledData(
      inputs: Points(Matrix<Double>(rowCount: 6, columnCount: 2, repeating: 3)),
      targets: [1, 2, 3, 4, 5, 6])
    #expect(try search().run(on: equal).leaderboard[0].score.isFinite)
    let one = try LabelledData(inputs: Points<Double>(rows: [[1]]), targets: [1])
    #expect(throws: MercerError.self) { try search().run(on: one) }
  }
}
