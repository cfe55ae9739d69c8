public import MercerCore

/// How a kernel matrix will be held, and why.
public struct GramPlan: Sendable, Equatable {
  /// The two ways to hold a kernel matrix.
  public enum Kind: String, Sendable {
    /// Every entry in memory.
    case dense
    /// Entries computed anew, tile by tile, in each product.
    case tiled
  }

  /// The way chosen.
  public let kind: Kind
  /// The memory that the operator and its products will need, in bytes.
  public let expectedBytes: Int
  /// Why, in one sentence for the user.
  public let reason: String

  /// The operator of this plan for a kernel on one set of inputs.
  ///
  /// - Complexity: O(n² d) time when dense, O(n d) when tiled.
  /// - Throws: `.shapeMismatch` when the inputs do not suit the kernel, `.memoryLimit` when a
  ///   stored matrix does not fit, `.cancelled`.
  public func makeOperator<K: Kernel>(
    _ kernel: K, inputs: K.Inputs, context: ExecutionContext = .default
  ) throws(MercerError) -> any SymmetricGramOperator<K.Element> {
    let tiled = try TiledGram(kernel, inputs: inputs)
    guard kind == .dense else { return tiled }
    return try DenseGram(tiled.densified(context: context))
  }

  /// The operator of this plan for a kernel on two sets of inputs.
  ///
  /// - Complexity: O(n m d) time when dense, O((n + m) d) when tiled.
  /// - Throws: as `makeOperator(_:inputs:context:)`.
  public func makeCrossOperator<K: Kernel>(
    _ kernel: K, rows: K.Inputs, columns: K.Inputs, context: ExecutionContext = .default
  ) throws(MercerError) -> any IndexableGramOperator<K.Element> {
    let tiled = try TiledCrossGram(kernel, rows: rows, columns: columns)
    guard kind == .dense else { return tiled }
    return DenseCrossGram(try tiled.densified(context: context))
  }
}
