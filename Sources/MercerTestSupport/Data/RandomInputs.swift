public import MercerCore

extension Matrix {
  /// A matrix of numbers drawn evenly from −1 to 1, the same for the same seed.
  public static func random(rowCount: Int, columnCount: Int, seed: UInt64) -> Matrix {
    var generator = SplitMix64(seed: seed)
    let elements = (0..<rowCount * columnCount).map { _ in Element(generator.symmetricUnit()) }
    return Matrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }

  /// A product of a random n × (n + 2) matrix with its transpose: symmetric, positive definite.
  public static func randomPositiveDefinite(_ n: Int, seed: UInt64) -> Matrix {
    let factor = Matrix<Element>.random(rowCount: n, columnCount: n + 2, seed: seed)
    return factor.multiplied(by: factor.transposed())
  }

  /// The product of two matrices by the definition, summed in Double and rounded once: slow.
  public func multiplied(by other: Matrix) -> Matrix {
    precondition(columnCount == other.rowCount, "inner sizes must agree")
    let (left, right) = (elements, other.elements)
    var result = [Element]()
    result.reserveCapacity(rowCount * other.columnCount)
    for i in 0..<rowCount {
      for j in 0..<other.columnCount {
        var sum = 0.0
        for k in 0..<columnCount {
          sum += Double(left[i * columnCount + k]) * Double(right[k * other.columnCount + j])
        }
        result.append(Element(sum))
      }
    }
    return Matrix(rowCount: rowCount, columnCount: other.columnCount, elements: result)
  }
}

extension Points {
  /// Points of the cube from −1 to 1, the same for the same seed.
  public static func random(count: Int, dimension: Int, seed: UInt64) -> Points {
    Points(Matrix.random(rowCount: count, columnCount: dimension, seed: seed))
  }
}
