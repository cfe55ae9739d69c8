import MercerCore
import Synchronization

/// ‖x‖² for each row x of a matrix, taken when it is first asked for: products with many kernels never
/// ask.
final class RowNorms<Element: Scalar>: Sendable {
  private let points: Matrix<Element>
  private let found = Mutex<[Element]?>(nil)

  init(of points: Matrix<Element>) { self.points = points }

  /// - Complexity: O(n d) the first time.
  var values: [Element] {
    found.withLock { found in
      if let found { return found }
      let norms = points.squaredRowNorms()
      found = norms
      return norms
    }
  }
}
