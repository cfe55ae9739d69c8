public import MercerCore
public import MercerKernels

extension FiniteNetwork {
  /// The kernels of this network with its weights as they are, on n inputs.
  ///
  /// - `ntk`: the inner products of the gradients of the outputs by all weights, each layer's times its
  ///   learning rate, averaged over the k outputs.
  /// - `nngp`: the covariance of the outputs over random readout weights, of the hidden units as they
  ///   are: σw² ⟨a(x), a(z)⟩/width + σb².
  ///
  /// - Complexity: 2 n k operations a weight, and 2 n² a unit and output.
  /// - Throws: as `outputs`.
  public func kernels(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> NetworkGrams {
    let (outputs, passes) = try forward(inputs, context)
    let (n, k) = (inputs.count, outputCount)
    var inner: [Matrix<Double>] = []
    for (layer, pass) in zip(layers, passes) {
      inner.append(try layer.covariance(of: pass.input, context))
    }
    var ntk = Matrix<Double>(rowCount: n, columnCount: n)
    for output in 0..<k {
      var one = Matrix<Double>(rowCount: outputs.rowCount, columnCount: k)
      for i in 0..<n { one[i, output] = 1 }
      let derivatives = try backward(one, passes, context)
      for (i, layer) in layers.enumerated() {
        let products = try derivatives[i].multiplied(
          by: derivatives[i], transposingOther: true, context: context)
        let share = layer.dense.learningRate / Double(k)
        ntk.withUnsafeMutableBufferPointer { sum in
          products.withUnsafeBufferPointer { products in
            inner[i].withUnsafeBufferPointer { inner in
              for j in sum.indices { sum[j] += share * products[j] * inner[j] }
            }
          }
        }
      }
    }
    return try NetworkGrams(nngp: inner[inner.count - 1], ntk: ntk)
  }
}

extension FiniteNetwork.Layer {
  /// σw² ⟨a(x), a(z)⟩/(fan-in) + σb² of n inputs: also the product of the gradients of a unit by the
  /// layer's weights.
  fileprivate func covariance(
    of input: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    var products = try input.multiplied(by: input, transposingOther: true, context: context)
    let (factor, added) = (scale * scale, dense.biasVariance)
    products.withUnsafeMutableBufferPointer { products in
      for i in products.indices { products[i] = factor * products[i] + added }
    }
    return products
  }
}

/// The kernels of networks of finite width, averaged over draws of their weights.
///
/// A draw is off the limit by about 1/√w, as w units are averaged; the mean over many draws by about
/// 1/w, the bias of finite width.
/// - Source: Jacot, Gabriel and Hongler 2018 (1806.07572), theorem 1, for the limit; Hanin and Nica 2020,
///   Finite depth and width corrections to the neural tangent kernel (1909.05989), for the rates.
public struct MonteCarloKernels: Sendable {
  /// The means over draws.
  public let mean: NetworkGrams
  /// The standard deviations of one draw, entry by entry; zero for a single draw.
  public let deviation: NetworkGrams
  /// The number of draws.
  public let drawCount: Int
  /// The width.
  public let width: Int

  /// Draws networks and averages their kernels.
  ///
  /// - Parameters:
  ///   - network: as `FiniteNetwork` takes them.
  ///   - inputs: n inputs.
  ///   - width: the number of units of hidden layers, at least 1.
  ///   - outputCount: the number of outputs over which each ntk is averaged, at least 1.
  ///   - draws: how many, at least 1.
  ///   - seed: of all draws.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: `draws` times that of `FiniteNetwork.kernels`; draws are the parallelism.
  /// - Throws: as `FiniteNetwork`; `.memoryLimit` for 2 n² numbers a draw.
  public init(
    of network: Network, inputs: Points<Double>, width: Int, outputCount: Int = 1, draws: Int,
    seed: UInt64, context: ExecutionContext = .default
  ) throws(MercerError) {
    guard draws > 0 else {
      throw MercerError(.invalidParameter, "there must be a draw, not \(draws)")
    }
    let n = inputs.count
    try context.checkMemory(16 * n * n * draws, for: "\(draws) draws of two \(n) × \(n) matrices")
    var all = Matrix<Double>(rowCount: draws, columnCount: 2 * n * n)
    var single = context
    single.threadCount = 1
    let alone = single
    try all.withTile { (all) throws(MercerError) in
      try context.forEach(draws) { (draw) throws(MercerError) in
        let drawn = try FiniteNetwork(
          network, inputDimension: inputs.dimension, width: width, outputCount: outputCount,
          seed: seed, draw: draw)
        let kernels = try drawn.kernels(inputs, context: alone)
        let row = all.base + draw * all.stride
        kernels.nngp.withUnsafeBufferPointer { source in
          if let source = source.baseAddress { row.update(from: source, count: n * n) }
        }
        kernels.ntk.withUnsafeBufferPointer { source in
          if let source = source.baseAddress { (row + n * n).update(from: source, count: n * n) }
        }
      }
    }
    var (mean, deviation) = ([Double](), [Double]())
    for place in 0..<2 * n * n {
      let values = all.column(place)
      let center = values.reduce(0, +) / Double(draws)
      let square = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      mean.append(center)
      deviation.append((square / Double(max(draws - 1, 1))).squareRoot())
    }
    func grams(_ values: [Double]) throws(MercerError) -> NetworkGrams {
      try NetworkGrams(
        nngp: Matrix(rowCount: n, columnCount: n, elements: Array(values.prefix(n * n))),
        ntk: Matrix(rowCount: n, columnCount: n, elements: Array(values.suffix(n * n))))
    }
    self.mean = try grams(mean)
    self.deviation = try grams(deviation)
    drawCount = draws
    self.width = width
  }
}
