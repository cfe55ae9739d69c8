import MercerCore
import MercerKernels
import MercerTestSupport
import Testing

/// A Gaussian kernel with one fault, to see that the law checkers are awake.
private struct FaultyKernel: Kernel {
  enum Fault: String, CaseIterable {
    case asymmetric, indefinite, diagonal, offset, padding, inputGradient, parameterGradient
  }

  let fault: Fault
  let base: GaussianKernel<Double>

  var description: String { "faulty" }
  var parameters: [KernelParameter] { base.parameters }

  func bound(
    rows: Points<Double>, columns: Points<Double>
  ) throws(MercerError) -> any BoundKernel<Double> {
    BoundFaultyKernel(
      fault: fault, base: try base.bound(rows: rows, columns: columns))
  }

  func diagonal(of inputs: Points<Double>) throws(MercerError) -> [Double] {
    let values = try base.diagonal(of: inputs)
    if fault == .indefinite { return values.map { _ in 0.5 } }
    return fault == .diagonal ? values.map { $0 + 0.1 } : values
  }

  func withParameters(_ values: [Double]) throws(MercerError) -> FaultyKernel {
    FaultyKernel(fault: fault, base: try base.withParameters(values))
  }
}

private struct BoundFaultyKernel: BoundKernel {
  let fault: FaultyKernel.Fault
  let base: any BoundKernel<Double>

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var dimension: Int { base.dimension }

  func fill(_ tile: Tile<Double>) {
    base.fill(tile)
    for i in 0..<tile.rowCount {
      for j in 0..<tile.columnCount {
        let (row, column) = (tile.rows.lowerBound + i, tile.columns.lowerBound + j)
        switch fault {
        case .asymmetric: if row == 2, column == 3 { tile[i, j] += 0.01 }
        case .indefinite: if tile[i, j] > 1 - 1e-9 { tile[i, j] = 0.5 }
        case .offset: if tile.rows.lowerBound > 0 { tile[i, j] *= 1.001 }
        default: break
        }
      }
    }
    if fault == .padding, tile.stride > tile.columnCount {
      for i in 0..<tile.rowCount { tile.base[i * tile.stride + tile.columnCount] = 0 }
    }
  }

  func accumulateInputGradient(weights: Tile<Double>, into gradient: Tile<Double>) {
    if fault == .inputGradient {
      for i in 0..<gradient.rowCount { gradient.row(i).update(repeating: 3) }
    }
    base.accumulateInputGradient(weights: weights, into: gradient)
  }

  func accumulateParameterGradient(weights: Tile<Double>, into gradient: inout [Double]) {
    base.accumulateParameterGradient(weights: weights, into: &gradient)
    if fault == .parameterGradient { gradient[0] += 0.01 }
  }
}

@Suite("The law checkers")
struct LawCheckerTests {
  private static let expected: [FaultyKernel.Fault: String] = [
    .asymmetric: "symmetry", .indefinite: "positive semi-definite", .diagonal: "diagonal",
    .offset: "sub-tile", .padding: "padding", .inputGradient: "input gradient",
    .parameterGradient: "parameter gradient",
  ]

  @Test("see a kernel with a fault, and name the law")
  func faults() throws {
    let (x, z) = (
      Points<Double>.random(count: 12, dimension: 2, seed: 1),
      Points<Double>.random(count: 10, dimension: 2, seed: 2)
    )
    for fault in FaultyKernel.Fault.allCases {
      let kernel = FaultyKernel(fault: fault, base: try GaussianKernel(lengthScale: 1))
      let violations =
        KernelLaws.check(kernel, x, z) + KernelLaws.checkGradients(kernel, x, z)
      let law = try #require(Self.expected[fault])
      #expect(violations.map(\.law).contains(law), "\(fault): \(violations)")
    }
  }
}
