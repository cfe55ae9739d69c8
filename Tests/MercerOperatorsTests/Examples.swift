import Foundation
import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport

/// A Gaussian kernel on random points, and its matrix by the definition: a slow obvious reference.
struct Example<E: Scalar> {
  let x: Points<E>
  let z: Points<E>
  let kernel: GaussianKernel<E>

  init(_ n: Int, _ m: Int, lengthScale: Double = 0.8) throws {
    x = .random(count: n, dimension: 3, seed: 21)
    z = .random(count: m, dimension: 3, seed: 22)
    kernel = try GaussianKernel(lengthScale: lengthScale)
  }

  func twin(_ a: Points<E>, _ b: Points<E>) -> Matrix<E> {
    let l = kernel.lengthScale
    let rows = (0..<a.count).map { a.coordinates.row($0).map { Double($0) } }
    let columns = (0..<b.count).map { b.coordinates.row($0).map { Double($0) } }
    var elements: [E] = []
    for p in rows {
      for q in columns {
        let squared = zip(p, q).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        elements.append(E(exp(-squared / (2 * l * l))))
      }
    }
    return Matrix(rowCount: a.count, columnCount: b.count, elements: elements)
  }
}

/// Small tiles, so that small matrices have several, and the edges between them.
let smallTiles = Tiling(rowCount: 8, columnCount: 8)

/// Sizes around the tile: 0, 1, tile ± 1, several tiles.
let edgeSizes = [(0, 0), (0, 3), (3, 0), (1, 1), (1, 40), (7, 9), (8, 8), (9, 7), (17, 26)]

/// The square ones among them.
let edgeCounts = [0, 1, 7, 8, 9, 26]

/// Numbers of a matrix changed by a function of place and value.
func mapped<E: Scalar>(
  _ matrix: Matrix<E>, _ change: (Int, Int, Double) -> Double
) -> Matrix<E> {
  var result = matrix
  for i in 0..<matrix.rowCount {
    for j in 0..<matrix.columnCount { result[i, j] = E(change(i, j, Double(matrix[i, j]))) }
  }
  return result
}
