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
      var parts = try ["gaussian", "matern(smoothness: 2.5)", "laplace"].map {
        try Fill(of: $0, points)
      }
      var whole = try Fill(of: text, points)
      // Turn by turn, and the best of each: what else the machine does takes time from some of them. The memory
      // traffic of the combination is allowed as much again as the fills; what the test is after is a factor of
      // ten, which no number of turns makes a factor of two.
      var ratio = Double.infinity
      for turn in 1...500 {
        for index in parts.indices { parts[index].run() }
        whole.run()
        ratio = whole.seconds / parts.map(\.seconds).reduce(0, +)
        if turn >= 20, ratio < 2 { break }
      }
      print("\(text): \(ratio) times its parts")
      #expect(ratio < 2)
    }

    /// The fill of 512 × 512 values in tiles of 256 × 256, and the least time it took.
    private struct Fill {
      private let bound: any BoundKernel<Float>
      private var memory = Matrix<Float>(rowCount: 256, columnCount: 256)
      private(set) var seconds = Double.infinity

      init(of text: String, _ points: Points<Float>) throws {
        let kernel: any PointKernel<Float> = try makeKernel(parsing: text)
        bound = try kernel.bound(rows: points, columns: points)
      }

      mutating func run() {
        let bound = bound
        let time = ContinuousClock().measure {
          memory.withTile { memory in
            for rows in (0..<512).chunks(of: 256) {
              for columns in (0..<512).chunks(of: 256) {
                bound.fill(memory.moved(rows: rows, columns: columns))
              }
            }
          }
        }
        seconds = min(seconds, time / .seconds(1))
      }
    }
  }
#endif
