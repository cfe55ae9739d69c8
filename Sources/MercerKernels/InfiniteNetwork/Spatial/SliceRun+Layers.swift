import MercerCore

/// Layers that take pairs as cosines: activations without a loop of their own, and joins of branches.
extension SliceRun {
  private func plane(_ index: Int) -> UnsafeMutablePointer<Element> {
    scratch + index * scratchSize
  }

  /// The lengths of each entry of a slice, gathered: those of x are a plane already.
  private func scales(
    _ record: Int, means: Int, _ step: SliceStep, _ input: SliceInput<Element>, rows: Int,
    stride: Int, scratch first: Int, meanScratch: Int
  ) -> NetworkScales<Element> {
    let lengths = lengths(record, step, input)
    var (meanX, meanZ): (UnsafePointer<Element>?, UnsafePointer<Element>?)
    if means >= 0 {
      let target = plane(meanScratch)
      for row in 0..<rows {
        (target + row * stride).update(
          from: input.z
            + (wide.root[means] + Int(lengths.rowsZ[row]) * lengths.strideZ + lengths.columnZ),
          count: stride)
      }
      meanX = input.x + narrow.root[means]
      meanZ = UnsafePointer(target)
    }
    let (root, inverse) = (plane(first), plane(first + 1))
    for row in 0..<rows {
      let from = Int(lengths.rowsZ[row]) * lengths.strideZ + lengths.columnZ
      (root + row * stride).update(from: lengths.rootZ + from, count: stride)
      (inverse + row * stride).update(from: lengths.inverseZ + from, count: stride)
    }
    return NetworkScales(
      rootX: lengths.rootX, inverseX: lengths.inverseX, rootZ: root, inverseZ: inverse,
      meanX: meanX, meanZ: meanZ)
  }

  /// The state of a slice as cosines, in two planes of scratch memory.
  private func pairs(
    _ k: UnsafePointer<Element>, _ theta: UnsafeMutablePointer<Element>?, record: Int,
    _ step: SliceStep, _ input: SliceInput<Element>, rows: Int, stride: Int, scratch first: Int,
    scales: NetworkScales<Element>
  ) -> NetworkPairs<Element> {
    loops.cosines(
      lengths(record, step, input), rows: rows, stride: stride, k, cosine: plane(first),
      sine2: plane(first + 1))
    return NetworkPairs(
      count: rows * stride, scales: scales, cosine: plane(first), sine2: plane(first + 1),
      theta: theta)
  }

  /// A layer on the units of each position.
  func elementwise(_ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>) {
    guard case .elementwise(let layer) = graph.nodes[Int(step.node)].operation else { return }
    let k = covariance(step.output)
    let (rows, stride) = (node.outRows, node.outStride)
    let before = scales(
      node.before, means: node.meanBefore, step, input, rows: rows, stride: stride, scratch: 2,
      meanScratch: 6)
    let after = scales(
      node.after, means: node.meanAfter, step, input, rows: rows, stride: stride, scratch: 4,
      meanScratch: 7)
    let state = pairs(
      k, tangent(step.output), record: node.before, step, input, rows: rows, stride: stride,
      scratch: 0, scales: before)
    layer.forward(state, to: after)
    setCovariances(k, state.cosine, after, count: rows * stride)
  }

  /// A join of two branches that has no loop of its own.
  func combination(_ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>) {
    let place = graph.nodes[Int(step.node)]
    guard case .combination(let layer) = place.operation, place.inputs.count == 2,
      let first = records.lengths(of: place.inputs[0]),
      let second = records.lengths(of: place.inputs[1])
    else { return }
    let k = covariance(step.output)
    let (rows, stride) = (node.outRows, node.outStride)
    // Of three states each needs two planes of scratch memory, and two more where z is gathered;
    // the entries of the result take the place of those of the first branch.
    var parts: [NetworkPairs<Element>] = []
    var memory: [UnsafeMutablePointer<Element>] = []
    for (index, slot) in [step.input, step.second].enumerated() {
      let record = index == 0 ? first : second
      let own = Self.zeroed(5 * rows * stride)
      memory.append(own)
      let scales = scales(
        record, means: records.means(of: place.inputs[index]) ?? -1, step, input, rows: rows,
        stride: stride, scratch: 2, meanScratch: 6)
      let state = pairs(
        covariance(slot), tangent(slot), record: record, step, input, rows: rows, stride: stride,
        scratch: 0, scales: scales)
      let sources = [
        UnsafePointer(state.cosine), UnsafePointer(state.sine2), scales.rootZ, scales.inverseZ,
      ]
      for (part, source) in sources.enumerated() {
        (own + part * rows * stride).update(from: source, count: rows * stride)
      }
      let ownMean = scales.meanZ.map { source in
        let target = own + 4 * rows * stride
        target.update(from: source, count: rows * stride)
        return UnsafePointer(target)
      }
      parts.append(
        NetworkPairs(
          count: rows * stride,
          scales: NetworkScales(
            rootX: scales.rootX, inverseX: scales.inverseX, rootZ: own + 2 * rows * stride,
            inverseZ: own + 3 * rows * stride, meanX: scales.meanX, meanZ: ownMean),
          cosine: own, sine2: own + rows * stride, theta: tangent(slot)))
    }
    let after = scales(
      node.after, means: node.meanAfter, step, input, rows: rows, stride: stride, scratch: 2,
      meanScratch: 6)
    layer.forward(
      parts,
      into: NetworkPairs(
        count: rows * stride, scales: after, cosine: plane(0), sine2: plane(1),
        theta: tangent(step.output)))
    setCovariances(k, plane(0), after, count: rows * stride)
    for own in memory { own.deallocate() }
  }

  /// From cosines to covariances.
  private func setCovariances(
    _ k: UnsafeMutablePointer<Element>, _ cosine: UnsafePointer<Element>,
    _ scales: NetworkScales<Element>, count: Int
  ) {
    k.update(from: scales.rootX, count: count)
    Element.loops.multiply(count, k, scales.rootZ)
    Element.loops.multiply(count, k, cosine)
  }
}
