import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

@Suite("Training of ensembles: laws and limits")
struct EnsembleLawTests {
  private let x: Points<Double>
  private let z: Points<Double>
  private let y: Matrix<Double>
  private let network: Network

  init() throws {
    var stream = RandomStream(seed: 3, purpose: "ensemble laws")
    (x, z, y) = (Points(stream.matrix(9, 3)), Points(stream.matrix(4, 3)), stream.matrix(9, 2))
    network = try Network([
      DenseLayer(weightVariance: 1.6, biasVariance: 0.1), ErfActivation(),
      DenseLayer(weightVariance: 1.3, biasVariance: 0.05),
    ])
  }

  private func ensemble(_ kind: WideNetworkEnsemble.Kind = .ntk) throws -> WideNetworkEnsemble {
    try WideNetworkEnsemble(kind, network, inputs: x, targets: y)
  }

  /// Steps written out on the outputs: f ← f − η Θ (f − y)/|y| + μ (f − f₋), also on new inputs.
  /// Both are exact, and 60 steps round to 1e-12.
  @Test(arguments: [(0.0, 1.2), (0.5, 2.0), (0.9, 0.7), (0.9, 3.4)])
  func descentIsDescent(_ momentum: Double, _ part: Double) throws {
    let ensemble = try ensemble()
    let rate = part / 4 * (try ensemble.maximumStableLearningRate(momentum: momentum))
    let own = try NetworkGrams(of: network, inputs: x)
    let cross = try NetworkGrams(of: network, rows: z, columns: x)
    var (f, g) = (
      Matrix<Double>(rowCount: 9, columnCount: 2), Matrix<Double>(rowCount: 4, columnCount: 2)
    )
    var (lastF, lastG) = (f, g)
    for steps in 0...60 {
      if [0, 1, 2, 3, 17, 60].contains(steps) {
        let length = TrainingLength.descent(steps: steps, learningRate: rate, momentum: momentum)
        #expect(largestDifference(try ensemble.trainingPredictor.mean(after: length), f) < 1e-11)
        #expect(largestDifference(try ensemble.predictor(for: z).mean(after: length), g) < 1e-11)
      }
      let pull = Matrix(
        rowCount: 9, columnCount: 2,
        elements: zip(f.elements, y.elements).map { rate * ($1 - $0) / 18 })
      let (byF, byG) = (
        try own.ntk.multiplied(by: pull), try cross.ntk.multiplied(by: pull)
      )
      func next(_ now: Matrix<Double>, _ last: Matrix<Double>, _ by: Matrix<Double>) -> Matrix<
        Double
      > {
        let elements = now.elements.indices.map {
          now.elements[$0] + by.elements[$0] + momentum * (now.elements[$0] - last.elements[$0])
        }
        return Matrix(rowCount: now.rowCount, columnCount: 2, elements: elements)
      }
      (f, lastF, g, lastG) = (next(f, lastF, byF), f, next(g, lastG, byG), g)
    }
  }

  /// Steps of η are flow for η a step: off by η t λ²/2 at first, so half the rate halves the difference.
  @Test func smallStepsAreFlow() throws {
    let predictor = try ensemble().predictor(for: z)
    let time = 20.0
    let flow = try predictor.mean(after: .flow(time: time))
    let differences = try [400, 800, 1600].map { steps in
      largestDifference(
        try predictor.mean(
          after: .descent(steps: steps, learningRate: time / Double(steps))), flow)
    }
    #expect(differences[0] < 1e-2)
    // Second-order terms are 1/400 of the first.
    #expect(abs(differences[0] / differences[1] - 2) < 0.05)
    #expect(abs(differences[1] / differences[2] - 2) < 0.05)
  }

  /// At the end the readout's training is the posterior of a Gaussian process.
  @Test func theEndOfTheReadoutIsThePosterior() throws {
    let regulariser = 0.02
    let ensemble = try WideNetworkEnsemble(
      .nngp, network, inputs: x, targets: y, diagonalRegulariser: regulariser)
    let kernel = try NetworkKernel<Double>(.nngp, network)
    let process = try GaussianProcess(kernel: kernel, noiseVariance: ensemble.addedDiagonal).fit(
      LabelledData(inputs: x, targets: y))
    let predictor = try ensemble.predictor(for: z)
    #expect(
      abs(ensemble.addedDiagonal - 0.02 * (try kernel.diagonal(of: x)).reduce(0, +) / 9) < 1e-14)
    #expect(
      largestDifference(try predictor.mean(after: .untilConverged), try process.mean(z)) < 1e-10)
    #expect(
      largestDifference(
        try predictor.covariance(after: .untilConverged), try process.covariance(z)) < 1e-10)
  }

  /// Just below the largest stable rate all modes converge, just above one does not.
  @Test(arguments: [0, 0.5, 0.9])
  func stableLearningRates(_ momentum: Double) throws {
    let ensemble = try ensemble()
    let rate = try ensemble.maximumStableLearningRate(momentum: momentum)
    func loss(_ factor: Double, _ steps: Int) throws -> Double {
      try ensemble.expectedTrainingLoss(
        after: .descent(steps: steps, learningRate: factor * rate, momentum: momentum))
    }
    #expect(try loss(0.999, 40_000) < 0.01 * loss(0.999, 0))
    // The fastest mode grows by 1.002 a step or more, squared in the loss: e¹² and more.
    #expect(try loss(1.001, 3_000) > 1e3 * loss(1.001, 0))
    // Beyond the range of numbers it is an error.
    #expect(throws: MercerError.self) { try loss(4, 1_000_000) }
    #expect(
      try ensemble.stepsPerMode(learningRate: 1.001 * rate, momentum: momentum)[0] == .infinity)
  }

  /// After its learning time 1/e of a mode is left; after n steps more, as many are as told.
  @Test(arguments: [(0.0, 0.3), (0.0, 1.7), (0.8, 0.2), (0.8, 1.9)])
  func learningTimes(_ momentum: Double, _ part: Double) throws {
    let grams = try NetworkGrams(of: network, inputs: x)
    let eigen = try SymmetricEigen(grams.ntk)
    for index in [8, 5, 0] {
      // A target that is one mode.
      let target = Matrix(column: eigen.vectors.row(index))
      let ensemble = try WideNetworkEnsemble(.ntk, grams: grams, targets: target)
      let mode = ensemble.learnedModes[8 - index]
      #expect(abs(mode.targetShare - 1) < 1e-10)
      let left = try ensemble.trainingPredictor.mean(after: .flow(time: mode.learningTime))
      let rest = zip(left.elements, target.elements).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(1 - rest - Double.exp(-1)) < 1e-10)
      // The envelope of the rest over many steps: two far apart, at the same phase or nearly.
      let rate = part / 2 * (try ensemble.maximumStableLearningRate(momentum: momentum))
      let steps = try ensemble.stepsPerMode(learningRate: rate, momentum: momentum)[8 - index]
      func size(_ count: Int) throws -> Double {
        (0..<40).reduce(0.0) { most, more in
          let length = TrainingLength.descent(
            steps: count + more, learningRate: rate, momentum: momentum)
          guard let mean = try? ensemble.trainingPredictor.mean(after: length) else { return most }
          let rest = 1 - zip(mean.elements, target.elements).reduce(0) { $0 + $1.0 * $1.1 }
          return max(most, abs(rest))
        }
      }
      let far = max(10, Int(8 * steps))
      let slope = Double.log(try size(far) / size(2 * far)) / Double(far)
      // Oscillation and rounding (rests of e⁻¹⁶) leave some percent; of two roots that are nearly one the
      // rest is also a multiple of the steps, and log 2 of 8 is 9 percent.
      #expect(abs(slope * steps - 1) < 0.1)
    }
  }

  /// A kernel of rank 3 (inputs repeated) trains where it can: the mean of equal inputs' targets.
  @Test func singularKernels() throws {
    let rows = x.coordinates.rows(at: [0, 1, 2, 0, 1, 2])
    let targets = Matrix(column: [1.0, 2, 3, 3, 2, -1])
    let ensemble = try WideNetworkEnsemble(
      .ntk, network, inputs: Points(rows), targets: targets)
    let mean = try ensemble.predictor(for: Points(x.coordinates.rows(0..<3))).mean(
      after: .untilConverged)
    #expect(largestDifference(mean, Matrix(column: [2, 2, 1])) < 1e-8)
    #expect(
      largestDifference(
        try ensemble.trainingPredictor.mean(after: .untilConverged),
        Matrix(column: [2, 2, 1, 2, 2, 1])) < 1e-8)
    #expect(ensemble.learnedModes.count { $0.learningTime == .infinity } == 3)
  }

  /// A network that starts elsewhere: where it starts at time 0, and at the end what the ensemble's mean
  /// is of targets less its start.
  @Test func startsElsewhere() throws {
    var stream = RandomStream(seed: 8, purpose: "starts")
    let (there, here) = (stream.matrix(9, 2), stream.matrix(4, 2))
    let ensemble = try ensemble()
    let predictor = try ensemble.predictor(for: z)
    #expect(
      largestDifference(
        try predictor.outputs(from: here, trainingStart: there, after: .flow(time: 0)), here) == 0)
    let trained = try ensemble.trainingPredictor.outputs(
      from: there, trainingStart: there, after: .untilConverged)
    #expect(largestDifference(trained, y) < 1e-11)
  }

  @Test func refusesWhatMakesNoSense() throws {
    let grams = try NetworkGrams(of: network, inputs: x)
    let fewer = y.rows(0..<5)
    #expect(throws: MercerError.self) {
      try WideNetworkEnsemble(.ntk, grams: grams, targets: fewer)
    }
    #expect(throws: MercerError.self) {
      try WideNetworkEnsemble(.ntk, grams: grams, targets: y, diagonalRegulariser: -1)
    }
    var negative = grams.ntk
    for i in 0..<9 { negative[i, i] = -negative[i, i] }
    let broken = try NetworkGrams(nngp: grams.nngp, ntk: negative)
    #expect(throws: MercerError.self) { try WideNetworkEnsemble(.ntk, grams: broken, targets: y) }
    let ensemble = try ensemble()
    for length in [
      TrainingLength.flow(time: -1), .flow(time: .nan), .descent(steps: -1, learningRate: 1),
      .descent(steps: 1, learningRate: 0), .descent(steps: 1, learningRate: 1, momentum: 1),
    ] {
      #expect(throws: MercerError.self) { try ensemble.trainingPredictor.mean(after: length) }
    }
    let known = try WideNetworkEnsemble(.ntk, grams: grams, targets: y)
    #expect(throws: MercerError.self) { try known.predictor(for: z) }
    let variances = try ensemble.predictor(for: z, withCovariance: false)
    #expect(throws: MercerError.self) { try variances.covariance(after: .untilConverged) }
    #expect(try variances.variance(after: .untilConverged).count == 4)
  }
}
