/// A positive semi-definite function of two inputs.
///
/// A kernel is a small value: parameters, no data. To be evaluated it is *bound* to two sets of
/// inputs, which computes once whatever depends on one set alone (a metric applied, norms, packed
/// panels); the bound kernel then fills tiles of the Gram matrix. So a kernel is dispatched once a
/// tile, never once a pair.
public protocol Kernel<Inputs, Element>: Sendable, CustomStringConvertible {
  /// What the kernel compares.
  associatedtype Inputs: PointSet
  /// The type of its values.
  associatedtype Element: Scalar

  /// The kernel on a fixed pair of input sets: K(rows, columns), entry by entry, tile by tile.
  ///
  /// - Complexity: O((n + m) d) time and memory, O((n + m) d²) with a full metric.
  /// - Throws: `.shapeMismatch` when the inputs do not have the features the kernel needs, or the
  ///   two sets do not have the same features.
  func bound(rows: Inputs, columns: Inputs) throws(MercerError) -> any BoundKernel<Element>

  /// k(x, x) for each input, exactly.
  func diagonal(of inputs: Inputs) throws(MercerError) -> [Element]

  /// The continuous parameters, in a fixed order; the same order as in the gradients.
  var parameters: [KernelParameter] { get }

  /// The same kernel with other values of its parameters, in the order of `parameters`.
  ///
  /// - Throws: `.invalidParameter` when a value is outside its range.
  func withParameters(_ values: [Double]) throws(MercerError) -> Self
}

/// A continuous parameter of a kernel, as model selection sees it.
public struct KernelParameter: Sendable, Equatable {
  /// The name in the text form, with an index where there are several: `scales[2]`.
  public let name: String
  /// The value.
  public let value: Double
  /// Whether it must stay above zero, so that it is best searched by its logarithm.
  public let isPositive: Bool

  /// A parameter.
  public init(_ name: String, _ value: Double, isPositive: Bool = true) {
    self.name = name
    self.value = value
    self.isPositive = isPositive
  }
}

/// A kernel on a fixed pair of input sets, n rows by m columns.
///
/// A bound kernel is immutable and may fill disjoint tiles from several threads at once. Gradients
/// take a tile of weights wᵢⱼ, so that those of sums and products follow by the chain rule.
public protocol BoundKernel<Element>: Sendable {
  /// The type of its values.
  associatedtype Element: Scalar

  /// The number of row inputs, n.
  var rowCount: Int { get }
  /// The number of column inputs, m.
  var columnCount: Int { get }
  /// The number of coordinates of an input, for the gradient with respect to them.
  var dimension: Int { get }

  /// Whether there are gradients; true by default. Where not, the two methods that add them must not
  /// be called.
  var hasGradients: Bool { get }

  /// About how long one entry takes a core of the machine of `docs/benchmarks.md`, in seconds, where
  /// it is more than a few operations a coordinate; 0, the default, for all kernels that are as cheap
  /// as a product. What is dear is worth keeping, and is done in small tiles.
  var secondsPerEntry: Double { get }

  /// The bytes that a thread needs beside its tile while it fills one; 0 by default, where they are
  /// few.
  var scratchBytes: Int { get }

  /// Writes the entries of the tile (overwriting whatever it holds).
  func fill(_ tile: Tile<Element>)

  /// For each row input xᵢ of the tile: `gradient[i, :] += Σⱼ wᵢⱼ ∂k(xᵢ, zⱼ)/∂xᵢ`.
  ///
  /// `gradient` covers the same rows as `weights`, and all `dimension` coordinates. Where the
  /// kernel has a kink (Laplace at distance 0), the pair contributes nothing.
  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>)

  /// For each parameter θₚ, in the order of the kernel's `parameters`:
  /// `gradient[p] += Σᵢⱼ wᵢⱼ ∂k(xᵢ, zⱼ)/∂θₚ` over the tile, summed in Double.
  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double])
}

extension Kernel where Inputs == Points<Element> {
  /// The kernel bound to the first of these inputs and itself: what an entry takes and has, and whether
  /// the kernel suits inputs like these at all.
  ///
  /// - Precondition: there is one.
  /// - Throws: what binding the kernel throws.
  package func boundToFirst(
    of inputs: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    let one = inputs.subset(at: [0])
    return try bound(rows: one, columns: one)
  }

  /// About how many seconds an entry takes a core, on inputs like these; 0 for cheap kernels.
  ///
  /// - Complexity: binding the kernel to one input.
  /// - Throws: what binding the kernel throws.
  package func secondsPerEntry(on inputs: Points<Element>) throws(MercerError) -> Double {
    inputs.count > 0 ? try boundToFirst(of: inputs).secondsPerEntry : 0
  }
}

extension BoundKernel {
  /// Yes.
  public var hasGradients: Bool { true }
  /// Few.
  public var scratchBytes: Int { 0 }
  /// Cheap.
  public var secondsPerEntry: Double { 0 }

  /// How many entries are work enough for a thread at a time: as many as take ten milliseconds or so,
  /// and of cheap ones as many as are good for memory.
  public var entriesAtOnce: Int {
    guard secondsPerEntry > 0 else { return 1 << 20 }
    return Int(min(max(0.01 / secondsPerEntry, 16), Double(1 << 20)))
  }
}

extension Kernel {
  /// The Gram matrix K(rows, columns), stored. For small inputs, tests and examples; the operators
  /// of `MercerOperators` do this with a memory limit and in parallel.
  public func matrix(rows: Inputs, columns: Inputs) throws(MercerError) -> Matrix<Element> {
    let bound = try bound(rows: rows, columns: columns)
    var matrix = Matrix<Element>(rowCount: rows.count, columnCount: columns.count)
    matrix.withTile { tile in bound.fill(tile) }
    return matrix
  }
}
