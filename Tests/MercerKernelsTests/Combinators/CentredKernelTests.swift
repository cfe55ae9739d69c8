import MercerCore
import MercerKernels
import Testing

@Suite struct CentredKernelTests {
  let x = somePoints(5, 2, seed: 3)
  let z = somePoints(7, 2, seed: 4)
  let r = somePoints(6, 2, seed: 5)
  let k = gaussianValue(1)
  /// Means of a few values of order 1.
  let tolerance = 1e-13

  /// The definition: features minus the mean of those of the reference.
  func centred(_ a: [Double], _ b: [Double], on reference: [[Double]]) -> Double {
    let q = Double(reference.count)
    let ma = reference.map { k(a, $0) }.reduce(0, +) / q
    let mb = reference.map { k(b, $0) }.reduce(0, +) / q
    let all = reference.flatMap { s in reference.map { k(s, $0) } }.reduce(0, +) / (q * q)
    return k(a, b) - ma - mb + all
  }

  @Test func withoutReferenceTheColumnsAreIt() throws {
    let kernel = try GaussianKernel<Double>().centred()
    let test = try kernel.matrix(rows: Points(rows: x), columns: Points(rows: z))
    #expect(largestDifference(test) { centred(x[$0], z[$1], on: z) } < tolerance)
    let points = Points(rows: z)
    let square = try kernel.matrix(rows: points, columns: points)
    #expect(largestDifference(square) { centred(z[$0], z[$1], on: z) } < tolerance)
    for i in 0..<z.count { #expect(abs(square.row(i).reduce(0, +)) < tolerance) }
    let diagonal = try kernel.diagonal(of: points)
    for i in 0..<z.count { #expect(abs(diagonal[i] - square[i, i]) < tolerance) }
  }

  @Test func aReferenceIsTheSameForAllBindings() throws {
    let kernel = try GaussianKernel<Double>().centred(on: Points(rows: r))
    for (rows, columns) in [(x, z), (z, x), (r, x), (x, r)] {
      let values = try kernel.matrix(rows: Points(rows: rows), columns: Points(rows: columns))
      #expect(largestDifference(values) { centred(rows[$0], columns[$1], on: r) } < tolerance)
    }
    let diagonal = try kernel.diagonal(of: Points(rows: x))
    for i in 0..<x.count { #expect(abs(diagonal[i] - centred(x[i], x[i], on: r)) < tolerance) }
    let check = try GradientErrors(
      kernel, rows: x, columns: z, partRows: 0..<4, partColumns: 1..<7)
    // As in CombinatorTests.
    #expect(check.inputError < 1e-8)
    #expect(check.parameterError < 1e-8)
  }

  @Test func anchoringReachesEveryCombinator() throws {
    let reference = Points(rows: r)
    for (text, columns) in [
      ("0.5 * centred(gaussian) ^ 2 + linear * centred(gaussian)", [0, 1]),
      ("normalised(select(centred(gaussian) + linear, on: [1]))", [1]),
    ] {
      let kernel: any PointKernel<Double> = try makeKernel(parsing: text)
      let anchored = try kernel.anchored(to: reference)
      #expect(anchored.expression == kernel.expression)
      let values = try anchored.matrix(rows: Points(rows: x), columns: Points(rows: z))
      let s = r.map { row in columns.map { row[$0] } }
      #expect(
        largestDifference(values) { i, j in
          let (a, b) = (columns.map { x[i][$0] }, columns.map { z[j][$0] })
          let l = linearValue
          if columns.count == 2 {
            let c = centred(a, b, on: s)
            return 0.5 * c * c + l(a, b) * c
          }
          let sum = { (p: [Double], q: [Double]) in centred(p, q, on: s) + l(p, q) }
          return sum(a, b) / (sum(a, a) * sum(b, b)).squareRoot()
        } < 1e-12)
    }
    let leaf = try GaussianKernel<Double>()
    #expect(try leaf.anchored(to: reference).expression == leaf.expression)
  }

  @Test func severalTilesOfTheMeanAddUp() throws {
    // More rows than one tile of 64, more reference points than one of 1024.
    let many = somePoints(1030, 1, seed: 6)
    let rows = somePoints(66, 1, seed: 7)
    let kernel = try GaussianKernel<Float>().centred(
      on: Points(rows: many.map { $0.map(Float.init) }))
    let values = try kernel.diagonal(of: Points(rows: rows.map { $0.map(Float.init) }))
    let all = many.prefix(1030).map { s in many.map { k(s, $0) }.reduce(0, +) }.reduce(0, +)
    for i in [0, 63, 64, 65] {
      let mean = many.map { k(rows[i], $0) }.reduce(0, +) / 1030
      // Float values of order 1, each rounded to 6e-8; their means are summed in Double.
      #expect(abs(Double(values[i]) - (1 - 2 * mean + all / (1030 * 1030))) < 1e-6)
    }
  }
}
