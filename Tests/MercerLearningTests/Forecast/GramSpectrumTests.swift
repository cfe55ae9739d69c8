import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// The eigenvalues of a fit's kernel matrix.
@Suite struct GramSpectrumTests {
  private func blend(rows: Int) throws -> KernelRidgeBlend {
    var stream = RandomStream(seed: 5, purpose: "spectrum test")
    let x = Matrix<Double>(rowCount: rows, columnCount: 2) { buffer in
      for place in buffer.indices { buffer[place] = stream.normal() }
    }
    let y = (0..<rows).map { x[$0, 0] * x[$0, 1] }
    let estimator = try KernelRidge(kernel: try GaussianKernel<Double>(lengthScale: 1), ridge: 0.1)
    return KernelRidgeBlend(
      try estimator.fit(LabelledData(inputs: Points(x), targets: Matrix(column: y))))
  }

  /// Of all rows: descending, none negative, and in sum the trace, which is n for this kernel.
  @Test func allRows() throws {
    let spectrum = try GramSpectrum(of: blend(rows: 40), seed: 0)
    #expect(spectrum.eigenvalues.count == 40 && spectrum.sampleRows == 40)
    #expect(abs(spectrum.eigenvalues.reduce(0, +) - 40) < 1e-9)
    #expect(zip(spectrum.eigenvalues, spectrum.eigenvalues.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(spectrum.eigenvalues.allSatisfy { $0 >= 0 })
    #expect(spectrum.ridge == 0.1)
    #expect(spectrum.learnedDirections == spectrum.eigenvalues.count { $0 > 0.1 })
  }

  /// The first ones of a sample are near those of all rows: within a quarter, as 60 rows vary by
  /// √(2 / 60) and no more than some of that comes in.
  @Test func aSample() throws {
    let blend = try blend(rows: 240)
    let (all, some) = (
      try GramSpectrum(of: blend, limit: 240, seed: 1),
      try GramSpectrum(of: blend, limit: 60, seed: 1)
    )
    #expect(some.sampleRows == 60 && some.rows == 240)
    for place in 0..<3 {
      let ratio = some.eigenvalues[place] / all.eigenvalues[place]
      #expect(abs(ratio - 1) < 0.25, "\(place): \(ratio)")
    }
    #expect(try GramSpectrum(of: blend, limit: 60, seed: 1) == some)
    #expect(try GramSpectrum(of: blend, limit: 60, seed: 2) != some)
  }
}
