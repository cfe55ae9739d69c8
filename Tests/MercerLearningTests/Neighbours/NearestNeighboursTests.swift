import MercerCore
import MercerKernels
import MercerLearning
import MercerOperators
import MercerTestSupport
import Testing

/// Neighbours against sorting all distances of a query.
@Suite struct NearestNeighboursTests {
  @Test func ofOneQueryAndOfSeveral() throws {
    let points = Points<Float>.random(count: 1500, dimension: 20, seed: 1)
    for n in [1, 5] {
      let queries = Points<Float>.random(count: n, dimension: 20, seed: 2)
      let found = try nearestNeighbours(6, of: queries, among: points)
      for i in 0..<n {
        let query = queries.coordinates.row(i)
        let squares = (0..<1500).map { j in
          zip(query, points.coordinates.row(j)).map { Double($0) - Double($1) }.map { $0 * $0 }
            .reduce(0, +)
        }
        let nearest = squares.indices.sorted { squares[$0] < squares[$1] }.prefix(6)
        #expect(found.columns(ofRow: i) == Array(nearest))
        for (place, column) in nearest.enumerated() {
          // 20 squares of numbers up to 2, in Float.
          #expect(abs(Double(found.values[i, place]) - squares[column]) <= 2e-5)
        }
      }
    }
  }

  /// Each point finds itself first, at distance 0.
  @Test func ofThePointsThemselves() throws {
    let points = Points<Double>.random(count: 60, dimension: 40, seed: 3)
    let found = try nearestNeighbours(2, of: points, among: points, exponent: 1)
    #expect((0..<60).allSatisfy { found.columns(ofRow: $0)[0] == $0 && found.values[$0, 0] == 0 })
    #expect((0..<60).allSatisfy { found.values[$0, 1] > 0 })
  }
}
