/// What a kernel is evaluated on: points, images, paths, nodes of a graph. Countable and sliceable.
public protocol PointSet: Sendable {
  /// How many inputs there are.
  var count: Int { get }
  /// The inputs with these numbers, in this order; numbers may repeat.
  func subset(at indices: [Int]) -> Self
}

/// Points of a d-dimensional real space: one row of `coordinates` is one input.
///
/// Kernels compare points only within a call, so nothing is cached here; what depends on one point
/// set alone (norms, centring, a metric) is computed when a kernel is bound to its inputs.
public struct Points<Element: Scalar>: PointSet, Equatable {
  /// n × d, row-major.
  public var coordinates: Matrix<Element>

  /// The number of points, n.
  public var count: Int { coordinates.rowCount }
  /// The number of coordinates of each, d.
  public var dimension: Int { coordinates.columnCount }

  /// The rows of a matrix as points.
  public init(_ coordinates: Matrix<Element>) { self.coordinates = coordinates }

  /// Points from their coordinates.
  ///
  /// - Precondition: the rows are equally long.
  public init(rows: [[Element]]) { coordinates = Matrix(rows: rows) }

  /// The points at these places, in their order.
  ///
  /// - Complexity: O(m d) for m places.
  public func subset(at indices: [Int]) -> Points { Points(coordinates.rows(at: indices)) }

  /// Whether two point sets are the same memory, so that their Gram matrix is symmetric.
  public func isIdentical(to other: Points) -> Bool {
    coordinates.sharesStorage(with: other.coordinates) && count == other.count
      && dimension == other.dimension
  }
}
