import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

@Suite("Training in function space")
struct FunctionSpaceTrainingTests {
  private let grams: NetworkGrams
  private let cross: NetworkGrams
  private let covariance: Matrix<Double>

  init() throws {
    var stream = RandomStream(seed: 31, purpose: "function space")
    let network = try Network.relu(depth: 2, weightVariance: 2, biasVariance: 0.1)
    let (x, z) = (Points(stream.matrix(8, 3)), Points(stream.matrix(3, 3)))
    grams = try NetworkGrams(of: network, inputs: x)
    cross = try NetworkGrams(of: network, rows: z, columns: x)
    covariance = try NetworkGrams(of: network, inputs: z).nngp
  }

  private let labels = [0, 1, 2, 0, 1, 2, 2, 0]

  /// The closed form, on training inputs and new ones, from zero and from elsewhere; the tolerance of a
  /// step is 1e-9 and there are some hundred.
  @Test func squaredLossHasItsClosedForm() throws {
    var stream = RandomStream(seed: 32, purpose: "function space")
    let (y, start, startThere) = (stream.matrix(8, 2), stream.matrix(8, 2), stream.matrix(3, 2))
    let ensemble = try WideNetworkEnsemble(.ntk, grams: grams, targets: y)
    let predictor = try ensemble.predictor(cross: cross, covariance: covariance)
    let times = [0, 0.5, 5, 60.0]
    let training = try FunctionSpaceTraining(
      kernel: grams.ntk, loss: SquaredTrainingLoss(targets: y))
    let moved = try FunctionSpaceTraining(
      kernel: grams.ntk, loss: SquaredTrainingLoss(targets: y), start: start)
    for state in try training.flow(to: times) {
      let length = TrainingLength.flow(time: state.time)
      let own = try ensemble.trainingPredictor.mean(after: length)
      #expect(largestDifference(state.outputs, own) < 1e-7)
      let other = try state.outputs(cross: cross.ntk)
      #expect(largestDifference(other, try predictor.mean(after: length)) < 1e-7)
    }
    for state in try moved.flow(to: times) {
      let expected = try predictor.outputs(
        from: startThere, trainingStart: start, after: .flow(time: state.time))
      let other = try state.outputs(cross: cross.ntk, start: startThere)
      #expect(largestDifference(other, expected) < 1e-7)
    }
    let steps = try training.descent(steps: 30, learningRate: 0.4, momentum: 0.6)
    let expected = try ensemble.trainingPredictor.mean(
      after: .descent(steps: 30, learningRate: 0.4, momentum: 0.6))
    #expect(largestDifference(steps.outputs, expected) < 1e-12)
  }

  /// Euler steps of h are off by a multiple of h, so 2 f(h) − f(2 h) is right to h².
  @Test func crossEntropyIsTheLimitOfSmallSteps() throws {
    let loss = try CrossEntropyTrainingLoss(labels: labels, classCount: 3)
    let training = try FunctionSpaceTraining(kernel: grams.ntk, loss: loss)
    let time = 6.0
    let flow = try #require(try training.flow(to: [time]).first)
    let (steps, k) = (isOptimized ? 8000 : 1000, 3)
    let coarse = try training.descent(steps: steps, learningRate: time / Double(steps))
    let fine = try training.descent(steps: 2 * steps, learningRate: time / Double(2 * steps))
    let extrapolated = Matrix(
      rowCount: 8, columnCount: k,
      elements: zip(fine.outputs.elements, coarse.outputs.elements).map { 2 * $0 - $1 })
    let first = largestDifference(fine.outputs, flow.outputs)
    let second = largestDifference(extrapolated, flow.outputs)
    #expect(first < (isOptimized ? 1e-3 : 1e-2))
    #expect(second < (isOptimized ? 1e-6 : 5e-5))
    #expect(second < first / 50)
    // A sum over classes that does not change: its gradient is zero.
    for i in 0..<8 { #expect(abs(flow.outputs.row(i).reduce(0, +)) < 1e-9) }
  }

  /// The loss falls, at the rate −∇Lᵀ Θ ∇L, and what is asked for at once is what is asked for in turn.
  @Test func theLossFallsAsItMust() throws {
    let loss = try CrossEntropyTrainingLoss(labels: labels, classCount: 3)
    let training = try FunctionSpaceTraining(kernel: grams.ntk, loss: loss)
    let h = 1e-3
    let states = try training.flow(to: [0, 1, 3 - h, 3, 3 + h, 10, 100], tolerance: 1e-11)
    #expect(abs(states[0].loss - Double.log(3)) < 1e-14)
    for (later, earlier) in zip(states.dropFirst(), states) { #expect(later.loss < earlier.loss) }
    let gradient = loss.gradient(at: states[3].outputs)
    let rate = try zip(gradient.elements, grams.ntk.multiplied(by: gradient).elements)
      .reduce(0) { $0 - $1.0 * $1.1 }
    // Central differences are right to h².
    #expect(abs((states[4].loss - states[2].loss) / (2 * h) / rate - 1) < 1e-5)
    let alone = try #require(try training.flow(to: [100], tolerance: 1e-11).first)
    #expect(largestDifference(alone.outputs, states[6].outputs) < 1e-8)
    // All rows are told apart in the end.
    for (i, label) in labels.enumerated() {
      let row = alone.outputs.row(i)
      #expect(row.indices.max { row[$0] < row[$1] } == label)
    }
  }

  /// Gradients of the losses by central differences, right to h² (1e-10) and rounding over h (1e-11).
  @Test func gradientsOfLosses() throws {
    var stream = RandomStream(seed: 33, purpose: "function space")
    let (f, y) = (stream.matrix(4, 3), stream.matrix(4, 3))
    let soft = Matrix<Double>(rows: [[0.2, 0.3, 0.5], [1, 0, 0], [0, 0.5, 0.5], [0, 0, 1]])
    let losses: [any TrainingLoss] = [
      SquaredTrainingLoss(targets: y), try CrossEntropyTrainingLoss(probabilities: soft),
    ]
    for loss in losses {
      let gradient = loss.gradient(at: f)
      for i in 0..<4 {
        for c in 0..<3 {
          var (up, down) = (f, f)
          up[i, c] += 1e-5
          down[i, c] -= 1e-5
          let slope = (loss.value(at: up) - loss.value(at: down)) / 2e-5
          #expect(abs(slope - gradient[i, c]) < 1e-9)
        }
      }
    }
  }

  @Test func refusesWhatMakesNoSense() throws {
    let loss = try CrossEntropyTrainingLoss(labels: labels, classCount: 3)
    #expect(throws: MercerError.self) {
      try CrossEntropyTrainingLoss(labels: [0, 3], classCount: 3)
    }
    #expect(throws: MercerError.self) {
      try CrossEntropyTrainingLoss(probabilities: Matrix(rows: [[0.5, 0.4]]))
    }
    #expect(throws: MercerError.self) {
      try FunctionSpaceTraining(kernel: cross.ntk, loss: loss)
    }
    let training = try FunctionSpaceTraining(kernel: grams.ntk, loss: loss)
    #expect(throws: MercerError.self) { try training.flow(to: [2, 1]) }
    #expect(throws: MercerError.self) { try training.flow(to: [.infinity]) }
    #expect(throws: MercerError.self) { try training.flow(to: [1], tolerance: 0) }
    let error = #expect(throws: MercerError.self) {
      try training.flow(to: [1e6], maximumSteps: 50)
    }
    #expect(error?.code == .didNotConverge)
    let squared = try FunctionSpaceTraining(
      kernel: grams.ntk,
      loss: SquaredTrainingLoss(targets: Matrix(rowCount: 8, columnCount: 1, repeating: 1)))
    #expect(throws: MercerError.self) { try squared.descent(steps: 2000, learningRate: 100) }
  }
}
