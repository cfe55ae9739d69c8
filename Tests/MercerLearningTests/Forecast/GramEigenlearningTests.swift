import MercerCore
import MercerLearning
import RealModule
import MercerTestSupport
import Testing

/// What a sample tells of other numbers of rows, against what is true of the kernel it came from.
@Suite struct GramEigenlearningTests {
  /// From 200 rows the error at 50 to 800 is told, with little noise and much, at a small ridge and a
  /// large one.
  @Test(.enabled(if: isOptimized), arguments: [(0.02, 1e-3), (0.1, 1e-2), (0.1, 1.0), (0.5, 0.1)])
  func errorsAtOtherNumbersOfRows(_ noise: Double, _ ridge: Double) throws {
    let planted = PlantedFeatures(modes: 2000, decay: 1.5, targetDecay: 1.6, noise: noise)
    let theory = try planted.theory()
    let (rows, draws) = (200, 5)
    for n in [50.0, 100, 200, 400, 800] {
      let expected = try theory.risk(rows: n, ridge: ridge).error
      var total = 0.0
      for draw in 0..<draws {
        let sample = try planted.sample(rows: rows, draw: UInt64(draw))
        let read = try GramEigenlearning(gram: sample.gram, targets: sample.target)
        total += Double.log(try read.risk(rows: n, ridge: ridge).error / expected)
      }
      // One sample varies as the error of 200 rows does, about 10 % of a mean square; far beyond its own
      // rows the tail is a guess, with the noise too small to be told from it.
      let bound = n <= Double(rows) ? 0.12 : n <= 400 ? 0.2 : 0.4
      #expect(abs(total / Double(draws)) < bound, "\(n) rows: \(total / Double(draws))")
    }
  }

  /// A kernel of three modes learns what they span, and the rest of the target is noise.
  @Test func noiseBeyondFewModes() throws {
    let planted = PlantedFeatures(modes: 3, decay: 0.5, targetDecay: 1, noise: 0.5)
    let sample = try planted.sample(rows: 300, draw: 3)
    let read = try GramEigenlearning(gram: sample.gram, targets: sample.target)
    // The noise of 300 rows is known to √(2 / 300), 8 %.
    #expect(abs(read.noise / 0.5 - 1) < 0.2, "\(read.noise)")
    let far = try read.risk(rows: 1e6, ridge: 1)
    #expect(abs(far.error / read.noise - 1) < 0.02)
    #expect(abs(far.learned - 3) < 0.5)
  }

  /// Nothing but noise: no number of rows helps.
  @Test func noiseAlone() throws {
    let planted = PlantedFeatures(modes: 500, decay: 1.3, targetDecay: 1, noise: 0)
    var stream = RandomStream(seed: 4, purpose: "noise")
    let sample = try planted.sample(rows: 200, draw: 1)
    let target = Matrix<Double>(rowCount: 200, columnCount: 1) { buffer in
      for index in buffer.indices { buffer[index] = stream.normal() }
    }
    let read = try GramEigenlearning(gram: sample.gram, targets: target)
    let ridges = [1e-2, 1, 100, 1e4]
    let now = try read.bestRisk(rows: 200, ridges: ridges).error
    let far = try read.bestRisk(rows: 1600, ridges: ridges).error
    #expect(far / now > 0.9 && far / now < 1.02, "\(far / now)")
  }

  @Test func leastRidgeIsTheBest() throws {
    let sample = try PlantedFeatures(modes: 100, decay: 1.5, targetDecay: 1.5, noise: 0.2)
      .sample(rows: 60, draw: 0)
    let read = try GramEigenlearning(gram: sample.gram, targets: sample.target)
    let ridges = [1e-3, 1e-1, 1, 10]
    let errors = try ridges.map { try read.risk(rows: 90, ridge: $0).error }
    #expect(try read.bestRisk(rows: 90, ridges: ridges).error == errors.min())
  }

  @Test func refusesWhatTellsNothing() throws {
    let gram = Matrix<Double>(rows: [[1, 0], [0, 1]])
    #expect(throws: MercerError.self) {
      try GramEigenlearning(gram: gram, targets: Matrix(column: [1, 2, 3]))
    }
    #expect(throws: MercerError.self) {
      try GramEigenlearning(gram: gram, targets: Matrix(column: [0, 0]))
    }
    #expect(throws: MercerError.self) {
      try GramEigenlearning(
        gram: Matrix<Double>(rowCount: 2, columnCount: 2), targets: Matrix(column: [1, -1]))
    }
    #expect(throws: MercerError.self) {
      try GramEigenlearning(
        gram: gram, targets: Matrix(column: [1, -1]), context: ExecutionContext(memoryLimit: 10))
    }
    let read = try GramEigenlearning(gram: gram, targets: Matrix(column: [1, -1]))
    #expect(throws: MercerError.self) { try read.risk(rows: 10, ridge: 0) }
    #expect(throws: MercerError.self) { try read.risk(rows: .nan, ridge: 1) }
    #expect(throws: MercerError.self) { try read.bestRisk(rows: 10, ridges: []) }
  }
}
