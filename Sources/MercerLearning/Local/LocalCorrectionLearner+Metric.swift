import MercerCore
import MercerKernels
import MercerPlatform

/// In which columns rows must be near, and how near.
extension LocalCorrectionLearner {
  /// Scales by coordinate of the points, and λ.
  struct Metric {
    var scales: [Double]
    var ridge: Double
  }

  /// The scales that an order suggests, for the order where they miss least.
  func start(
    from orders: [NeighbourOrder], _ search: NeighbourOrderSearch,
    _ sample: LabelledData<Points<Double>>, _ context: ExecutionContext
  ) throws(MercerError) -> Metric? {
    let reaches = columns.map { reach(of: $0, in: sample.inputs) }
    var best: (metric: Metric, error: Double)?
    for order in orders {
      let sorted = search.rows(in: order)
      var scales = [Double](repeating: 0, count: sample.inputs.dimension)
      for (index, column) in columns.enumerated() where reaches[index] > 0 {
        // All others together are half a length between two random rows.
        var scale = 0.5 / (Double(columns.count) * reaches[index])
        if order.columns.contains(index) {
          let near = distance(of: column, in: sample.inputs, sorted, lag: order.window)
          scale = 1 / (Double(order.columns.count) * max(near, 0.02 * reaches[index]))
        }
        for feature in column.features { scales[feature] = scale }
      }
      let metric = Metric(scales: scales, ridge: Self.firstRidge)
      let parts = try cells(of: sample, metric, Self.descentRows, context)
      guard !parts.isEmpty else { continue }
      let (kernel, features, blocks) = try kernel(metric)
      // Cells are other rows for each order, so the error counts beside that of no correction.
      let error =
        try LengthScaleDescent(criterion: .leaveOneOut, stepLimit: 0).run(
          from: kernel, ridge: metric.ridge, onEachOf: try parts.keeping(features), blocks: blocks,
          context: context
        ).values.end - parts.logDeviation
      if error < best?.error ?? .infinity { best = (metric, error) }
    }
    return best?.metric
  }

  /// The scales and λ of which the leave-one-out error in these cells is less.
  func descended(
    _ metric: Metric, _ parts: [LabelledData<Points<Double>>], _ context: ExecutionContext
  ) throws(MercerError) -> Metric {
    let (kernel, features, blocks) = try kernel(metric)
    var descent = LengthScaleDescent(
      criterion: .leaveOneOut, stepLimit: Self.descentSteps)
    descent.ridgeBounds = 1e-3...1e3
    let found = try descent.run(
      from: kernel, ridge: metric.ridge, onEachOf: try parts.keeping(features),
      blocks: blocks, context: context)
    var scales = [Double](repeating: 0, count: metric.scales.count)
    for (feature, scale) in zip(features, found.scales) { scales[feature] = scale }
    return Metric(scales: scales, ridge: found.ridge)
  }

  /// The same without the columns that hardly tell rows apart.
  func reaching(_ metric: Metric, in points: Points<Double>) -> Metric {
    var metric = metric
    for column in columns
    where metric.scales[column.features.lowerBound] * reach(of: column, in: points)
      < Self.leastReach
    {
      for feature in column.features { metric.scales[feature] = 0 }
    }
    return metric
  }

  /// The kernel on the coordinates that have a scale, these, and which of them share one.
  func kernel(
    _ metric: Metric
  ) throws(MercerError) -> (ProductLaplaceKernel<Double>, features: [Int], blocks: [[Int]]) {
    let features = metric.scales.indices.filter { metric.scales[$0] > 0 }
    let places = Dictionary(uniqueKeysWithValues: zip(features, features.indices))
    return (
      try ProductLaplaceKernel(metric: .scales(features.map { metric.scales[$0] })), features,
      columns.map { $0.features.compactMap { places[$0] } }.filter { $0.count > 1 }
    )
  }

  /// Some leaves of a tree of the rows that are near in this metric.
  func cells(
    of data: LabelledData<Points<Double>>, _ metric: Metric, _ rowCount: Int,
    _ context: ExecutionContext
  ) throws(MercerError) -> [LabelledData<Points<Double>>] {
    let tree = try LocalTreeGrowth(
      guide: .scales(metric.scales), leafRows: rowCount, overlap: 0, pilotRows: rowCount,
      seed: seed
    ).tree(for: data, context: context)
    var stream = RandomStream(seed: seed, purpose: "leaves of a local metric")
    let leaves = try tree.members(of: data.inputs).filter {
      $0.rows.count > 1 && $0.rows.count <= 2 * rowCount
    }
    var parts: [LabelledData<Points<Double>>] = []
    for leaf in stream.sample(min(Self.descentLeaves, leaves.count), of: leaves.count) {
      parts.append(try data.subset(at: leaves[leaf].rows))
    }
    return parts
  }

  /// A number for each row: of a category the place of the level, else the first coordinate.
  func keys(of column: Column, in points: Points<Double>) -> [Float] {
    guard column.isCategory else {
      return column.features.first.map { points.coordinates.column($0).map { Float($0) } } ?? []
    }
    return points.coordinates.withUnsafeBufferPointer { x in
      (0..<points.count).map { row in
        let place = column.features.firstIndex { x[row * points.dimension + $0] != 0 }
        return Float(place ?? column.features.count)
      }
    }
  }

  /// The mean ℓ₁ distance of two random rows in a column.
  private func reach(of column: Column, in points: Points<Double>) -> Double {
    var stream = RandomStream(seed: seed, purpose: "pairs of rows")
    let rows = stream.sample(min(4000, points.count), of: points.count)
    return distance(of: column, in: points, rows, lag: max(1, rows.count / 2))
  }

  /// The mean ℓ₁ distance of rows that are so far from each other in an order.
  private func distance(
    of column: Column, in points: Points<Double>, _ rows: [Int], lag: Int
  ) -> Double {
    guard rows.count > lag else { return 0 }
    let step = max(1, (rows.count - lag) / 20_000)
    let places = stride(from: 0, to: rows.count - lag, by: step)
    var (sum, count) = (0.0, 0.0)
    points.coordinates.withUnsafeBufferPointer { x in
      for place in places {
        let (a, b) = (rows[place] * points.dimension, rows[place + lag] * points.dimension)
        for feature in column.features { sum += abs(x[a + feature] - x[b + feature]) }
        count += 1
      }
    }
    return sum / count
  }

  func rows(
    of data: LabelledData<Points<Double>>, limit: Int
  ) throws(MercerError) -> LabelledData<Points<Double>> {
    guard data.count > limit else { return data }
    var stream = RandomStream(seed: seed, purpose: "rows of a local metric")
    return try data.subset(at: stream.sample(limit, of: data.count).sorted())
  }
}

extension LabelledData where Inputs == Points<Double> {
  /// The same rows with some of the coordinates.
  func keeping(_ features: [Int]) throws(MercerError) -> Self {
    try LabelledData(
      inputs: Points(inputs.coordinates.columns(at: features)), targets: targets, weights: weights)
  }
}

extension [LabelledData<Points<Double>>] {
  /// The same rows with some of the coordinates.
  func keeping(_ features: [Int]) throws(MercerError) -> Self {
    try map { (part) throws(MercerError) in try part.keeping(features) }
  }

  /// The mean of the logarithms of the root mean squares of their targets.
  fileprivate var logDeviation: Double {
    reduce(0) { sum, part in
      let squares = part.targets.elements.reduce(0) { $0 + $1 * $1 }
      return sum + log(Swift.max(squares / Double(part.targets.count), .leastNormalMagnitude)) / 2
    } / Double(Swift.max(count, 1))
  }
}
