import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

@Suite("Early stopping")
struct EarlyStoppingTests {
  private let network: Network

  init() throws {
    network = try Network([
      DenseLayer(weightVariance: 2, biasVariance: 0.2), RectifierLayer.relu,
      DenseLayer(weightVariance: 2, biasVariance: 0.1),
    ])
  }

  /// Every input left out in turn, with an ensemble of its own; 1e-10 is what the inverse transform and
  /// eigenvalues down to 1e-3 allow.
  @Test(arguments: [0.0, 0.05])
  func leaveOneOutIsExact(_ regulariser: Double) throws {
    var stream = RandomStream(seed: 21, purpose: "leave one out")
    let (x, y) = (stream.matrix(10, 2), stream.matrix(10, 2))
    let all = try NetworkGrams(of: network, inputs: Points(x))
    let ensemble = try WideNetworkEnsemble(
      .ntk, grams: all, targets: y, diagonalRegulariser: regulariser)
    // The regulariser is in units of the mean diagonal, which leaving out changes.
    let added = ensemble.addedDiagonal
    for time in [0.01, 1, 30, 1e4, .infinity] {
      let found = try ensemble.leaveOneOutResiduals(after: time)
      for i in 0..<10 {
        let others = (0..<10).filter { $0 != i }
        let part = all.ntk.rows(at: others).columns(at: others)
        let grams = try NetworkGrams(nngp: part, ntk: part)
        let mean = part.diagonal.reduce(0, +) / 9
        let reduced = try WideNetworkEnsemble(
          .ntk, grams: grams, targets: y.rows(at: others), diagonalRegulariser: added / mean)
        let row = all.ntk.rows(at: [i]).columns(at: others)
        let predictor = try reduced.predictor(
          cross: NetworkGrams(nngp: row, ntk: row), covariance: Matrix(rows: [[1]]))
        let prediction = try predictor.mean(after: .flow(time: time))
        for c in 0..<2 {
          #expect(abs(y[i, c] - prediction[0, c] - found[i, c]) < 1e-9)
        }
      }
    }
  }

  private struct Noisy {
    let x: Matrix<Double>, clean: Matrix<Double>, noisy: Matrix<Double>

    init(_ n: Int, noise: Double, seed: UInt64) {
      var stream = RandomStream(seed: seed, purpose: "noisy targets")
      let x = stream.matrix(n, 2)
      let truth = (0..<n).map { x[$0, 0] + Double.sin(2 * x[$0, 1]) }
      self.x = x
      clean = Matrix(column: truth)
      noisy = Matrix(column: truth.map { $0 + noise * stream.normal() })
    }
  }

  /// With noise, training to the end fits it: both criteria stop before, and are closer to the truth on
  /// new inputs; without noise, nothing is lost by what they choose.
  @Test func stopsBeforeTheNoise() throws {
    let n = isOptimized ? 120 : 40
    for (noise, isEarly) in [(0.7, true), (0, false)] {
      let data = Noisy(n, noise: noise, seed: 5)
      let fresh = Noisy(n, noise: 0, seed: 6)
      let ensemble = try WideNetworkEnsemble(
        .ntk, network, inputs: Points(data.x), targets: data.noisy)
      let predictor = try ensemble.predictor(for: Points(fresh.x), withCovariance: false)
      func error(_ time: Double) throws -> Double {
        let mean = try predictor.mean(after: .flow(time: time))
        return zip(mean.elements, fresh.clean.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        } / Double(n)
      }
      let end = try error(.infinity)
      let left = try EarlyStopping(of: ensemble)
      #expect(left.error <= (left.errors.min() ?? 0) * (1 + 1e-8))
      #expect(left.error <= left.finalError)
      #expect(left.times.last == .infinity && left.times == left.times.sorted())
      let expected = try EarlyStopping(
        of: ensemble, by: .expectedError(noiseVariance: noise * noise))
      for choice in [left, expected] {
        if isEarly {
          // The least error along the way is a quarter to a half of that at the end for 120 inputs; for
          // 40 it is a half to nine tenths, too near for what is chosen to be sure to be better.
          #expect(choice.time < .infinity)
          if isOptimized { #expect(try error(choice.time) < 0.75 * end) }
        } else {
          #expect(try error(choice.time) < 1.5 * end)
        }
      }
    }
  }

  /// The estimate for known noise is right on average: 400 draws of noise of the same truth, 4.5 standard
  /// errors.
  @Test func expectedErrorIsUnbiased() throws {
    let data = Noisy(15, noise: 0, seed: 9)
    let grams = try NetworkGrams(of: network, inputs: Points(data.x))
    var stream = RandomStream(seed: 2, purpose: "noise")
    let length = TrainingLength.flow(time: 40)
    var differences: [Double] = []
    for _ in 0..<400 {
      let noisy = Matrix(column: data.clean.elements.map { $0 + 0.5 * stream.normal() })
      let ensemble = try WideNetworkEnsemble(.ntk, grams: grams, targets: noisy)
      let mean = try ensemble.trainingPredictor.mean(after: length)
      let error =
        zip(mean.elements, data.clean.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        } / 15
      differences.append(
        try ensemble.expectedError(after: length, noiseVariance: 0.25) - error)
    }
    let mean = differences.reduce(0, +) / 400
    let square = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
    #expect(abs(mean) < 4.5 * (square / 400).squareRoot())
    #expect((square / 400).squareRoot() < 0.02)
  }

  @Test func refusesWhatMakesNoSense() throws {
    let one = try WideNetworkEnsemble(
      .ntk, network, inputs: Points(rows: [[1, 2]]), targets: Matrix(rows: [[1]]))
    #expect(throws: MercerError.self) { try EarlyStopping(of: one) }
    #expect(throws: MercerError.self) { try one.leaveOneOutResiduals(after: 1) }
    let two = try WideNetworkEnsemble(
      .ntk, network, inputs: Points(rows: [[1, 2], [0, 1]]), targets: Matrix(rows: [[1], [2]]))
    #expect(throws: MercerError.self) { try two.leaveOneOutResiduals(after: 0) }
    #expect(throws: MercerError.self) {
      try EarlyStopping(of: two, by: .expectedError(noiseVariance: -1))
    }
    #expect(throws: MercerError.self) { try EarlyStopping(of: two, resolution: 0) }
  }
}
