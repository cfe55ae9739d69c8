import Foundation
import MercerCore
import MercerKernels
import Testing

/// The matrix of a network kernel from its text form.
func gram<E: Scalar>(
  _ text: String, _ rows: [[E]], _ columns: [[E]]? = nil
) throws -> Matrix<E> {
  let kernel = try #require(
    try makeKernel(parsing: text, of: E.self) as? NetworkKernel<E>)
  let points = Points(rows: rows)
  return try kernel.matrix(rows: points, columns: columns.map { Points(rows: $0) } ?? points)
}

/// Kernels of networks in their text form, as `Resources/network_masks.py` writes them.
struct TextGolden: Decodable {
  struct Case: Decodable {
    let network: String
    let train_train: NetworkGrams
    let train_test: NetworkGrams
  }
  struct Group: Decodable {
    let x1: [[Double]]
    let x2: [[Double]]
    let cases: [Case]
  }
  let groups: [Group]

  /// Checks all cases: entries relative to themselves or to a part of the largest, those of an input with
  /// itself in an ntk to `ownTolerance` at least.
  func check<E: Scalar>(
    _: E.Type, tolerance: Double, ownTolerance: Double, floor: Double = 0
  ) throws {
    for group in groups {
      let train = Points(rows: group.x1.map { $0.map { E($0) } })
      let test = Points(rows: group.x2.map { $0.map { E($0) } })
      for item in group.cases {
        for kind in NetworkKernel<E>.Kind.allCases {
          let text = "\(kind.rawValue)(\(item.network))"
          let kernel = try #require(
            try makeKernel(parsing: text, of: E.self) as? NetworkKernel<E>)
          for (columns, values) in [(train, item.train_train), (test, item.train_test)] {
            let found = try kernel.matrix(rows: train, columns: columns)
            let expected = kind == .nngp ? values.nngp : values.ntk
            try #require(expected.count == train.count && expected[0].count == columns.count)
            let least = floor * (expected.joined().map(abs).max() ?? 0)
            for (i, row) in expected.enumerated() {
              for (j, value) in row.enumerated() {
                let isOwn = i == j && columns.count == train.count && kind == .ntk
                let allowed = isOwn ? max(tolerance, ownTolerance) : tolerance
                #expect(
                  abs(Double(found[i, j]) - value) <= allowed * max(abs(value), least),
                  "\(text) [\(i), \(j)]: \(found[i, j]) for \(value)")
              }
            }
          }
        }
      }
    }
  }
}
