import Foundation
import MercerCore
import MercerKernels
import Testing

/// Rows of Gram matrices against scikit-learn's.
@Suite struct GoldenKernelTests {
  struct File: Decodable {
    let x: [[Double]]
    let cases: [Case]
  }

  struct Case: Decodable {
    let kernel: String
    let columns: [Int]
    let params: [String: Numbers]
    let gramFirstRow: [Double]

    enum CodingKeys: String, CodingKey {
      case kernel, columns, params
      case gramFirstRow = "gram_first_row"
    }

    func number(_ name: String) throws -> Double {
      try #require(params[name]?.values.first)
    }
  }

  /// A number or a list of them.
  struct Numbers: Decodable {
    let values: [Double]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? [container.decode(Double.self)]) ?? container.decode([Double].self)
    }
  }

  @Test func doubleRowsEqualThoseOfScikitLearn() throws {
    // What the file supports, and what the project promises for Double.
    try check(Double.self, relative: 1e-10)
  }

  @Test func floatRowsEqualThoseOfScikitLearn() throws {
    // About a hundred Float roundings of exponents up to 10.
    try check(Float.self, relative: 1e-5)
  }

  private func check<Element: Scalar>(_: Element.Type, relative: Double) throws {
    let file = try File.golden("sklearn_gram_rows.json")
    #expect(file.cases.count == 8)
    for golden in file.cases {
      let all = Matrix<Element>(converting: Matrix(rows: file.x))
      let points = Points(all.columns(at: golden.columns))
      let row = try firstRow(golden, points)
      #expect(row.count == golden.gramFirstRow.count)
      for (value, expected) in zip(row, golden.gramFirstRow) {
        #expect(
          abs(value - expected) <= relative * abs(expected),
          "\(golden.kernel): \(value) for \(expected)")
      }
    }
  }

  private func firstRow<Element: Scalar>(
    _ golden: Case, _ points: Points<Element>
  ) throws -> [Double] {
    func row(_ kernel: some Kernel<Points<Element>, Element>) throws -> [Double] {
      try kernel.matrix(rows: points.subset(at: [0]), columns: points).elements.map { Double($0) }
    }
    switch golden.kernel {
    case "RBF":
      return try row(GaussianKernel<Element>(lengthScale: golden.number("length_scale")))
    case "RBF_ARD":
      let scales = try #require(golden.params["length_scale"]).values.map { 1 / $0 }
      return try row(GaussianKernel<Element>(metric: .scales(scales)))
    case "Matern12", "Matern32", "Matern52":
      return try row(
        MaternKernel<Element>(
          smoothness: golden.number("nu"), lengthScale: golden.number("length_scale")))
    case "RationalQuadratic":
      return try row(
        RationalQuadraticKernel<Element>(
          alpha: golden.number("alpha"), lengthScale: golden.number("length_scale")))
    case "Periodic":
      return try row(
        PeriodicKernel<Element>(
          period: golden.number("periodicity"), lengthScale: golden.number("length_scale")))
    case "ScaledRBF_plus_Linear":
      // constant · RBF + (σ₀² + ⟨x, z⟩)
      let factor = try golden.number("k1__k1__constant_value")
      let offset = try golden.number("k2__sigma_0")
      let gaussian = try row(
        GaussianKernel<Element>(lengthScale: golden.number("k1__k2__length_scale")))
      let linear = try row(
        PolynomialKernel<Element>(degree: 1, offset: offset * offset))
      return zip(gaussian, linear).map { factor * $0 + $1 }
    default:
      Issue.record("no kernel for \(golden.kernel)")
      return []
    }
  }
}
