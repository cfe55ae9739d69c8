import MercerCore
import MercerKernels
import Testing

/// Which coordinates a kernel sees, and the same kernel after they have moved.
@Suite struct ExpressionColumnsTests {
  private func kernel(_ text: String) throws -> any PointKernel<Double> {
    try makeKernel(parsing: text, of: Double.self)
  }

  @Test(arguments: [
    ("gaussian", [0, 1, 2, 3, 4, 5]), ("gaussian(on: [4, 1])", [1, 4]),
    ("laplace(on: [0]) + 0.5 * linear(on: [5])", [0, 5]),
    ("select(gaussian + linear(on: [0]), on: [2, 3])", [2, 3]),
    ("centred(laplace(on: [3])) * overlap(on: [1]) ^ 2", [1, 3]),
    ("normalised(linear(on: [1]) + laplace(on: [2]))", [1, 2]),
    ("linear(on: [1]) + laplace", [0, 1, 2, 3, 4, 5]),
    ("ntk(dense > relu > dense, on: [2, 0])", [0, 2]),
  ])
  func theColumnsThatAreSeen(text: String, columns: [Int]) throws {
    #expect(try kernel(text).expression.columns(ofDimension: 6) == Set(columns))
  }

  /// The values stay when unseen coordinates go and the others trade places.
  @Test(arguments: [
    "gaussian(lengthScale: 2, scales: [1, 3], on: [4, 1])",
    "laplace(on: [1]) + 0.5 * linear(on: [5])", "select(gaussian + linear(on: [0]), on: [5, 4])",
    "centred(laplace(on: [4])) * normalised(polynomial(degree: 2, offset: 1, on: [1, 5]))",
    "(linear(on: [1]) + laplace(on: [4])) ^ 2",
  ])
  func movedKernelsHaveTheSameValues(text: String) throws {
    let wide = Points<Double>(
      Matrix(rowCount: 5, columnCount: 6) { buffer in
        for i in buffer.indices { buffer[i] = Double(i * i % 23) / 7 }
      })
    let kept = [5, 1, 4]
    let narrow = Points(wide.coordinates.columns(at: kept))
    let old = try kernel(text).anchored(to: wide)
    let new = try old.expression.renumbered([5: 0, 1: 1, 4: 2]).makeKernel(of: Double.self)
      .anchored(to: narrow)
    let (a, b) = (
      try old.matrix(rows: wide, columns: wide), try new.matrix(rows: narrow, columns: narrow)
    )
    #expect(a.elements == b.elements)
  }

  @Test func whatAReferenceChanges() throws {
    #expect(try kernel("linear + 2 * centred(laplace)").expression.dependsOnReference)
    #expect(try kernel("normalised(centred(linear))").expression.dependsOnReference)
    #expect(try !kernel("normalised(linear) * laplace(on: [1])").expression.dependsOnReference)
  }
}
