import MercerCore
import MercerKernels
import Testing

/// A short deterministic stream of roughly normal numbers, for test inputs.
struct TestStream {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// Uniform in (0, 1), by splitmix64 (Steele, Lea and Flood 2014).
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (Double((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53
  }

  /// Mean 0, variance 1: twelve uniforms less six.
  mutating func roughNormal() -> Double {
    (0..<12).reduce(-6) { total, _ in total + uniform() }
  }

  /// n points of d coordinates.
  mutating func points<E: Scalar>(_ n: Int, _ d: Int, of _: E.Type = E.self) -> Points<E> {
    Points(rows: (0..<n).map { _ in (0..<d).map { _ in E(roughNormal()) } })
  }
}

/// Derivatives of Σᵢⱼ wᵢⱼ k(xᵢ, zⱼ) from a bound kernel, and by central differences in Double.
struct GradientCheck {
  let x: Points<Double>
  let z: Points<Double>
  let weights: Matrix<Double>

  init(rows n: Int, columns m: Int, dimension d: Int, seed: UInt64) {
    var stream = TestStream(seed: seed)
    x = stream.points(n, d)
    z = stream.points(m, d)
    weights = stream.points(n, m, of: Double.self).coordinates
  }

  func total<K: Kernel<Points<Double>, Double>>(_ kernel: K, at x: Points<Double>) throws -> Double
  {
    let values = try kernel.matrix(rows: x, columns: z).elements
    return zip(values, weights.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The largest difference of the gradient by inputs from central differences, over the largest
  /// derivative. Tiles of half the columns are used, as operators do.
  func inputError<K: Kernel<Points<Double>, Double>>(_ kernel: K, step: Double = 1e-5) throws
    -> Double
  {
    let bound = try kernel.bound(rows: x, columns: z)
    var gradient = Matrix<Double>(rowCount: x.count, columnCount: x.dimension)
    var weights = weights
    gradient.withTile { gradient in
      weights.withTile { weights in
        for columns in weights.columns.chunks(of: (z.count + 1) / 2) {
          bound.accumulateInputGradient(
            weights: weights.part(rows: weights.rows, columns: columns), into: gradient)
        }
      }
    }
    var (error, size) = (0.0, 0.0)
    for i in 0..<x.count {
      for k in 0..<x.dimension {
        var (above, below) = (x, x)
        above.coordinates[i, k] += step
        below.coordinates[i, k] -= step
        let expected = (try total(kernel, at: above) - total(kernel, at: below)) / (2 * step)
        error = max(error, abs(gradient[i, k] - expected))
        size = max(size, abs(expected))
      }
    }
    return error / size
  }

  /// The same for the gradient by parameters, each by its own size.
  func parameterError<K: Kernel<Points<Double>, Double>>(
    _ kernel: K, step: Double = 1e-5
  ) throws -> Double {
    let bound = try kernel.bound(rows: x, columns: z)
    let values = kernel.parameters.map(\.value)
    var gradient = [Double](repeating: 0, count: values.count)
    var weights = weights
    weights.withTile { weights in
      for rows in weights.rows.chunks(of: (x.count + 1) / 2) {
        bound.accumulateParameterGradient(
          weights: weights.part(rows: rows, columns: weights.columns), into: &gradient)
      }
    }
    var error = 0.0
    for p in values.indices {
      var (above, below) = (values, values)
      above[p] += step
      below[p] -= step
      let expected =
        (try total(kernel.withParameters(above), at: x)
          - total(kernel.withParameters(below), at: x)) / (2 * step)
      error = max(error, abs(gradient[p] - expected) / (1 + abs(expected)))
    }
    return error
  }
}

/// Expects the gradients by inputs and by parameters of the sum of all entries of K(X, X) to be finite.
func expectFiniteGradients(of kernel: any PointKernel<Double>, at x: Points<Double>) throws {
  let bound = try kernel.bound(rows: x, columns: x)
  var weights = Matrix<Double>(rowCount: x.count, columnCount: x.count, repeating: 1)
  var gradient = Matrix<Double>(rowCount: x.count, columnCount: x.dimension)
  var parameters = [Double](repeating: 0, count: kernel.parameters.count)
  weights.withTile { weights in
    gradient.withTile { bound.accumulateInputGradient(weights: weights, into: $0) }
    bound.accumulateParameterGradient(weights: weights, into: &parameters)
  }
  #expect(gradient.isFinite)
  let areFinite = parameters.allSatisfy { $0.isFinite }
  #expect(areFinite)
}
