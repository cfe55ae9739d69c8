import Foundation
import MercerCore
import MercerKernels

/// Layers as the plain reference knows them; `text` is what the engine is given.
enum ReferenceLayer {
  case conv(
    rows: Int, columns: Int, rowStride: Int, columnStride: Int, padding: String, weight: Double,
    bias: Double, isLocal: Bool)
  case pool(
    rows: Int, columns: Int, rowStride: Int, columnStride: Int, padding: String, isMean: Bool)
  case rectifier(below: Double)
  case erf
  case dense(weight: Double, bias: Double)
  case layerNorm(all: Bool)
  case residual([ReferenceLayer])
  case sum([ReferenceLayer], [ReferenceLayer])
  case flatten
  case globalAverage

  var text: String {
    switch self {
    case .conv(
      let rows, let columns, let rowStride, let columnStride, let padding, let weight, let bias,
      let isLocal):
      "\(isLocal ? "localConv" : "conv")(\(rows), \(columns), stride: \(rowStride), "
        + "columnStride: \(columnStride), padding: \(padding), weightVariance: \(weight), "
        + "biasVariance: \(bias))"
    case .pool(let rows, let columns, let rowStride, let columnStride, let padding, let isMean):
      "\(isMean ? "averagePool" : "sumPool")(\(rows), \(columns), stride: \(rowStride), "
        + "columnStride: \(columnStride), padding: \(padding))"
    case .rectifier(let below): "abRelu(a: \(below), b: 1)"
    case .erf: "erf"
    case .dense(let weight, let bias): "dense(weightVariance: \(weight), biasVariance: \(bias))"
    case .layerNorm(let all): all ? "layerNorm(over: all)" : "layerNorm"
    case .residual(let layers): "residual(\(layers.map(\.text).joined(separator: " > ")))"
    case .sum(let a, let b):
      "sum(\(a.map(\.text).joined(separator: " > ")), \(b.map(\.text).joined(separator: " > ")))"
    case .flatten: "flatten"
    case .globalAverage: "globalAveragePool"
    }
  }
}

/// The kernel of a network by plain loops over all pairs of positions, as the formulas are written.
struct ImageReference {
  var height: Int, width: Int
  /// k and Θ of (x, x), (x, z) and (z, z): positions × positions each.
  var covariance: [[Double]]
  var tangent: [[Double]]
  /// The means of units of x and of z.
  var means: [[Double]]
  /// Which positions of x and of z are there.
  var present: [[Bool]]

  init(
    _ x: [Double], _ z: [Double], height: Int, width: Int, channels: Int,
    present: [[Bool]]? = nil
  ) {
    self.present =
      present ?? Array(repeating: Array(repeating: true, count: height * width), count: 2)
    self.height = height
    self.width = width
    let count = height * width
    covariance = [(x, x), (x, z), (z, z)].map { a, b in
      (0..<(count * count)).map { index in
        let (p, q) = (index / count, index % count)
        return (0..<channels).reduce(0) { $0 + a[p * channels + $1] * b[q * channels + $1] }
          / Double(channels)
      }
    }
    tangent = covariance.map { $0.map { _ in 0 } }
    means = [[Double](repeating: 0, count: count), [Double](repeating: 0, count: count)]
  }

  private var count: Int { height * width }

  mutating func apply(_ layer: ReferenceLayer) {
    transform(layer)
    let n = count
    for pair in 0..<3 {
      let (x, z) = (present[pair / 2], present[(pair + 1) / 2])
      for i in 0..<(n * n) where !(x[i / n] && z[i % n]) {
        covariance[pair][i] = 0
        tangent[pair][i] = 0
      }
    }
    for side in 0..<2 {
      for p in 0..<n where !present[side][p] { means[side][p] = 0 }
    }
  }

  /// Positions are there whose window's middle is.
  private mutating func movePresence(
    _ newHeight: Int, _ newWidth: Int, filter: (Int, Int), stride: (Int, Int), low: (Int, Int),
    _ padding: String
  ) {
    let (h, w) = (height, width)
    present = present.map { before in
      (0..<(newHeight * newWidth)).map { p in
        guard
          let row = Self.place(
            p / newWidth * stride.0 + (filter.0 - 1) / 2 - low.0, h, padding),
          let column = Self.place(
            p % newWidth * stride.1 + (filter.1 - 1) / 2 - low.1, w, padding)
        else { return false }
        return before[row * w + column]
      }
    }
  }

  private mutating func transform(_ layer: ReferenceLayer) {
    switch layer {
    case .conv(
      let rows, let columns, let rowStride, let columnStride, let padding, let weight, let bias,
      let isLocal):
      let (newHeight, low) = Self.sizes(height, rows, rowStride, padding)
      let (newWidth, left) = Self.sizes(width, columns, columnStride, padding)
      let total = Double(rows * columns)
      let (h, w, n) = (height, width, count)
      func mean(_ values: [Double], _ p: Int, _ q: Int) -> Double {
        var sum = 0.0
        for s in 0..<rows {
          for t in 0..<columns {
            if let a = Self.place(p / newWidth * rowStride + s - low, h, padding),
              let b = Self.place(p % newWidth * columnStride + t - left, w, padding),
              let c = Self.place(q / newWidth * rowStride + s - low, h, padding),
              let d = Self.place(q % newWidth * columnStride + t - left, w, padding)
            {
              sum += values[(a * w + b) * n + c * w + d]
            }
          }
        }
        return sum / total
      }
      let m = newHeight * newWidth
      for pair in 0..<3 {
        var (k, theta) = (
          [Double](repeating: 0, count: m * m), [Double](repeating: 0, count: m * m)
        )
        for p in 0..<m {
          for q in 0..<m where !isLocal || p == q {
            k[p * m + q] = weight * mean(covariance[pair], p, q) + bias
            theta[p * m + q] = weight * mean(tangent[pair], p, q) + k[p * m + q]
          }
        }
        (covariance[pair], tangent[pair]) = (k, theta)
      }
      means = means.map { _ in [Double](repeating: 0, count: m) }
      movePresence(
        newHeight, newWidth, filter: (rows, columns), stride: (rowStride, columnStride),
        low: (low, left), padding)
      (height, width) = (newHeight, newWidth)
    case .pool(let rows, let columns, let rowStride, let columnStride, let padding, let isMean):
      let (newHeight, low) = Self.sizes(height, rows, rowStride, padding)
      let (newWidth, left) = Self.sizes(width, columns, columnStride, padding)
      let (h, w, n, m) = (height, width, count, newHeight * newWidth)
      let windows = (0..<m).map { p in
        (0..<(rows * columns)).compactMap { index -> Int? in
          guard
            let a = Self.place(
              p / newWidth * rowStride + index / columns - low, h, padding),
            let b = Self.place(
              p % newWidth * columnStride + index % columns - left, w, padding)
          else { return nil }
          return a * w + b
        }
      }
      let scale = isMean ? 1 / Double(rows * columns * rows * columns) : 1
      func pooled(_ values: [Double]) -> [Double] {
        (0..<(m * m)).map { index in
          scale
            * windows[index / m].reduce(0) { sum, p in
              windows[index % m].reduce(sum) { $0 + values[p * n + $1] }
            }
        }
      }
      means = means.map { values in
        windows.map { $0.reduce(0) { $0 + values[$1] } * scale.squareRoot() }
      }
      covariance = covariance.map(pooled)
      tangent = tangent.map(pooled)
      movePresence(
        newHeight, newWidth, filter: (rows, columns), stride: (rowStride, columnStride),
        low: (low, left), padding)
      (height, width) = (newHeight, newWidth)
    case .rectifier(let below):
      means = [diagonal(0), diagonal(2)].map {
        $0.map { (1 - below) * ($0 / (2 * .pi)).squareRoot() }
      }
      activate { c, vx, vz in
        let angle = acos(c)
        let sine = (1 - c * c).squareRoot()
        let (same, cross) = ((below * below + 1) / (2 * .pi), 2 * below / (2 * .pi))
        let forward = sine + (.pi - angle) * c
        let backward = sine - angle * c
        return (
          (vx * vz).squareRoot() * (same * forward - cross * backward),
          same * (.pi - angle) + cross * angle
        )
      }
    case .erf:
      activate { c, vx, vz in
        let k = c * (vx * vz).squareRoot()
        let product = (1 + 2 * vx) * (1 + 2 * vz)
        return (
          2 / .pi * asin(2 * k / product.squareRoot()),
          4 / .pi / (product - 4 * k * k).squareRoot()
        )
      }
    case .dense(let weight, let bias):
      means = means.map { $0.map { _ in 0 } }
      for pair in 0..<3 {
        for i in covariance[pair].indices {
          covariance[pair][i] = weight * covariance[pair][i] + bias
          tangent[pair][i] = weight * tangent[pair][i] + covariance[pair][i]
        }
      }
    case .layerNorm(let all):
      var lengths = [diagonal(0), diagonal(2)]
      if all {
        lengths = zip(lengths, present).map { values, there in
          values.map { _ in values.reduce(0, +) / Double(max(1, there.count { $0 })) }
        }
      }
      let n = count
      for pair in 0..<3 {
        let (a, b) = (lengths[pair / 2], lengths[(pair + 1) / 2])
        for i in covariance[pair].indices {
          let product = a[i / n] * b[i % n]
          let scale = product > 0 ? 1 / product.squareRoot() : 0
          covariance[pair][i] *= scale
          tangent[pair][i] *= scale
        }
      }
    case .residual(let layers):
      var branch = self
      for layer in layers { branch.apply(layer) }
      present = zip(present, branch.present).map { zip($0, $1).map { $0 || $1 } }
      for pair in 0..<3 {
        for i in covariance[pair].indices {
          covariance[pair][i] += branch.covariance[pair][i]
          tangent[pair][i] += branch.tangent[pair][i]
        }
      }
    case .sum(let first, let second):
      var (a, b) = (self, self)
      for layer in first { a.apply(layer) }
      for layer in second { b.apply(layer) }
      let n = a.count
      for pair in 0..<3 {
        let (x, z) = (pair / 2, (pair + 1) / 2)
        a.tangent[pair] = zip(a.tangent[pair], b.tangent[pair]).map { $0 + $1 }
        for i in 0..<(n * n) {
          let cross: Double = a.means[x][i / n] * b.means[z][i % n]
          let other: Double = b.means[x][i / n] * a.means[z][i % n]
          a.covariance[pair][i] += b.covariance[pair][i] + cross + other
        }
      }
      a.present = zip(a.present, b.present).map { zip($0, $1).map { $0 || $1 } }
      a.means = (0..<2).map { zip(a.means[$0], b.means[$0]).map { $0 + $1 } }
      self = a
    case .flatten, .globalAverage:
      let n = count
      var isFlat = false
      if case .flatten = layer { isFlat = true }
      let counts = present.map { Double(max(1, $0.count { $0 })) }
      func mean(_ pair: Int, _ values: [Double]) -> [Double] {
        isFlat
          ? [(0..<n).reduce(0) { $0 + values[$1 * n + $1] } / Double(n)]
          : [values.reduce(0, +) / (counts[pair / 2] * counts[(pair + 1) / 2])]
      }
      covariance = covariance.indices.map { mean($0, covariance[$0]) }
      tangent = tangent.indices.map { mean($0, tangent[$0]) }
      means = means.map { _ in [0] }
      present = present.map { [$0.contains(true)] }
      (height, width) = (1, 1)
    }
  }

  private func diagonal(_ pair: Int) -> [Double] {
    (0..<count).map { covariance[pair][$0 * count + $0] }
  }

  /// An activation by its two expectations, of the cosine and the variances.
  private mutating func activate(_ moments: (Double, Double, Double) -> (Double, Double)) {
    let lengths = [diagonal(0), diagonal(2)]
    let n = count
    for pair in 0..<3 {
      let (a, b) = (lengths[pair / 2], lengths[(pair + 1) / 2])
      for i in covariance[pair].indices {
        let m = (a[i / n] * b[i % n]).squareRoot()
        var c = m > 0 ? max(-1, min(1, covariance[pair][i] / m)) : 0
        // Parallel up to rounding is parallel: the angle of a cosine of 1 − 1e-15 is 4e-8.
        if abs(c) > 1 - 1e-14 || (pair != 1 && i / n == i % n && m > 0) { c = c < 0 ? -1 : 1 }
        let (value, slope) = moments(c, a[i / n], b[i % n])
        covariance[pair][i] = value
        tangent[pair][i] *= slope
      }
    }
  }

  static func sizes(
    _ size: Int, _ filter: Int, _ stride: Int, _ padding: String
  ) -> (size: Int, low: Int) {
    if padding == "valid" { return ((size - filter) / stride + 1, 0) }
    let new = (size + stride - 1) / stride
    return (new, max((new - 1) * stride + filter - size, 0) / 2)
  }

  private static func place(_ place: Int, _ size: Int, _ padding: String) -> Int? {
    if padding == "circular" { return ((place % size) + size) % size }
    return place >= 0 && place < size ? place : nil
  }
}
