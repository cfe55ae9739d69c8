import Foundation
import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// One-hot coordinates with one scale a category make an overlap kernel of every kernel that the search
/// has: see docs/decisions/encoders.md.
@Suite struct CategoryKernelTests {
  private static func table(rows: Int) -> Table {
    var stream = RandomStream(seed: 8, purpose: "category kernels")
    func levels(_ name: String, _ count: Int, missing: Double) -> Column {
      Column(
        name: name, kind: .categorical,
        values: .levels(
          codes: (0..<rows).map { _ in
            stream.uniform() < missing ? -1 : Int32(stream.integer(below: count))
          }, names: (0..<count).map { "\(name)\($0)" }))
    }
    let numbers = (0..<rows).map { _ in stream.normal() }
    let (city, shape) = (levels("city", 5, missing: 0.2), levels("shape", 3, missing: 0))
    guard case .levels(let codes, _) = city.values else { fatalError("levels") }
    return Table(
      columns: [
        Column(name: "x", kind: .numeric, values: .numbers(numbers)), city, shape,
        Column(
          name: "y", kind: .numeric,
          values: .numbers(zip(numbers, codes).map { sin($0) + ($1 == 2 ? 2 : 0) })),
      ], rowCount: rows, source: "categories.csv")
  }

  /// The table without its target, by its levels and by their codes.
  private func encoded() throws -> (
    encoder: TableEncoder, oneHot: Points<Double>, coded: Points<Double>
  ) {
    var table = Self.table(rows: 60)
    table.columns.removeLast()
    let encoder = try TableEncoder.fit(table: table)
    let coder = try TableEncoder.fit(table: table, options: EncoderOptions(categories: .overlap))
    #expect(encoder.featureCount == 1 + 6 + 3 && coder.featureCount == 3)
    #expect(coder.overlapFeatures == [1, 2])
    return (
      encoder, try encoder.encode(table, as: Double.self), try coder.encode(table, as: Double.self)
    )
  }

  /// Scales of a category's coordinates that are one number, and 0.6 for the column of numbers.
  private func scales(_ blocks: [[Int]], _ values: [Double], count: Int) -> [Double] {
    var scales = [Double](repeating: 0.6, count: count)
    for (block, value) in zip(blocks, values) {
      for place in block { scales[place] = value }
    }
    return scales
  }

  private func difference(
    _ a: any PointKernel<Double>, _ x: Points<Double>, _ b: any PointKernel<Double>,
    _ z: Points<Double>
  ) throws -> Double {
    let (p, q) = (try a.matrix(rows: x, columns: x), try b.matrix(rows: z, columns: z))
    return zip(p.elements, q.elements).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// exp(−c [a ≠ b]) = e⁻ᶜ + (1 − e⁻ᶜ) overlap(a, b), with c = 2s/ℓ for product Laplace and (s/ℓ)²
  /// for Gaussian kernels. Rounding alone: 1e-12.
  @Test(arguments: [false, true])
  func productsAreOverlapKernels(gaussian: Bool) throws {
    let (encoder, oneHot, coded) = try encoded()
    let blocks = encoder.featureBlocks(among: Array(0..<encoder.featureCount))
    #expect(blocks == [[1, 2, 3, 4, 5, 6], [7, 8, 9]])
    let (values, length) = ([0.8, 0.3], 1.7)
    func kernel(_ scales: [Double]) throws -> any PointKernel<Double> {
      gaussian
        ? try GaussianKernel(lengthScale: length, metric: .scales(scales))
        : try ProductLaplaceKernel(lengthScale: length, metric: .scales(scales))
    }
    let whole = try kernel(scales(blocks, values, count: encoder.featureCount))
    var product: any PointKernel<Double> = try ColumnsKernel(kernel([0.6]), on: [0])
    for (place, scale) in values.enumerated() {
      let c = gaussian ? scale * scale / (length * length) : 2 * scale / length
      // A kernel that sees nothing is 1 everywhere.
      let one = try ColumnsKernel(kernel([0]), on: [0])
      let overlap = try ColumnsKernel(OverlapKernel<Double>(), on: [place + 1])
      product = product * (try exp(-c) * one + (1 - exp(-c)) * overlap)
    }
    let found = try difference(whole, oneHot, product, coded)
    #expect(found < 1e-12, "\(found)")
    // Levels with scales of their own are something else.
    var uneven = scales(blocks, values, count: encoder.featureCount)
    uneven[1] = 0.1
    #expect(try difference(kernel(uneven), oneHot, product, coded) > 1e-2)
  }

  /// The linear part of `linearAndLaplace` and its like: Σ s² overlap, one term a category.
  @Test func linearKernelsAreWeighedOverlap() throws {
    let (encoder, oneHot, coded) = try encoded()
    let blocks = encoder.featureBlocks(among: Array(0..<encoder.featureCount))
    let linear = try LinearKernel<Double>(
      metric: .scales(scales(blocks, [0.8, 0.3], count: encoder.featureCount)))
    let sum =
      try ColumnsKernel(LinearKernel<Double>(metric: .scales([0.6])), on: [0])
      + 0.64 * ColumnsKernel(OverlapKernel<Double>(), on: [1])
      + 0.09 * ColumnsKernel(OverlapKernel<Double>(), on: [2])
    let found = try difference(linear, oneHot, sum, coded)
    #expect(found < 1e-12, "\(found)")
  }

  /// What the search learns keeps a category's coordinates together: by gradients and by descent.
  @Test(arguments: [Course.Shape.scales, .descent])
  func learnedScalesAreSharedWithinCategories(_ shape: Course.Shape) throws {
    var learner = TableLearner(target: "y")
    learner.onlyCourses = Course.kinds.first {
      $0.geometry == .productLaplace && $0.shape == shape
    }
    let model = try learner.fit(Self.table(rows: 60)).model
    var learned = 0
    for member in model.regression.members {
      let columns = member.kernel as? ColumnsKernel<Double>
      let features = columns?.columns ?? Array(0..<model.encoder.featureCount)
      guard let kernel = (columns?.base ?? member.kernel) as? ProductLaplaceKernel<Double>,
        case .scales(let scales) = kernel.metric
      else { continue }
      for block in model.encoder.featureBlocks(among: features) where block.count > 1 {
        #expect(Set(block.map { scales[$0] }).count == 1)
        learned += 1
      }
      #expect(Set(scales).count > 1)
    }
    #expect(learned > 0)
  }
}
