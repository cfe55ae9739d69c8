import MercerCore
import MercerKernels
import MercerLearning
import MercerOperators
import Testing

/// Kernel ridge regression as a sum over some of its rows.
@Suite struct RidgeCentresTests {
  private let kernel: GaussianKernel<Double>
  private let data: LabelledData<Points<Double>>
  private let few: Points<Double>

  init() throws {
    kernel = try GaussianKernel<Double>(lengthScale: 1.5)
    var stream = RandomStream(seed: 7, purpose: "rows and centres")
    let x = Matrix<Double>(rowCount: 60, columnCount: 3) { buffer in
      for i in buffer.indices { buffer[i] = stream.normal() }
    }
    let y = (0..<60).map { x[$0, 0] * x[$0, 1] + abs(x[$0, 2]) }
    data = try LabelledData(
      inputs: Points(x), targets: Matrix(column: y),
      weights: (0..<60).map { 0.5 + Double($0 % 3) })
    few = data.inputs.subset(at: [0, 7, 9, 21, 33, 34, 50, 59])
  }

  private func fit(_ centres: RidgeCentres, ridge: Double = 0.1) throws -> KernelRidgeModel {
    try KernelRidge(kernel: kernel, ridge: ridge, solver: .centres(centres)).fit(data)
  }

  /// (Kᵀ W K + λ K_mm) a = Kᵀ W y, written out. Tiles in Float and a residual of 3e-4 leave some 1e-3.
  @Test func coefficientsSolveTheNormalEquations() throws {
    let model = try fit(RidgeCentres(few))
    #expect(model.inputs.isIdentical(to: few))
    let cross = try TiledCrossGram(kernel, rows: data.inputs, columns: few).densified()
    let core = try TiledGram(kernel, inputs: few).densified()
    let weights = try #require(data.weights)
    var normal = core.scaled(by: 0.1)
    var moments = Matrix<Double>(rowCount: few.count, columnCount: 1)
    for i in 0..<60 {
      for a in 0..<few.count {
        moments[a, 0] += weights[i] * cross[i, a] * data.targets[i, 0]
        for b in 0..<few.count { normal[a, b] += weights[i] * cross[i, a] * cross[i, b] }
      }
    }
    let direct = try Cholesky(normal).solve(moments)
    let predicted = try model.predict(data.inputs)
    let expected = try cross.multiplied(by: direct)
    for i in 0..<60 { #expect(abs(predicted[i, 0] - expected[i, 0]) < 2e-3) }
  }

  @Test func withAllRowsItIsTheExactFit() throws {
    let exact = try KernelRidge(kernel: kernel, ridge: 0.1, solver: .exact()).fit(data)
    let model = try fit(RidgeCentres(data.inputs))
    let (a, b) = (try exact.predict(data.inputs), try model.predict(data.inputs))
    for i in 0..<60 { #expect(abs(a[i, 0] - b[i, 0]) < 2e-3) }
  }

  /// Rows that are there in Float, with the coordinates in another order and one that no kernel sees.
  @Test func rowsElsewhereAreFittedInstead() throws {
    let wide = Points(
      Matrix<Double>(rows: (0..<60).map { data.inputs.coordinates.row($0) + [9] }))
    let features = [2, 0, 1]
    let narrow = Points<Float>(Matrix(converting: wide.coordinates.columns(at: features)))
    let rows = RidgeCentres.Rows(
      try LabelledData(inputs: narrow, targets: data.targets, weights: data.weights),
      features: features)
    let selecting = try makeKernel(
      parsing: "select(gaussian(lengthScale: 1.5), on: [0, 1, 2])", of: Double.self)
    let other = try LabelledData(
      inputs: wide.subset(at: [1]), targets: Matrix(column: [100.0]))
    let centres = wide.subset(at: [0, 7, 9, 21, 33, 34, 50, 59])
    let model = try KernelRidge(
      kernel: selecting, ridge: 0.1, solver: .centres(RidgeCentres(centres, rows: rows))
    ).fit(other)
    let (a, b) = (try model.predict(wide), try fit(RidgeCentres(few)).predict(data.inputs))
    for i in 0..<60 { #expect(abs(a[i, 0] - b[i, 0]) < 2e-3) }
  }

  @Test func plansHaveFewerCentresForLessTimeAndMemory() throws {
    func plan(_ n: Int, _ memory: Int, seconds: Double = 300) throws -> RidgePlan {
      try RidgePlan.plan(
        rowCount: n, targetCount: 1, featureCount: 20, seconds: seconds,
        context: ExecutionContext(memoryLimit: memory))
    }
    let large = try plan(1_000_000, 8_000_000_000)
    #expect(large.method == .centres && large.expectedBytes <= 4_000_000_000)
    let hasty = try plan(1_000_000, 8_000_000_000, seconds: 30)
    let narrow = try plan(1_000_000, 1_000_000_000)
    #expect(hasty.centreCount < large.centreCount && narrow.centreCount < large.centreCount)
    #expect(hasty.centreCount >= 100 && narrow.expectedBytes <= 1_000_000_000)
    #expect(try plan(50_000, 8_000_000_000).method != .centres)
  }
}
