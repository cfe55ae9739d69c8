public import MercerCore
public import MercerKernels
public import MercerOperators

/// The `count` points nearest to each query, by comparing it with all of them.
///
/// ```
/// s(x, z) = Σₖ |yₖ|^q,   y = M (x − z)
/// ```
/// - Parameters:
///   - count: how many, from 1 to the number of points. A query that is one of the points finds
///     itself, at 0: ask for one more then.
///   - queries: n × d.
///   - points: m × d.
///   - metric: M.
///   - exponent: q, greater than zero; 2 for Euclidean distances.
///   - context: threads and cancellation.
/// - Returns: n × count values s in ascending order (squared distances, for q = 2), and the numbers of
///   the points. Of equally near points the first comes first.
/// - Complexity: O(n m d) time, on all threads also for a single query; memory for the result.
/// - Accuracy: as `PairwiseDistances`: near points are compared by their
///   differences.
/// - Throws: `.invalidParameter` for a count, an exponent or a metric outside its range,
///   `.shapeMismatch` when the points differ in dimension, `.cancelled`.
public func nearestNeighbours<Element: Scalar>(
  _ count: Int, of queries: Points<Element>, among points: Points<Element>,
  metric: Metric = .identity, exponent: Double = 2, context: ExecutionContext = .default
) throws(MercerError) -> RowEntries<Element> {
  let distances = try PairwiseDistances(
    rows: queries, columns: points, metric: metric, exponent: exponent)
  return try TiledCrossGram(distances).smallestEntries(count, context: context)
}
