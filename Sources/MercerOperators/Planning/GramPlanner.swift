public import MercerCore

/// Chooses between a stored and a tiled kernel matrix.
///
/// A stored one is filled once and then read by every product; a tiled one is filled by every
/// product. So storing pays from a few products on, as long as it fits.
public enum GramPlanner {
  /// A plan for an n × m kernel matrix.
  ///
  /// - Parameters:
  ///   - rowCount: n.
  ///   - columnCount: m.
  ///   - dimension: d, the coordinates of an input.
  ///   - element: the type of the entries.
  ///   - productCount: how many products with a vector the algorithm expects to make.
  ///   - context: its memory limit and its number of threads.
  /// - Complexity: O(1).
  public static func plan<Element: Scalar>(
    rowCount: Int, columnCount: Int, dimension: Int, element: Element.Type = Element.self,
    productCount: Int, context: ExecutionContext = .default
  ) -> GramPlan {
    let size = MemoryLayout<Element>.stride
    // In Double first: the product of two large counts may not fit an Int.
    let storedSize = Double(rowCount) * Double(columnCount) * Double(size)
    let stored = storedSize < 9e18 ? rowCount * columnCount * size : .max
    let inputs = 2 * (rowCount + columnCount) * (dimension + 1) * size
    let scratch =
      context.threadCount * TiledProduct.scratchBytes(.standard, elementSize: size, width: 1)
    let products = productCount == 1 ? "1 product" : "\(productCount) products"

    guard stored <= context.memoryLimit - inputs - scratch else {
      return GramPlan(
        kind: .tiled, expectedBytes: inputs + scratch,
        reason: "K is computed anew in each product: stored it would need \(ByteCount(stored)), "
          + "more than the limit of \(ByteCount(context.memoryLimit)) allows")
    }
    guard storingPays(productCount: productCount, dimension: dimension, elementSize: size) else {
      return GramPlan(
        kind: .tiled, expectedBytes: inputs + scratch,
        reason: "K is computed anew in each product: storing it (\(ByteCount(stored))) would not "
          + "pay for \(products)")
    }
    return GramPlan(
      kind: .dense, expectedBytes: stored + inputs + scratch,
      reason: "K is stored (\(ByteCount(stored)) of \(ByteCount(context.memoryLimit))): "
        + "\(products) will reuse it")
  }

  /// Whether filling once and reading often takes less time than filling often.
  ///
  /// Nanoseconds for one entry on one core, for a kernel as cheap as the Gaussian; only their
  /// ratios count, and a dearer kernel favours storing more.
  private static func storingPays(productCount: Int, dimension: Int, elementSize: Int) -> Bool {
    let words = Double(elementSize) / 4
    let fill = words * (Cost.map + Cost.feature * Double(dimension))
    let (store, read) = (words * Cost.store, words * Cost.read)
    return Double(productCount) * fill > fill + store + Double(productCount) * read
  }

  /// Measured on an x86-64 core with AVX-512 at n = 16,000 and d from 4 to 200, for four bytes of an
  /// entry of a symmetric matrix, each pair evaluated once; `store` is mostly the first touch of new
  /// memory.
  private enum Cost {
    static let map = 0.15
    static let feature = 0.0055
    static let store = 0.8
    static let read = 0.155
  }
}
