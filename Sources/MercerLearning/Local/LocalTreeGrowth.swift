import MercerCore
import MercerKernels
import MercerSolvers

/// Grows a `LocalTree` for some data: nodes are split at the weighted median of their rows, along the
/// direction in which a pilot predictor, fitted to a sample of them, changes most, or along the
/// coordinate in which they are farthest apart.
struct LocalTreeGrowth {
  /// What says along which direction a node is split.
  enum Guide {
    /// A regression with this kernel and ridge.
    case pilot(any PointKernel<Double>, ridge: Double)
    /// How far apart rows are in each coordinate, times its scale: cells are as compact as a kernel
    /// with these scales sees them.
    case scales([Double])
  }

  let guide: Guide
  /// The most rows that count in a leaf, of it and of its neighbours.
  let leafRows: Int
  /// The share of a node's weight that lies where both branches count.
  let overlap: Double
  /// The most rows of a pilot, and of a measure of distances.
  let pilotRows: Int
  let seed: UInt64

  /// A split is taken if its smaller side has this share of the weight, else another direction tried.
  private static let balance = 0.25
  /// The most eigenvectors that are tried.
  private static let directionLimit = 8

  /// A node yet to be split or made a leaf.
  private struct Node {
    /// The rows on its side of each split above.
    var owned: [Int]
    /// These and all others at which it counts.
    var reached: [Int]
    /// Which split leads here, and whether by its upper branch.
    var parent: (split: Int, isUpper: Bool)?
  }

  /// A tree whose leaves have at most `leafRows` rows each, but where no direction tells rows apart.
  ///
  /// - Complexity: for each node the exact fit of `pilotRows` rows, d³, and n log n for n rows.
  /// - Throws: what the pilots throw but for `.notPositiveDefinite`; `.cancelled`.
  func tree(
    for data: LabelledData<Points<Double>>, context: ExecutionContext
  ) throws(MercerError) -> LocalTree {
    let all = Array(0..<data.count)
    var cuts: [(cut: Cut, lower: LocalTree.Branch, upper: LocalTree.Branch)] = []
    var leafCount = 0
    var open = [Node(owned: all, reached: all, parent: nil)]
    while let node = open.popLast() {
      try context.checkCancellation()
      let cut = try cut(node, index: cuts.count, data, context)
      let branch: LocalTree.Branch = cut == nil ? .leaf(leafCount) : .split(cuts.count)
      if let (parent, isUpper) = node.parent {
        if isUpper { cuts[parent].upper = branch } else { cuts[parent].lower = branch }
      }
      guard let cut else {
        leafCount += 1
        continue
      }
      // Both branches are named when they are taken up.
      cuts.append((cut, .leaf(0), .leaf(0)))
      let index = cuts.count - 1
      let owned = data.inputs.projections(on: cut.direction, at: node.owned)
      let reached = data.inputs.projections(on: cut.direction, at: node.reached)
      let (low, high) = (cut.threshold - cut.halfWidth, cut.threshold + cut.halfWidth)
      for isUpper in [true, false] {
        open.append(
          Node(
            owned: zip(node.owned, owned).filter { ($0.1 > cut.threshold) == isUpper }.map(\.0),
            reached: zip(node.reached, reached).filter { isUpper ? $0.1 > low : $0.1 < high }
              .map(\.0),
            parent: (index, isUpper)))
      }
    }
    return try LocalTree(
      dimension: data.inputs.dimension,
      splits: cuts.map {
        LocalTree.Split(
          direction: $0.cut.direction, threshold: $0.cut.threshold, halfWidth: $0.cut.halfWidth,
          lower: $0.lower, upper: $0.upper)
      })
  }

  /// Where a node is split; nil where it is not.
  private func cut(
    _ node: Node, index: Int, _ data: LabelledData<Points<Double>>, _ context: ExecutionContext
  ) throws(MercerError) -> Cut? {
    // Rows of neighbours are never most of a leaf, or splitting would not make leaves smaller.
    guard node.reached.count > leafRows, node.owned.count > max(1, leafRows / 4) else { return nil }
    let weights = data.weights.map { weights in node.owned.map { weights[$0] } }
    var best: Cut?
    for direction in try directions(of: node.owned, index: index, data, context) {
      let projections = data.inputs.projections(on: direction, at: node.owned)
      guard
        let cut = Cut(
          direction: direction, projections: projections, weights: weights, overlap: overlap)
      else { continue }
      if cut.balance >= Self.balance { return cut }
      if cut.balance > best?.balance ?? 0 { best = cut }
    }
    return best
  }

  /// Directions to split along, the best first.
  ///
  /// Eigenvectors are those of D M D for the gradient outer product M and the diagonal D of the
  /// deviations of the coordinates, so that a tree does not depend on the units of a coordinate.
  private func directions(
    of owned: [Int], index: Int, _ data: LabelledData<Points<Double>>, _ context: ExecutionContext
  ) throws(MercerError) -> [[Double]] {
    var rows = owned
    if owned.count > pilotRows {
      var stream = RandomStream(seed: seed, purpose: "local tree", index: UInt64(index))
      rows = stream.sample(pilotRows, of: owned.count).map { owned[$0] }
    }
    let sample = try data.subset(at: rows)
    let d = sample.inputs.dimension
    let deviations = sample.inputs.deviations(weights: sample.weights)
    let varying = (0..<d).filter { deviations[$0] > 0 }
    var result: [[Double]] = []
    var importances = [Double](repeating: 0, count: d)
    switch guide {
    case .scales(let scales): importances = zip(scales, deviations).map { $0 * $1 }
    case .pilot(let kernel, let ridge):
      guard let product = try gradientProduct(sample, deviations, kernel, ridge, context) else {
        break
      }
      importances = product.diagonal
      let eigen = try SymmetricEigen(product)
      let largest = eigen.values.last ?? 0
      for k in eigen.values.indices.reversed().prefix(Self.directionLimit)
      where largest > 0 && eigen.values[k] > 1e-6 * largest {
        var direction = [Double](repeating: 0, count: d)
        let vector = eigen.vectors.row(k)
        let peak = vector.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
        for c in varying { direction[c] = (peak < 0 ? -1 : 1) * vector[c] / deviations[c] }
        result.append(direction)
      }
    }
    // Coordinates themselves, for data in which a few rows are all that these directions tell apart.
    return result
      + varying.sorted { (importances[$0], -$0) > (importances[$1], -$1) }.map { c in
        (0..<d).map { $0 == c ? 1 / deviations[c] : 0 }
      }
  }

  /// D M D of a pilot fitted to the sample, d × d; nil where there is none.
  private func gradientProduct(
    _ sample: LabelledData<Points<Double>>, _ deviations: [Double],
    _ kernel: any PointKernel<Double>, _ ridge: Double, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double>? {
    let pilot = try KernelRidge(
      kernel: kernel, ridge: ridge, centresTargets: true, wantsLeaveOneOut: false,
      solver: .exact(.double))
    let model: KernelRidgeModel
    do {
      model = try pilot.fit(sample, context: context)
    } catch {
      if error.code == .notPositiveDefinite { return nil }
      throw error
    }
    guard
      var gradients = try GradientMetric.weightedGradients(
        of: model, weights: sample.weights, context: context)
    else { return nil }
    let d = deviations.count
    gradients = gradients.reshaped(
      rowCount: gradients.rowCount * sample.targets.columnCount, columnCount: d)
    let rowCount = gradients.rowCount
    gradients.withTile { tile in
      for i in 0..<rowCount {
        for c in 0..<d { tile.base[i * tile.stride + c] *= deviations[c] }
      }
    }
    return try gradients.transposed().multiplied(by: gradients, context: context)
  }
}

extension Points<Double> {
  /// The weighted standard deviation of each coordinate.
  func deviations(weights: [Double]?) -> [Double] {
    let total = weights?.reduce(0, +) ?? Double(count)
    return (0..<dimension).map { c in
      let column = coordinates.column(c)
      guard let first = column.first, column.contains(where: { $0 != first }) else { return 0 }
      func mean(_ value: (Double) -> Double) -> Double {
        var sum = 0.0
        for (i, x) in column.enumerated() { sum += (weights?[i] ?? 1) * value(x) }
        return sum / total
      }
      let centre = mean { $0 }
      return mean { ($0 - centre) * ($0 - centre) }.squareRoot()
    }
  }
}
