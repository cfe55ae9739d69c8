import MercerCore

extension SliceEngine {
  /// Inputs prepared at a time: as many as their planes leave in 16 MB, 2 to 32.
  var blockSize: Int {
    let bytes = (narrow.total + wide.total) * MemoryLayout<Element>.size
    return max(2, min(32, (16 << 20) / max(bytes, 1)))
  }

  /// Inputs x that meet one z before the next comes: as many as stay in 512 kB, a part of a common
  /// second-level cache.
  var groupSize: Int {
    max(1, min(8, (512 << 10) / max(narrow.total * MemoryLayout<Element>.size, 1)))
  }

  /// The bytes of one thread while it fills a tile: the slices of pairs and of single inputs that are
  /// live at once, matrices of attention layers, and the planes of two blocks of inputs.
  func scratchBytes(wantsTangent: Bool) -> Int {
    let blocks = blockSize * (narrow.total + wide.total) * MemoryLayout<Element>.stride
    return blocks
      + SliceRun<Element>.byteCount(graph, pairs, wantsTangent: wantsTangent)
      + SliceRun<Double>.byteCount(graph, alone, wantsTangent: false)
      + records.byteCount + (aloneNarrow.total + aloneWide.total) * MemoryLayout<Double>.stride
  }

  /// Throws `.invalidData` naming the layer after which a variance is too large for the element type.
  func checkFinite(_ inputs: SliceInputs<Element>) throws(MercerError) {
    let limit = Double(Element.greatestFiniteMagnitude)
    guard let node = firstBeyond(limit, from: largestVariance(inputs.numbers)) else { return }
    // The bound may be far above the variances themselves: look at those.
    guard !records.records.isEmpty else { throw overflow(at: node) }
    let run = aloneRun()
    let planes = SlicePlanes<Element>(count: 1, size: narrow.total)
    var failed: Int?
    inputs.withSources { source in
      for index in 0..<inputs.count where failed == nil {
        prepare(source(index), isWide: false, with: run, into: planes[0])
        failed = records.records.indices.first { record in
          let size = records.records[record].planeSize(isWide: false, Double.self)
          let values = run.values(of: record)
          return (0..<size).contains { !(abs(values[$0]) <= limit) }
        }
      }
    }
    if let failed { throw overflow(at: records.records[failed].node) }
  }

  private func overflow(at node: Int) -> MercerError {
    MercerError(
      .invalidData, "\(graph.nodes[node].place): a variance is not a finite number here",
      remedy: "lower the weight variances of the network, or scale the inputs")
  }

  /// The largest k(p, p) of all inputs.
  private func largestVariance(_ inputs: Matrix<Element>) -> Double {
    let channels = max(records.channels, 1)
    var largest = 0.0
    inputs.withBase { base in
      for first in stride(from: 0, to: inputs.count, by: channels) {
        var sum = 0.0
        for channel in 0..<channels {
          let value = Double(base[first + channel])
          sum += value * value
        }
        largest = max(largest, sum / Double(channels))
      }
    }
    return largest
  }

  /// The first node whose variance may be beyond a limit, when none at the input is above `variance`.
  private func firstBeyond(_ limit: Double, from variance: Double) -> Int? {
    var bounds: [Double] = []
    for (index, node) in graph.nodes.enumerated() {
      let before = node.inputs.map { bounds[$0] }
      let bound: Double
      switch node.operation {
      case .input: bound = variance
      case .convolution(let rows, let columns, let factors, _):
        bound = factors.scale * Double(rows.filter * columns.filter) * before[0] + factors.bias
      case .pooling(let rows, let columns, let scale):
        let count = Double(rows.filter * columns.filter)
        bound = scale * count * count * before[0]
      case .rectifier(let gain, _): bound = gain * before[0]
      case .dense(let weight, let bias): bound = weight * before[0] + bias
      case .elementwise(let layer):
        bound = layer.moments(after: UnitMoments(variance: before[0])).variance
      case .combination(let layer):
        bound = layer.moments(of: before.map { UnitMoments(variance: $0) }).variance
      case .sum(let first, let second): bound = first * before[0] + second * before[1]
      case .product: bound = before[0] * before[1]
      case .flatten, .globalAverage: bound = before[0]
      case .normalisation(let acrossPositions):
        bound = acrossPositions ? Double(node.layout.positionCount) : 1
      case .attention(let form): bound = form.bound(before[0], node.layout.positionCount)
      }
      guard bound <= limit else { return index }
      bounds.append(bound)
    }
    return nil
  }
}

extension AttentionForm {
  /// What k(p, p) cannot be above, when none before is above `variance`.
  fileprivate func bound(_ variance: Double, _ count: Int) -> Double {
    let values = valueVariance * outputVariance
    let seen = unitWeight * variance + positionWeight * abs(decayTable.first ?? 0)
    let score = (queryVariance * keyVariance).squareRoot() * seen
    let value = valuesSeePositions ? seen : variance
    switch mechanism {
    case .softmax: return values * value + biasVariance
    case .relu, .abs, .linear:
      let total = Double(count) * score
      return values * total * total * value + biasVariance
    case .gaussianScores:
      let total = Double(count) * score
      return values * max(seen, value) * total * total + biasVariance
    }
  }
}
