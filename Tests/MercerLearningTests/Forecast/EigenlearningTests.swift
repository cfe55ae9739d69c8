import MercerCore
import MercerLearning
import MercerSolvers
import MercerTestSupport
import RealModule
import Testing

/// The eigenlearning equations against closed forms, identities and simulation.
@Suite struct EigenlearningTests {
  /// M equal modes without a ridge: each is learned to n / M, and the error has a closed form.
  @Test(arguments: [10.0, 25, 45])
  func equalModes(_ n: Double) throws {
    let (count, power, noise) = (50, 3.0, 0.2)
    let theory = try Eigenlearning(
      eigenvalues: [Double](repeating: 0.7, count: count),
      powers: [Double](repeating: power / Double(count), count: count), noise: noise)
    let risk = try theory.risk(rows: n, ridge: 0)
    let share = n / Double(count)
    #expect(abs(risk.learned - n) < 1e-9 * n)
    #expect(abs(risk.overfitting - 1 / (1 - share)) < 1e-9 / (1 - share))
    let expected = (1 - share) * power + noise / (1 - share)
    #expect(abs(risk.error - expected) < 1e-9 * expected)
  }

  private func powerLaw(modes: Int, noise: Double) throws -> Eigenlearning {
    try Eigenlearning(
      eigenvalues: (1...modes).map { Double.pow(Double($0), -1.5) },
      powers: (1...modes).map { Double.pow(Double($0), -1.4) }, noise: noise)
  }

  /// The equation of κ holds, no more modes are learned than there are rows, and overfitting costs.
  @Test func identities() throws {
    let theory = try powerLaw(modes: 400, noise: 0.1)
    for n in [1.0, 7.5, 50, 300, 399, 2000] {
      for ridge in [1e-9, 1e-3, 0.1, 10, 1e6] {
        let risk = try theory.risk(rows: n, ridge: ridge)
        let sum = theory.eigenvalues.reduce(0) { $0 + $1 / ($1 + risk.effectiveRidge) }
        // κ is found to 1e-13 of its logarithm; the sum is of size n.
        #expect(abs(sum + ridge / risk.effectiveRidge - n) < 1e-9 * n)
        #expect(risk.learned <= n && risk.overfitting >= 1 && risk.error >= theory.noise)
      }
    }
  }

  /// With the best ridge more rows never hurt; the noise is the floor, and without it there is none.
  @Test(arguments: [0, 0.1, 1])
  func moreRowsHelp(_ noise: Double) throws {
    let theory = try powerLaw(modes: 200, noise: noise)
    let ridges = (-12...8).map { Double.pow(10, Double($0) / 2) }
    var last = Double.infinity
    for n in [5.0, 10, 20, 40, 80, 160, 320, 1e5, 1e8] {
      let errors = try ridges.map { try theory.risk(rows: n, ridge: $0).error }
      let best = errors.min() ?? .nan
      #expect(best <= last * (1 + 1e-9))
      last = best
    }
    // 200 modes from 1e8 rows cost 1 + 200 / 1e8 of the noise.
    #expect(last >= noise && last <= noise * 1.00001 + 1e-6)
  }

  @Test func refusesWhatIsNoSpectrum() throws {
    #expect(throws: MercerError.self) {
      try Eigenlearning(eigenvalues: [1], powers: [1, 2], noise: 0)
    }
    #expect(throws: MercerError.self) {
      try Eigenlearning(eigenvalues: [0, 0], powers: [1, 2], noise: 0)
    }
    #expect(throws: MercerError.self) {
      try Eigenlearning(eigenvalues: [1, .nan], powers: [1, 2], noise: 0)
    }
    let theory = try powerLaw(modes: 5, noise: 1)
    #expect(throws: MercerError.self) { try theory.risk(rows: 0, ridge: 1) }
    #expect(throws: MercerError.self) { try theory.risk(rows: 2, ridge: -1) }
    // As many modes as rows and no ridge: the error has no bound, and says so.
    #expect(try theory.risk(rows: 5, ridge: 0).error == .infinity)
  }

  /// Kernel ridge regression on Gaussian features with planted eigenvalues errs as predicted.
  @Test(arguments: [(60, 1e-3), (60, 0.3), (120, 0.05)])
  func simulatedRegressionErrsAsPredicted(_ n: Int, _ ridge: Double) throws {
    let planted = PlantedFeatures(modes: 240, decay: 1.4, targetDecay: 1.3, noise: 0.1)
    var total = 0.0
    let repeats = 24
    for draw in 0..<repeats {
      total += try planted.regressionError(rows: n, ridge: ridge, draw: UInt64(draw))
    }
    let measured = total / Double(repeats)
    let predicted = try planted.theory().risk(rows: Double(n), ridge: ridge).error
    // The mean of 24 draws varies by about 2 %; the equations are exact for n → ∞ alone.
    #expect(abs(measured / predicted - 1) < 0.06, "\(measured) for \(predicted)")
  }
}

/// A kernel whose eigenvalues are known: K = X Λ Xᵀ with independent standard normal features.
struct PlantedFeatures {
  let eigenvalues: [Double]
  let coefficients: [Double]
  let noise: Double

  init(modes: Int, decay: Double, targetDecay: Double, noise: Double) {
    eigenvalues = (1...modes).map { Double.pow(Double($0), -decay) }
    let powers = (1...modes).map { Double.pow(Double($0), -targetDecay) }
    let sum = powers.reduce(0, +)
    coefficients = powers.enumerated().map { place, power in
      (power / sum).squareRoot() * (place % 3 == 0 ? -1 : 1)
    }
    self.noise = noise
  }

  func theory() throws(MercerError) -> Eigenlearning {
    try Eigenlearning(
      eigenvalues: eigenvalues, powers: coefficients.map { $0 * $0 }, noise: noise)
  }

  /// n rows: features, K and a noisy target.
  func sample(
    rows n: Int, draw: UInt64
  ) throws -> (features: Matrix<Double>, gram: Matrix<Double>, target: Matrix<Double>) {
    var stream = RandomStream(seed: draw, purpose: "planted features")
    let modes = eigenvalues.count
    let features = Matrix<Double>(rowCount: n, columnCount: modes) { buffer in
      for index in buffer.indices { buffer[index] = stream.normal() }
    }
    let weighted = Matrix<Double>(rowCount: n, columnCount: modes) { buffer in
      features.withUnsafeBufferPointer { source in
        for index in buffer.indices { buffer[index] = source[index] * eigenvalues[index % modes] }
      }
    }
    let gram = try weighted.multiplied(by: features, transposingOther: true)
    var target = try features.multiplied(
      by: Matrix(column: coefficients), context: .default)
    for row in 0..<n { target[row, 0] += noise.squareRoot() * stream.normal() }
    return (features, gram, target)
  }

  /// The mean square error of kernel ridge regression on rows without end: its coefficients in the
  /// features are compared with the planted ones.
  func regressionError(rows n: Int, ridge: Double, draw: UInt64) throws -> Double {
    let (features, gram, target) = try sample(rows: n, draw: draw)
    var system = gram
    for row in 0..<n { system[row, row] += ridge }
    let alpha = try Cholesky(system).solve(target)
    let fitted = try features.multiplied(by: alpha, transposed: true).elements
    return coefficients.indices.reduce(noise) {
      let miss = coefficients[$1] - eigenvalues[$1] * fitted[$1]
      return $0 + miss * miss
    }
  }
}
