import MercerCore
import MercerKernels
import Testing

@Suite("Kernels of infinitely wide networks")
struct NetworkKernelTests {
  private func dense(_ weight: Double = 1, _ bias: Double = 0) throws -> any NetworkLayer {
    try DenseLayer(weightVariance: weight, biasVariance: bias)
  }

  /// Points with a zero, a copy, a negation and a scaled copy among them.
  private func points<E: Scalar>(_ d: Int = 4, of _: E.Type = E.self) -> Points<E> {
    var stream = TestStream(seed: 3)
    var rows = (0..<4).map { _ in (0..<d).map { _ in E(stream.roughNormal()) } }
    rows += [rows[0], rows[1].map { -$0 }, rows[2].map { 3 * $0 }, rows[0].map { _ in 0 }]
    return Points(rows: rows)
  }

  @Test("A dense layer alone is the linear kernel over d, and its tangent kernel is the same")
  func depthZero() throws {
    let x: Points<Double> = points()
    let network = try Network.relu(depth: 0, weightVariance: 1)
    for kind in NetworkKernel<Double>.Kind.allCases {
      let found = try NetworkKernel<Double>(kind, network).matrix(rows: x, columns: x)
      let linear = try LinearKernel<Double>().matrix(rows: x, columns: x)
      for (a, b) in zip(found.elements, linear.elements) {
        // Lengths multiplied back in: a few units in the last place of the largest product.
        #expect(abs(a - b / 4) <= 1e-14 * 20)
      }
    }
  }

  @Test("Without bias, scaling an input scales both kernels")
  func homogeneity() throws {
    let x: Points<Double> = points()
    let scaled = Points(rows: (0..<x.count).map { i in x.coordinates.row(i).map { 7 * $0 } })
    for kind in NetworkKernel<Double>.Kind.allCases {
      let kernel = try NetworkKernel<Double>(kind, .relu(depth: 3))
      let (a, b) = try (
        kernel.matrix(rows: x, columns: x), kernel.matrix(rows: scaled, columns: x)
      )
      for (a, b) in zip(a.elements, b.elements) { #expect(abs(7 * a - b) <= 1e-12) }
    }
  }

  @Test("Weight variance 2 keeps variances through relu, and depth adds to the tangent kernel")
  func diagonal() throws {
    let x: Points<Double> = points()
    let linear = try LinearKernel<Double>().diagonal(of: x)
    for depth in 0...4 {
      let network = try Network.relu(depth: depth)
      let nngp = try NetworkKernel<Double>(.nngp, network).diagonal(of: x)
      let ntk = try NetworkKernel<Double>(.ntk, network).diagonal(of: x)
      for i in 0..<x.count {
        #expect(abs(nngp[i] - linear[i] / 2) <= 1e-14 * linear[i])
        // Every layer adds the covariance once: Θ(x, x) = (depth + 1) k(x, x).
        #expect(abs(ntk[i] - Double(depth + 1) * nngp[i]) <= 1e-13 * linear[i])
      }
    }
    let biased = try Network.relu(depth: 3, weightVariance: 1.3, biasVariance: 0.4)
    let nngp = try NetworkKernel<Double>(.nngp, biased).diagonal(of: x)
    let ntk = try NetworkKernel<Double>(.ntk, biased).diagonal(of: x)
    for (nngp, ntk) in zip(nngp, ntk) { #expect(ntk >= nngp && nngp > 0) }
  }

  @Test("Entries are finite, symmetric, on the diagonal as `diagonal`, below Cauchy–Schwarz")
  func edges() throws {
    try checkEdges(Double.self, tolerance: 1e-13)
    try checkEdges(Float.self, tolerance: 1e-5)
  }

  private func checkEdges<E: Scalar>(_: E.Type, tolerance: Double) throws {
    for d in [1, 2, 5] {
      let x: Points<E> = points(d)
      for bias in [0, 0.3] {
        for activation in [RectifierLayer.relu, .abs, try .init(slopeBelow: -0.5, slopeAbove: 1.5)]
        {
          let network = try Network([
            dense(2, 0), activation, dense(1.5, bias), activation, dense(1, bias),
          ])
          for kind in NetworkKernel<E>.Kind.allCases {
            let kernel = try NetworkKernel<E>(kind, network)
            let k = try kernel.matrix(rows: x, columns: x)
            let diagonal = try kernel.diagonal(of: x).map { Double($0) }
            for i in 0..<x.count {
              #expect(abs(Double(k[i, i]) - diagonal[i]) <= tolerance * diagonal[i])
              for j in 0..<x.count {
                let size = (diagonal[i] * diagonal[j]).squareRoot()
                #expect(abs(Double(k[i, j])) <= size * (1 + tolerance))
                #expect(abs(Double(k[i, j]) - Double(k[j, i])) <= tolerance * size)
              }
            }
          }
        }
      }
    }
  }

  @Test("Tiles of any place and size hold the same entries, over old contents")
  func tiles() throws {
    var stream = TestStream(seed: 5)
    // More columns than a chunk, so that chunks are joined.
    let (x, z): (Points<Double>, Points<Double>) = (stream.points(5, 3), stream.points(530, 3))
    let kernel = try NetworkKernel<Double>(.ntk, .relu(depth: 2, biasVariance: 0.1))
    let whole = try kernel.matrix(rows: x, columns: z)
    let bound = try kernel.bound(rows: x, columns: z)
    var pieces = Matrix<Double>(rowCount: 5, columnCount: 530, repeating: .nan)
    pieces.withTile { tile in
      for rows in tile.rows.chunks(of: 2) {
        for columns in tile.columns.chunks(of: 301) {
          bound.fill(tile.part(rows: rows, columns: columns))
        }
      }
    }
    // BLAS may order sums differently for other sizes.
    for (a, b) in zip(whole.elements, pieces.elements) {
      #expect(abs(a - b) <= 1e-13 * (1 + abs(a)))
    }
  }

  @Test("A metric is the same as mapped inputs")
  func metric() throws {
    let x: Points<Double> = points(3)
    let scales = [0.5, 2, 0]
    let mapped = Points(
      rows: (0..<x.count).map { i in zip(x.coordinates.row(i), scales).map { $0 * $1 } })
    let network = try Network.relu(depth: 2, biasVariance: 0.2)
    let a = try NetworkKernel<Double>(.ntk, network, metric: .scales(scales))
    let b = try NetworkKernel<Double>(.ntk, network)
    let (found, expected) = try (
      a.matrix(rows: x, columns: x), b.matrix(rows: mapped, columns: mapped)
    )
    #expect(found == expected)
    let (diagonal, expectedDiagonal) = try (a.diagonal(of: x), b.diagonal(of: mapped))
    #expect(diagonal == expectedDiagonal)
    #expect(throws: MercerError.self) { try a.bound(rows: points(4), columns: points(4)) }
  }

  @Test("Points of different dimensions are refused")
  func shapes() throws {
    let kernel = try NetworkKernel<Double>(.nngp, .relu(depth: 1))
    #expect(throws: MercerError.self) { try kernel.bound(rows: points(2), columns: points(3)) }
  }

  @Test("Inputs and networks whose variances overflow are refused, instead of giving NaN")
  func overflow() throws {
    let ordinary = Points<Float>(rows: [[1, 2]])
    let network = try Network.relu(depth: 60, weightVariance: 20)
    let inputs: [[Float]] = [[1e30, 0], [.infinity, 0], [.nan, 1]]
    for input in inputs {
      let points = Points(rows: [[1, 2], input])
      #expect {
        try NetworkKernel<Float>(.ntk, .relu(depth: 1)).bound(rows: ordinary, columns: points)
      } throws: { ($0 as? MercerError)?.code == .invalidData }
      #expect {
        try ArcCosineKernel<Float>(order: 1).bound(rows: points, columns: ordinary)
      } throws: { ($0 as? MercerError)?.code == .invalidData }
    }
    #expect {
      try NetworkKernel<Float>(.nngp, network).bound(rows: ordinary, columns: ordinary)
    } throws: { ($0 as? MercerError)?.code == .invalidData }
  }

  @Test("Gradients agree with central differences", arguments: NetworkKernel<Double>.Kind.allCases)
  func gradients(kind: NetworkKernel<Double>.Kind) throws {
    let check = GradientCheck(rows: 3, columns: 4, dimension: 3, seed: 11)
    let leaky = try RectifierLayer(slopeBelow: 0.2, slopeAbove: 1)
    let abRelu = try RectifierLayer(slopeBelow: -0.5, slopeAbove: 1.5)
    let networks = try [
      Network([dense(1.3, 0.2)]), .relu(depth: 1), .relu(depth: 3),
      .relu(depth: 2, weightVariance: 1.7, biasVariance: 0.3),
      Network([dense(2, 0.1), leaky, dense(1.1), abRelu, dense(0.9, 0.4), RectifierLayer.abs]),
    ]
    for network in networks {
      for metric in [Metric.identity, .scales([1.2, 0.3, 0.8])] {
        let kernel = try NetworkKernel<Double>(kind, network, metric: metric)
        // Central differences with step h = 1e-5 err by h² and by 1e-16/h.
        #expect(try check.inputError(kernel) < 1e-7)
        #expect(try check.parameterError(kernel) < 1e-7)
      }
    }
  }

  @Test("At equal and opposite inputs gradients are finite")
  func kinks() throws {
    let x: Points<Double> = points()
    try expectFiniteGradients(of: NetworkKernel<Double>(.ntk, .relu(depth: 2)), at: x)
  }

  @Test("Parameters are named by layer; a bias of zero is none")
  func parameters() throws {
    let network = try Network([dense(2, 0.1), RectifierLayer.relu, dense(1, 0)])
    let kernel = try NetworkKernel<Float>(.ntk, network)
    #expect(
      kernel.parameters.map(\.name) == [
        "dense[0].weightVariance", "dense[0].biasVariance", "dense[1].weightVariance",
      ])
    let changed = try kernel.withParameters([3, 0.5, 4])
    #expect(changed.parameters.map(\.value) == [3, 0.5, 4])
    #expect(throws: MercerError.self) { try kernel.withParameters([3, 0, 4]) }
    #expect(throws: MercerError.self) { try kernel.withParameters([3, 1]) }
  }
}
