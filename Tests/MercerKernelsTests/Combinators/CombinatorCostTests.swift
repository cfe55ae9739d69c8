#if !DEBUG
  import MercerCore
  import MercerKernels
  import Testing

  /// Combinators are to cost little more than what they combine: a loop that runs unspecialised
  /// would cost ten times as much.
  @Suite(.serialized) struct CombinatorCostTests {
    @Test func aSumCostsItsTerms() throws {
      try check("gaussian + matern(smoothness: 2.5) + laplace")
    }

    @Test func aProductCostsItsFactors() throws {
      try check("gaussian * matern(smoothness: 2.5) * laplace")
    }

    @Test func scalesPowersAndNormsCostLittle() throws {
      try check("normalised(0.5 * gaussian ^ 3 + matern(smoothness: 2.5)) + laplace")
    }

    private func check(_ text: String) throws {
      let points = Points(
        Matrix<Float>(
          rowCount: 512, columnCount: 16,
          elements: somePoints(512, 16, seed: 1).flatMap { $0.map(Float.init) }))
      let parts = try ["gaussian", "matern(smoothness: 2.5)", "laplace"].map {
        try secondsOfFill($0, points)
      }
      let whole = try secondsOfFill(text, points)
      print("\(text): \(whole / parts.reduce(0, +)) times its parts")
      // The memory traffic of the combination is allowed as much again as the fills: timing on a
      // shared machine is rough, and what the test is after is a factor of ten.
      #expect(whole < 2 * parts.reduce(0, +))
    }

    /// The best of several, over tiles of 256 × 256.
    private func secondsOfFill(_ text: String, _ points: Points<Float>) throws -> Double {
      let kernel: any PointKernel<Float> = try makeKernel(parsing: text)
      let bound = try kernel.bound(rows: points, columns: points)
      var memory = Matrix<Float>(rowCount: 256, columnCount: 256)
      let clock = ContinuousClock()
      var best = Duration.seconds(1000)
      for _ in 0..<20 {
        let time = clock.measure {
          memory.withTile { memory in
            for rows in (0..<512).chunks(of: 256) {
              for columns in (0..<512).chunks(of: 256) {
                bound.fill(memory.moved(rows: rows, columns: columns))
              }
            }
          }
        }
        best = min(best, time)
      }
      return best / .seconds(1)
    }
  }
#endif
