import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import MercerSolvers
import Synchronization
import Testing

/// Keeps parts in memory, and counts them.
private final class PartStore: WorkStore {
  private let parts = Mutex<[String: [UInt8]]>([:])
  let secondsBefore = 0.0
  let stateInterval = Double.infinity

  var names: Set<String> { parts.withLock { Set($0.keys) } }
  func bytes(ofPart name: String) -> [UInt8]? { parts.withLock { $0[name] } }
  func keep(_ bytes: [UInt8], ofPart name: String) { parts.withLock { $0[name] = bytes } }
  func replace(_ bytes: [UInt8], ofPart name: String) { keep(bytes, ofPart: name) }
}

@Suite struct LocalKernelRidgeTests {
  /// Uniform inputs; the first coordinate says whether the second or the third matters.
  private func sidedData(
    _ count: Int, dimension: Int = 5, seed: UInt64, targets: Int = 1
  ) throws -> LabelledData<Points<Double>> {
    var stream = RandomStream(seed: seed, purpose: "test")
    let x = (0..<count).map { _ in (0..<dimension).map { _ in 2 * stream.uniform() - 1 } }
    let y = x.map { x in
      let value = x[0] > 0 ? 5 + sin(4 * x[1]) : sin(4 * x[2])
      return (0..<targets).map { $0 == 0 ? value : value * Double($0) - x[1] }
    }
    return try LabelledData(
      inputs: Points(rows: x), targets: Matrix(rows: y))
  }

  private func meanSquare(
    _ model: some Model<Points<Double>>, _ data: LabelledData<Points<Double>>
  ) throws -> Double {
    let f = try model.predict(data.inputs, context: .default)
    return zip(f.elements, data.targets.elements).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    } / Double(f.count)
  }

  @Test func oneLeafIsKernelRidge() throws {
    let data = try sidedData(40, seed: 1, targets: 2)
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let local = try LocalKernelRidge(kernel: kernel, ridge: 0.1, leafRows: 40).fit(data)
    let global = try KernelRidge(kernel: kernel, ridge: 0.1, centresTargets: true).fit(data)
    let test = try sidedData(10, seed: 2).inputs
    #expect(local.tree.leafCount == 1)
    #expect(try local.predict(test).elements == global.predict(test).elements)
    #expect(local.leaveOneOutResiduals?.elements == global.leaveOneOutResiduals?.elements)
  }

  /// Each half has its own relevant coordinates, so that a leaf's own metric is better than one for
  /// both; each is learned the same way. Without noise, the error falls by far more than a third.
  @Test func leavesLearnWhatMattersOnTheirSide() throws {
    let (train, test) = (try sidedData(400, seed: 3), try sidedData(300, seed: 4))
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    var estimator = try LocalKernelRidge(
      kernel: kernel, ridge: 1e-3, leafRows: 400, metricRounds: 2, pilotRows: 200)
    let one = try estimator.fit(train)
    estimator.leafRows = 280
    let two = try estimator.fit(train)
    #expect(one.tree.leafCount == 1 && two.tree.leafCount == 2)
    // The split is along the first coordinate, which moves the target most.
    let direction = try #require(two.tree.splits.first?.direction)
    #expect(abs(direction[0]) == direction.map(abs).max())
    #expect(try meanSquare(two, test) < 0.66 * meanSquare(one, test))
  }

  /// Along lines across borders, steps become smaller as the line is cut finer: where there was a jump,
  /// its step would stay.
  @Test func predictionsAreContinuous() throws {
    let data = try sidedData(160, seed: 5)
    let model = try LocalKernelRidge(
      kernel: LaplaceKernel<Double>(lengthScale: 1), ridge: 0.01, leafRows: 60, pilotRows: 80
    ).fit(data)
    #expect(model.tree.leafCount >= 4)
    func largestStep(_ count: Int) throws -> Double {
      let line = Points<Double>(
        rows: (0...count).map { i in
          let t = 2 * Double(i) / Double(count) - 1
          return [t, 0.3 - 0.5 * t, 0.9 * t, -0.2, 0.1 * t]
        })
      let f = try model.predict(line).elements
      return zip(f, f.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    }
    let (coarse, fine) = (try largestStep(250), try largestStep(4000))
    // 16 times as fine: a Lipschitz function's largest step is about 16 times smaller.
    #expect(fine < coarse / 8)
  }

  /// Sums in another order, through an eigenvector whose gap is a tenth or more, and a condition below
  /// 1e4. Leaves learn no metrics here: leave-one-out errors, which choose them, are those of one of
  /// the repeated rows, and not of all that are the same.
  @Test func weightsCountRowsSeveralTimes() throws {
    let plain = try sidedData(40, seed: 6)
    let weighted = try LabelledData(
      inputs: plain.inputs, targets: plain.targets, weights: (0..<40).map { Double(1 + $0 % 2) })
    let repeated = try plain.subset(
      at: (0..<40).flatMap { Array(repeating: $0, count: 1 + $0 % 2) })
    let test = try sidedData(30, seed: 7).inputs
    let estimator = try LocalKernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 1), ridge: 0.1, leafRows: 38, pilotRows: 100)
    let (a, b) = (try estimator.fit(weighted), try estimator.fit(repeated))
    #expect(a.tree.leafCount == 2 && b.tree.leafCount == 2)
    #expect(agree(a.tree.splits[0].direction, b.tree.splits[0].direction, within: 1e-9))
    #expect(agree(try a.predict(test).elements, try b.predict(test).elements, within: 1e-8))
  }

  @Test func threadsDoNotMatter() throws {
    let data = try sidedData(150, seed: 8, targets: 2)
    let estimator = try LocalKernelRidge(
      kernel: ProductLaplaceKernel<Double>(lengthScale: 2), ridge: 0.01, leafRows: 50,
      metricRounds: 1, pilotRows: 40, seed: 3)
    let one = try estimator.fit(data, context: ExecutionContext(threadCount: 1))
    let two = try estimator.fit(data, context: ExecutionContext(threadCount: 2))
    #expect(one.tree == two.tree && one.tree.leafCount > 3)
    #expect(one.leaves.map(\.coefficients.elements) == two.leaves.map(\.coefficients.elements))
    #expect(one.leaveOneOutResiduals?.elements == two.leaveOneOutResiduals?.elements)
  }

  /// Each row left out of every leaf by hand, on the same tree.
  @Test func leaveOneOutResidualsAreThoseOfTheBlend() throws {
    let data = try sidedData(40, seed: 9)
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let model = try LocalKernelRidge(
      kernel: kernel, ridge: 0.1, leafRows: 25, overlap: 0.4, centresTargets: false
    ).fit(data)
    let members = try model.tree.members(of: data.inputs)
    let shared = try #require(
      members.flatMap { zip($0.rows, $0.shares) }.first { $0.1 > 0.2 && $0.1 < 0.8 }?.0)
    let ridge = try KernelRidge(kernel: kernel, ridge: 0.1, solver: .exact())
    for row in [shared, 0, 17] {
      var f = 0.0
      for member in members {
        guard let place = member.rows.firstIndex(of: row) else { continue }
        let left = try ridge.fit(data.subset(at: member.rows.filter { $0 != row }))
        f += try member.shares[place] * left.predict(data.inputs.subset(at: [row]))[0, 0]
      }
      let closed = try #require(model.leaveOneOutResiduals)[row, 0]
      // The closed form is exact; the condition is below 1e4.
      #expect(abs(closed - (data.targets[row, 0] - f)) < 1e-9)
    }
  }

  /// Half of the rows are one point: nothing but that is told apart, and no leaf is without rows.
  @Test func tiesStayTogether() throws {
    let rows = (0..<60).map { i in i < 30 ? [0.0, 0.0] : [Double(i), Double(i % 7)] }
    let data = try LabelledData(
      inputs: Points(rows: rows), targets: (0..<60).map { Double($0 % 5) })
    let model = try LocalKernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 5), ridge: 0.1, leafRows: 12
    ).fit(data)
    let members = try model.tree.members(of: data.inputs)
    #expect(members.allSatisfy { !$0.rows.isEmpty })
    #expect(
      members.filter { !Set($0.rows).isDisjoint(with: 0..<30) }.allSatisfy {
        Set($0.rows).isSuperset(of: 0..<30)
      })
    let same = try LabelledData(
      inputs: Points(Matrix<Double>(rowCount: 9, columnCount: 2)), targets: (0..<9).map(Double.init)
    )
    let flat = try LocalKernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 5), ridge: 0.1, leafRows: 4
    ).fit(same)
    #expect(flat.tree.leafCount == 1)
  }

  /// A kernel on chosen columns learns the metric that it learns where there are no others: rounding
  /// apart, as the order of the columns is another.
  @Test func metricsOfChosenColumnsAreThoseOfTheColumnsAlone() throws {
    let data = try sidedData(80, seed: 11)
    let columns = [2, 0, 1]
    let base = try GaussianKernel<Double>(lengthScale: 1)
    let alone = try LabelledData(
      inputs: Points(data.inputs.coordinates.columns(at: columns)), targets: data.targets)
    let test = try sidedData(20, seed: 12).inputs
    var estimator = try LocalKernelRidge(
      kernel: base, ridge: 0.01, metricRounds: 1, blocks: [[0, 2]])
    let expected = try estimator.fit(alone)
      .predict(Points(test.coordinates.columns(at: columns)))
    estimator.kernel = try ColumnsKernel(base, on: columns)
    estimator.blocks = [[1, 2]]
    let model = try estimator.fit(data)
    #expect(agree(try model.predict(test).elements, expected.elements, within: 1e-9))
    // It was learned, and the two coordinates of the block have one scale.
    let kernel = try #require(model.leaves[0].kernel as? ColumnsKernel<Double>)
    guard case .scales(let scales) = try #require(kernel.base as? GaussianKernel<Double>).metric
    else {
      Issue.record("no scales were learned")
      return
    }
    #expect(scales[0] == scales[2] && scales[0] != scales[1])
  }

  /// Ended after the first leaf, the fit goes on with the second, and comes to the same.
  @Test func aFitThatWasEndedGoesOn() throws {
    let data = try sidedData(100, seed: 13)
    let estimator = try LocalKernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 1), ridge: 0.1, leafRows: 40, metricRounds: 1)
    let (store, flag) = (PartStore(), CancellationFlag())
    var context = ExecutionContext(progress: { _ in flag.set() }, cancellation: flag)
    context.keeper = WorkKeeper(store)
    #expect(throws: MercerError.self) { try estimator.fit(data, context: context) }
    #expect(store.names == ["leaf 0/fitted"])
    (context.progress, context.cancellation) = (nil, nil)
    let resumed = try estimator.fit(data, context: context)
    let whole = try estimator.fit(data)
    #expect(store.names.count == whole.leaves.count)
    #expect(resumed.tree == whole.tree)
    #expect(resumed.leaveOneOutResiduals?.elements == whole.leaveOneOutResiduals?.elements)
    #expect(
      try resumed.predict(data.inputs).elements == whole.predict(data.inputs).elements)
  }

  @Test func limitsAndProgress() throws {
    let data = try sidedData(120, seed: 10)
    let estimator = try LocalKernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 1), ridge: 0.1, leafRows: 50)
    let kept = try estimator.fit(data).leaves.reduce(0) {
      $0 + $1.inputs.coordinates.byteCount + 2 * $1.coefficients.byteCount
    }
    #expect(kept < estimator.byteCount(rowCount: 120, dimension: 5, targetCount: 1))
    #expect(throws: MercerError.self) {
      try estimator.fit(data, context: ExecutionContext(memoryLimit: 10_000))
    }
    let flag = CancellationFlag()
    let news = Mutex<[Double]>([])
    let stopped = #expect(throws: MercerError.self) {
      try estimator.fit(
        data,
        context: ExecutionContext(
          progress: { report in
            news.withLock { $0.append(report.fraction) }
            flag.set()
          }, cancellation: flag))
    }
    #expect(stopped?.code == .cancelled && news.withLock { $0.count } == 1)
    #expect(throws: MercerError.self) {
      try LocalKernelRidge(
        kernel: SumKernel([GaussianKernel<Double>(lengthScale: 1), LinearKernel<Double>()]),
        ridge: 0.1, metricRounds: 1)
    }
  }
}
