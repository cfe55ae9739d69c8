public import MercerCore
public import MercerKernels
import MercerOperators

/// The two Gram matrices of an infinitely wide network on the same inputs.
public struct NetworkGrams: Sendable {
  /// K: the covariance of the outputs over random weights.
  public let nngp: Matrix<Double>
  /// Θ: the tangent kernel.
  public let ntk: Matrix<Double>

  /// Gram matrices from anywhere: a network's, or any other pair of kernels.
  ///
  /// - Throws: `.shapeMismatch` unless both have one shape, `.invalidData` when an entry is not finite.
  public init(nngp: Matrix<Double>, ntk: Matrix<Double>) throws(MercerError) {
    guard nngp.rowCount == ntk.rowCount, nngp.columnCount == ntk.columnCount else {
      throw MercerError(
        .shapeMismatch,
        "the nngp matrix is \(nngp.rowCount) × \(nngp.columnCount), the ntk matrix "
          + "\(ntk.rowCount) × \(ntk.columnCount)")
    }
    guard nngp.isFinite, ntk.isFinite else {
      throw MercerError(.invalidData, "a kernel matrix has entries that are not finite")
    }
    self.nngp = nngp
    self.ntk = ntk
  }

  /// K(X, X) and Θ(X, X) of a network.
  ///
  /// - Complexity: 2 n² entries.
  /// - Throws: what the kernels throw for inputs they cannot take; `.memoryLimit`.
  public init(
    of network: Network, inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) {
    try self.init(
      nngp: TiledGram(NetworkKernel(.nngp, network), inputs: inputs).densified(context: context),
      ntk: TiledGram(NetworkKernel(.ntk, network), inputs: inputs).densified(context: context))
  }

  /// K(X, Z) and Θ(X, Z) of a network.
  ///
  /// - Throws: as the other initialiser.
  public init(
    of network: Network, rows: Points<Double>, columns: Points<Double>,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    try self.init(
      nngp: TiledCrossGram(NetworkKernel(.nngp, network), rows: rows, columns: columns)
        .densified(context: context),
      ntk: TiledCrossGram(NetworkKernel(.ntk, network), rows: rows, columns: columns)
        .densified(context: context))
  }
}
