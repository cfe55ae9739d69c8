import Foundation
import MercerCore
import MercerLearning
import Testing

@Suite struct NeighbourOrderTests {
  /// Rows of cells (a, b) of which each has something in common, hidden to each column alone.
  private func cells(_ count: Int, seed: UInt64) -> (keys: [[Float]], residuals: Matrix<Double>) {
    var stream = RandomStream(seed: seed, purpose: "cells")
    let effects = (0..<400).map { _ in stream.normal() }
    var keys = [[Float]](repeating: [], count: 4)
    var residuals: [Double] = []
    for _ in 0..<count {
      let (a, b) = (Int(20 * stream.uniform()), Int(20 * stream.uniform()))
      keys[0].append(Float(stream.uniform()))
      keys[1].append(Float(a))
      keys[2].append(Float(Int(5 * stream.uniform())))
      keys[3].append(Float(b))
      residuals.append(effects[20 * a + b] + stream.normal())
    }
    return (keys, Matrix(column: residuals))
  }

  /// Half of the variance is common to the ten rows of a cell. The mean of 2 w neighbours of the same
  /// cell then has a squared correlation of ½ / (1 + 1 / 2 w) with a row, 0.33 to 0.45, less what the
  /// ends of cells cost; one column alone shows a twentieth of the cells' part.
  @Test func thePairOfColumnsIsFound() throws {
    let (keys, residuals) = cells(4000, seed: 1)
    let search = NeighbourOrderSearch(keys: keys, residuals: residuals, seed: 0)
    let orders = try search.orders(context: .default)
    let best = try #require(orders.first)
    #expect(Set(best.columns.prefix(2)) == [1, 3])
    #expect(best.gain > 0.2 && best.gain < 0.45)
    #expect(orders.allSatisfy { $0.gain <= best.gain })
    let alone = try NeighbourOrderSearch(keys: [keys[1]], residuals: residuals, seed: 0)
      .orders(context: .default)
    #expect(alone.allSatisfy { $0.gain < 0.05 })
  }

  /// Of 4,000 rows without structure the largest of some hundred squared correlations is about
  /// 2 log(100) / 4000.
  @Test func noiseHasNoOrder() throws {
    let (keys, _) = cells(4000, seed: 2)
    var stream = RandomStream(seed: 3, purpose: "noise")
    let noise = Matrix(column: (0..<4000).map { _ in stream.normal() })
    let orders = try NeighbourOrderSearch(keys: keys, residuals: noise, seed: 0)
      .orders(context: .default)
    #expect(orders.allSatisfy { $0.gain < 0.01 })
  }

  /// Against sorting by tuples and a correlation from its definition.
  @Test func gainsAreThoseOfTheDefinition() throws {
    var stream = RandomStream(seed: 4, purpose: "order")
    let n = 300
    let keys = (0..<2).map { _ in (0..<n).map { _ in Float(stream.uniform()) } }
    let values = (0..<n).map { sin(Double(keys[0][$0]) * 6) + 0.3 * stream.normal() }
    let search = NeighbourOrderSearch(keys: keys, residuals: Matrix(column: values), seed: 0)
    let order = try #require(try search.orders(context: .default).first)
    let rows = search.rows(in: order)
    let outer = keys[order.columns[0]]
    #expect(rows == (0..<n).sorted { outer[$0] < outer[$1] })
    let mean = values.reduce(0, +) / Double(n)
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for place in order.window..<n - order.window {
      let x = values[rows[place]] - mean
      var y = 0.0
      for other in place - order.window...place + order.window where other != place {
        y += values[rows[other]] - mean
      }
      (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y)
    }
    // Residuals are kept in Float.
    #expect(abs(order.gain - xy * xy / (xx * yy)) < 1e-5)
  }
}
