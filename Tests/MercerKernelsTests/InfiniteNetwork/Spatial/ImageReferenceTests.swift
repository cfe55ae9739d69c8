import Foundation
import MercerCore
import MercerKernels
import Testing

/// Draws architectures: sizes odd and even, strides, all paddings, filters larger than the image.
private struct Architect {
  var random: RandomStream

  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.uniform() * Double(range.count))
  }
  mutating func number(_ low: Double, _ high: Double) -> Double {
    // Few digits, so that the text form holds the same number.
    ((low + (high - low) * random.uniform()) * 64).rounded() / 64
  }
  mutating func chance(_ probability: Double) -> Bool { random.uniform() < probability }

  mutating func convolution(
    _ height: inout Int, _ width: inout Int, isLine: Bool, keepsSize: Bool, isCircular: Bool
  ) -> ReferenceLayer {
    var padding = isCircular ? "circular" : "same"
    var (rows, columns) = (isLine ? 1 : whole(1...5), whole(1...5))
    var (rowStride, columnStride) = (1, 1)
    if !keepsSize, !isCircular {
      if chance(0.4) { padding = "valid" }
      if padding == "valid" { (rows, columns) = (min(rows, height), min(columns, width)) }
      if chance(0.4) { (rowStride, columnStride) = (isLine ? 1 : whole(1...3), whole(1...3)) }
    }
    if padding == "same", chance(0.1) { columns = 2 * width + 3 }
    height = ImageReference.sizes(height, rows, rowStride, padding).size
    width = ImageReference.sizes(width, columns, columnStride, padding).size
    return .conv(
      rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride,
      padding: padding, weight: number(0.5, 3), bias: chance(0.5) ? 0 : number(0.1, 1),
      isLocal: !isCircular && chance(0.1))
  }

  mutating func activation() -> ReferenceLayer {
    if chance(0.25) { return .erf }
    return .rectifier(below: chance(0.6) ? 0 : number(-1, 0.9))
  }

  /// Two branches that end with activations, whose units have means.
  mutating func branches(
    _ height: inout Int, _ width: inout Int, isLine: Bool, isCircular: Bool
  ) -> ReferenceLayer {
    var ends: [[ReferenceLayer]] = []
    for _ in 0..<2 {
      let first = convolution(
        &height, &width, isLine: isLine, keepsSize: true, isCircular: isCircular)
      var branch = [first, activation()]
      if chance(0.3) {
        branch.append(
          .pool(
            rows: isLine ? 1 : 2, columns: 2, rowStride: 1, columnStride: 1,
            padding: isCircular ? "circular" : "same", isMean: chance(0.5)))
      }
      ends.append(branch)
    }
    return .sum(ends[0], ends[1])
  }

  mutating func network(height: Int, width: Int, isLine: Bool) -> [ReferenceLayer] {
    var (height, width) = (height, width)
    let isCircular = chance(0.2)
    var layers: [ReferenceLayer] = []
    for _ in 0..<whole(1...3) {
      layers.append(
        convolution(&height, &width, isLine: isLine, keepsSize: false, isCircular: isCircular))
      if chance(0.2) { layers.append(.layerNorm(all: chance(0.5))) }
      if chance(0.3) {
        var branch = [activation()]
        branch.append(
          convolution(&height, &width, isLine: isLine, keepsSize: true, isCircular: isCircular))
        if case .conv(_, _, _, _, _, _, _, true) = branch[1] {
        } else {
          layers.append(.residual(branch))
        }
      }
      if chance(0.3) {
        layers.append(branches(&height, &width, isLine: isLine, isCircular: isCircular))
      } else {
        layers.append(activation())
      }
      if !isCircular, chance(0.4) {
        let padding = chance(0.5) ? "same" : "valid"
        let rows = isLine ? 1 : whole(1...min(3, padding == "same" ? 3 : height))
        let columns = whole(1...min(3, padding == "same" ? 3 : width))
        let strides = (isLine ? 1 : whole(1...2), whole(1...2))
        layers.append(
          .pool(
            rows: rows, columns: columns, rowStride: strides.0, columnStride: strides.1,
            padding: padding, isMean: chance(0.7)))
        height = ImageReference.sizes(height, rows, strides.0, padding).size
        width = ImageReference.sizes(width, columns, strides.1, padding).size
      }
    }
    layers.append(chance(0.5) ? .flatten : .globalAverage)
    layers.append(.dense(weight: number(0.5, 2), bias: number(0, 1)))
    if chance(0.5) { layers += [activation(), .dense(weight: 1.5, bias: 0)] }
    return layers
  }
}

@Suite("Networks on images against plain loops over all pairs of positions")
struct ImageReferenceTests {
  #if DEBUG
    static let trials = 30
  #else
    static let trials = 400
  #endif

  /// Of √(k(x, x) k(z, z)): nearly parallel positions, of which narrow images have many, have angles
  /// with half of the digits in the reference as well.
  @Test("Random architectures, Double to 1e-9 and Float to 2e-5 of the diagonal")
  func randomArchitectures() throws {
    var architect = Architect(random: RandomStream(seed: 7, purpose: "architectures"))
    for trial in 0..<Self.trials {
      let isLine = architect.chance(0.3)
      let height = isLine ? 1 : architect.whole(1...6)
      let width = architect.whole(1...(isLine ? 12 : 7))
      let channels = architect.whole(1...3)
      let layers = architect.network(height: height, width: width, isLine: isLine)
      let shape = isLine ? "sequence(\(width)" : "image(\(height), \(width)"
      let isMasked = architect.chance(0.4)
      let text =
        "\(shape), channels: \(channels)\(isMasked ? ", mask: 77" : "")) > "
        + layers.map(\.text).joined(separator: " > ")
      var rows = (0..<3).map { _ in
        (0..<(height * width * channels)).map { _ in architect.random.normal() }
      }
      // Now and then an input is absent as a whole.
      let presence = (0..<3).map { _ in
        let share = architect.chance(0.1) ? 0 : 0.7
        return (0..<(height * width)).map { _ in !isMasked || architect.chance(share) }
      }
      for (row, there) in presence.enumerated() {
        for place in rows[row].indices where !there[place / channels] { rows[row][place] = 77 }
      }
      try check(
        text, layers, rows, presence, height: height, width: width, channels: channels,
        "trial \(trial)")
    }
  }

  private func check(
    _ text: String, _ layers: [ReferenceLayer], _ rows: [[Double]], _ presence: [[Bool]],
    height: Int, width: Int, channels: Int, _ name: String
  ) throws {
    let zeroed = zip(rows, presence).map { row, there in
      row.indices.map { there[$0 / channels] ? row[$0] : 0 }
    }
    for kind in ["nngp", "ntk"] {
      let double = try makeKernel(parsing: "\(kind)(\(text))", of: Double.self)
      let float = try makeKernel(parsing: "\(kind)(\(text))", of: Float.self)
      let values = try matrix(double, Points(rows: rows))
      let singles = try matrix(float, Points(rows: rows.map { $0.map { Float($0) } }))
      for (i, j) in [(0, 1), (2, 0), (1, 1)] {
        var reference = ImageReference(
          zeroed[i], zeroed[j], height: height, width: width, channels: channels,
          present: [presence[i], presence[j]])
        for layer in layers { reference.apply(layer) }
        let expected = kind == "nngp" ? reference.covariance : reference.tangent
        let size = (expected[0][0] * expected[2][0]).squareRoot()
        #expect(
          abs(values[i, j] - expected[1][0]) <= 1e-9 * size,
          "\(name) \(kind)(\(text)) [\(i), \(j)]: \(values[i, j]) for \(expected[1][0])")
        #expect(
          abs(Double(singles[i, j]) - expected[1][0]) <= 2e-5 * size,
          "\(name) \(kind)(\(text)) Float [\(i), \(j)]: \(singles[i, j]) for \(expected[1][0])")
      }
    }
  }

  private func matrix<E: Scalar>(
    _ kernel: any PointKernel<E>, _ points: Points<E>
  ) throws -> Matrix<E> {
    func fill<K: Kernel>(_ kernel: K) throws -> Matrix<E>
    where K.Inputs == Points<E>, K.Element == E {
      try kernel.matrix(rows: points, columns: points)
    }
    return try fill(kernel)
  }
}
