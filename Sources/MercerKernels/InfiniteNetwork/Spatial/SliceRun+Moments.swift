import MercerCore

/// The moments of units at each position, in a pass over one input.
extension SliceRun {
  /// Variances and means after an activation.
  func selfElementwise(
    _ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>
  ) {
    let place = Int(step.node)
    let k = covariance(step.output)
    let target = graph.nodes[place]
    if case .rectifier = target.operation, !target.hasMean || records.isWithoutMeans {
      Element.loops.affine(node.outRows * node.outStride, k, Element(node.gain), 0)
      return
    }
    guard let layer = target.moments else { return }
    let before = means[target.inputs[0]]
    var after: [Double] = []
    forEachPosition(target.layout, node.outStride) { index, at in
      let moments = layer.moments(
        after: UnitMoments(variance: Double(k[at]), mean: before?[index] ?? 0))
      k[at] = Element(moments.variance)
      after.append(moments.mean)
    }
    means[place] = target.hasMean ? after : nil
    setMeansOfAbsent(place, input)
  }

  /// Variances and means after a join of branches.
  func selfCombination(
    _ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>
  ) {
    let place = Int(step.node)
    let target = graph.nodes[place]
    guard case .combination(let layer) = target.operation, target.inputs.count == 2 else { return }
    let k = covariance(step.output)
    let inputs = [covariance(step.input), covariance(step.second)]
    let before = target.inputs.map { means[$0] }
    var after: [Double] = []
    forEachPosition(target.layout, node.outStride) { index, at in
      let moments = layer.moments(
        of: [0, 1].map {
          UnitMoments(variance: Double(inputs[$0][at]), mean: before[$0]?[index] ?? 0)
        })
      k[at] = Element(moments.variance)
      after.append(moments.mean)
    }
    means[place] = target.hasMean ? after : nil
    setMeansOfAbsent(place, input)
  }

  /// Means after a pooling, a readout, or a join that does not ask for them itself.
  func setMeans(of place: Int, _ input: SliceInput<Element>) {
    let target = graph.nodes[place]
    let inputs = target.inputs.map { means[$0] ?? [] }
    let source = graph.nodes[target.inputs[0]].layout
    func mean(_ input: Int, _ index: Int) -> Double {
      inputs[input].isEmpty ? 0 : inputs[input][index]
    }
    switch target.operation {
    case .pooling(let rows, let columns, let scale):
      var pooled: [Double] = []
      for row in 0..<target.layout.rows {
        for column in 0..<target.layout.columns {
          var sum = 0.0
          for case let i? in (0..<rows.filter).map({ rows.source(row, $0) }) {
            for case let j? in (0..<columns.filter).map({ columns.source(column, $0) }) {
              sum += mean(0, i * source.columns + j)
            }
          }
          pooled.append(sum * scale.squareRoot())
        }
      }
      means[place] = pooled
    case .sum(let first, let second):
      means[place] = (0..<target.layout.positionCount).map {
        first * mean(0, $0) + second * mean(1, $0)
      }
    case .product:
      means[place] = (0..<target.layout.positionCount).map { mean(0, $0) * mean(1, $0) }
    case .flatten, .globalAverage:
      var count = Double(source.positionCount)
      if case .globalAverage = target.operation, let mask = records.mask(of: target.inputs[0]) {
        count = max(1, presentCount(mask, input).x)
      }
      means[place] = [inputs[0].reduce(0, +) / count]
    default: break
    }
    setMeansOfAbsent(place, input)
  }

  /// Units of absent positions are zero.
  private func setMeansOfAbsent(_ place: Int, _ input: SliceInput<Element>) {
    guard let mask = records.mask(of: place), let values = means[place] else { return }
    let present = presence(mask, input).x
    means[place] = zip(values, present).map { $1 == 0 ? 0 : $0 }
  }

  /// Keeps the means after a node, for pairs and for the slices of this input with itself.
  func recordMeans(of place: Int, record: Int) {
    let layout = records.records[record].layout
    let stride = layout.stride(Double.self)
    let values = self.values(of: record)
    for (index, mean) in (means[place] ?? []).enumerated() {
      values[index / layout.columns * stride + index % layout.columns] = mean
    }
    if let ownX { setMeans(of: record, isWide: false, ownX + narrow.root[record]) }
    if let ownZ { setMeans(of: record, isWide: true, ownZ + wide.root[record]) }
  }

  /// Writes the means of a record into a plane of x or z.
  func setMeans<Target: Scalar>(
    of record: Int, isWide: Bool, _ plane: UnsafeMutablePointer<Target>
  ) {
    let layout = records.records[record].layout
    let stride = isWide ? layout.wideStride(Target.self) : layout.stride(Target.self)
    let values = self.values(of: record)
    for row in 0..<layout.rows {
      for column in 0..<layout.columns {
        let mean = Target(values[row * layout.stride(Double.self) + column])
        plane[row * stride + column] = mean
        if isWide { plane[row * stride + layout.columnPeriod + column] = mean }
      }
    }
  }

  private func forEachPosition(_ layout: SliceLayout, _ stride: Int, _ body: (Int, Int) -> Void) {
    for row in 0..<layout.rows {
      for column in 0..<layout.columns {
        body(row * layout.columns + column, row * stride + column)
      }
    }
  }
}
