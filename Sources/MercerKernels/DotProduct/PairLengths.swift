import MercerCore

/// √k(x, x) and its inverse for the points of both sets, at each of the places of a recursion
/// (place 0 is the input).
struct PairLengths<Element: Scalar>: Sendable {
  /// places × n and places × (m + padding).
  private let rowRoots, rowInverses, columnRoots, columnInverses: Matrix<Element>

  /// Arrays over columns are longer than they need by a panel and a 64-byte line: the loops read whole
  /// panels, and to the end of a vector from any start.
  static var padding: Int { Element.loops.panel + 64 / MemoryLayout<Element>.size }

  /// - Parameters:
  ///   - rowVariances: k(x, x) at each place, for each row point.
  ///   - columnVariances: The same for the column points.
  /// - Throws: `.invalidData` when one of them is not finite in this element type.
  init(rowVariances: [[Double]], columnVariances: [[Double]]) throws(MercerError) {
    for variances in rowVariances + columnVariances {
      try Self.checkFinite(variances)
    }
    (rowRoots, rowInverses) = Self.roots(of: rowVariances, padding: 0)
    (columnRoots, columnInverses) = Self.roots(of: columnVariances, padding: Self.padding)
  }

  /// The lengths of one row point and of the column points from some number on.
  struct View {
    let rootX: Element, inverseX: Element
    let rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>
  }

  /// Calls the body with a function from place, row and first column to their lengths.
  func withViews(_ body: (@escaping (Int, Int, Int) -> View) -> Void) {
    let (n, m) = (rowRoots.columnCount, columnRoots.columnCount)
    rowRoots.withBase { rowRoots in
      rowInverses.withBase { rowInverses in
        columnRoots.withBase { columnRoots in
          columnInverses.withBase { columnInverses in
            body { place, row, column in
              View(
                rootX: rowRoots[place * n + row], inverseX: rowInverses[place * n + row],
                rootZ: columnRoots + (place * m + column),
                inverseZ: columnInverses + (place * m + column))
            }
          }
        }
      }
    }
  }

  /// The lengths as the loops over packed pairs take them, with the layers between the places.
  func packed(
    scale: Double, layers: [PackedLayer] = [], isTangent: Bool = false
  ) -> PackedNetwork<Element> {
    PackedNetwork(
      scale: scale, layers: layers, isTangent: isTangent, rowRoots: rowRoots,
      rowInverses: rowInverses, columnRoots: columnRoots, columnInverses: columnInverses)
  }

  /// Throws `.invalidData` naming the first point whose k(x, x) is not finite.
  static func checkFinite(_ variances: [Double]) throws(MercerError) {
    let most = Double(Element.greatestFiniteMagnitude)
    guard let index = variances.firstIndex(where: { !($0 <= most) }) else { return }
    throw MercerError(
      .invalidData,
      "the kernel of point \(index + 1) with itself is not a finite number",
      remedy: "scale the features, or lower the degree or the variances of the kernel")
  }

  private static func roots(
    of variances: [[Double]], padding: Int
  ) -> (Matrix<Element>, Matrix<Element>) {
    let width = (variances.first?.count ?? 0) + padding
    var roots = Matrix<Element>(rowCount: variances.count, columnCount: width)
    var inverses = roots
    roots.withTile { roots in
      inverses.withTile { inverses in
        for (place, values) in variances.enumerated() {
          Element.writeRoots(
            of: values, roots: roots.row(place), inverses: inverses.row(place))
        }
      }
    }
    return (roots, inverses)
  }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func writeRoots(
    of variances: [Double], roots: UnsafeMutableBufferPointer<Self>,
    inverses: UnsafeMutableBufferPointer<Self>
  ) {
    for (i, variance) in variances.enumerated() {
      let root = variance.squareRoot()
      roots[i] = Self(root)
      // A length whose inverse overflows counts as zero: at a right angle to everything.
      let inverse = Self(1 / root)
      inverses[i] = inverse.isFinite ? inverse : 0
    }
  }
}
