import MercerCore

/// The work on one pair of inputs, or on one input, step by step.
extension SliceRun {
  /// All steps in order.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  func perform(x: UnsafePointer<Element>, z: UnsafePointer<Element>, isSame: Bool) {
    let isSame = isSame && !graph.addsNoise
    plan.steps.withUnsafeBufferPointer { steps in
      constants.withUnsafeBufferPointer { constants in
        plan.integers.withUnsafeBufferPointer { integers in
          plan.masks.withUnsafeBufferPointer { masks in
            plan.bytes.withUnsafeBufferPointer { bytes in
              let input = SliceInput(
                x: x, z: z, isSame: isSame, integers: integers, masks: masks, bytes: bytes)
              for step in steps { perform(step, constants[Int(step.node)], input) }
            }
          }
        }
      }
    }
  }

  /// The lengths that a record holds, for the slice of a step.
  func lengths(
    _ record: Int, _ step: SliceStep, _ input: SliceInput<Element>
  ) -> SliceLengths<Element> {
    let layout = records.records[record].layout
    return SliceLengths(
      rootX: input.x + narrow.root[record], inverseX: input.x + narrow.inverse[record],
      strideX: layout.stride(Element.self), rootZ: input.z + wide.root[record],
      inverseZ: input.z + wide.inverse[record], strideZ: layout.wideStride(Element.self),
      rowsZ: input.integer(step.zRows), columnZ: Int(step.zColumn),
      isSame: input.isSame && step.isOrigin)
  }

  private func perform(
    _ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>
  ) {
    let k = covariance(step.output)
    let theta = tangent(step.output)
    let count = node.outRows * node.outStride
    switch step.kind {
    case .window, .rectifiedWindow:
      let isRectified = step.kind == .rectifiedWindow
      let window = SliceWindow(
        inRows: node.inRows, inStride: node.inStride, outRows: node.outRows,
        outStride: node.outStride, step: node.columnStep, rows: input.integer(step.rows),
        rowTaps: Int(step.rowTaps), shifts: input.integer(step.shifts),
        masks: input.mask(step.masks), columnTaps: Int(step.columnTaps),
        scale: node.factors.scale, bias: node.factors.bias, weightRate: node.factors.weightRate,
        biasRate: node.factors.biasRate, accumulates: step.accumulates, gain: node.gain,
        excess: node.excess)
      loops.slide(
        window, lengths: isRectified ? lengths(node.before, step, input) : nil,
        covariance(step.input), tangent(step.input), into: k, theta, scratch: scratch)
    case .products:
      let (x, z) = (input.x, input.z)
      let layout = records.input
      loops.multiplyChannels(
        SliceLengths(
          rootX: x, inverseX: x, strideX: layout.stride(Element.self), rootZ: z, inverseZ: z,
          strideZ: layout.wideStride(Element.self), rowsZ: input.integer(step.zRows),
          columnZ: Int(step.zColumn), isSame: false),
        rows: node.outRows, stride: node.outStride, channels: records.channels,
        planeX: narrow.channelPlane, planeZ: wide.channelPlane, scale: 1 / node.count, into: k)
      theta?.update(repeating: 0, count: count)
    case .rectifier:
      loops.rectify(
        lengths(node.before, step, input), rows: node.outRows, stride: node.outStride,
        gain: node.gain, excess: node.excess, k, theta)
    case .dense:
      loops.dense(count, weight: node.factors.scale, bias: node.factors.bias, k, theta)
    case .copy, .add:
      let isAdded = step.kind == .add
      loops.add(
        count, weight: step.weight, covariance(step.input), to: k, accumulates: isAdded)
      if let theta, let source = tangent(step.input) {
        loops.add(count, weight: step.weight, source, to: theta, accumulates: isAdded)
      }
    case .multiply:
      loops.multiply(count, by: covariance(step.input), tangent(step.input), k, theta)
    case .total:
      func total(_ plane: UnsafeMutablePointer<Element>) -> Double {
        loops.total(
          rows: node.inRows, stride: node.inStride, takes: input.byte(step.rows),
          mask: input.mask(step.masks), plane)
      }
      let place = Int(step.node)
      if !step.accumulates { totals[place] = (0, 0) }
      totals[place].covariance += total(covariance(step.input))
      if let source = tangent(step.input) { totals[place].tangent += total(source) }
    case .mean:
      k.update(repeating: 0, count: count)
      k[0] = Element(totals[Int(step.node)].covariance / node.count)
      theta?.update(repeating: 0, count: count)
      theta?[0] = Element(totals[Int(step.node)].tangent / node.count)
    case .presentMean:
      let present = presentCount(Int(step.second), input)
      let count = max(present.x, 1) * max(present.z, 1)
      k.update(repeating: 0, count: node.outRows * node.outStride)
      k[0] = Element(totals[Int(step.node)].covariance / count)
      theta?.update(repeating: 0, count: node.outRows * node.outStride)
      theta?[0] = Element(totals[Int(step.node)].tangent / count)
    case .mask:
      loops.scale(
        lengths(Int(step.second), step, input), rows: node.outRows, stride: node.outStride, k,
        theta)
    case .normalisation:
      loops.scale(
        lengths(node.before, step, input), rows: node.outRows, stride: node.outStride, k, theta)
    case .zero:
      k.update(repeating: 0, count: count)
      theta?.update(repeating: 0, count: count)
    case .elementwise: elementwise(step, node, input)
    case .combination: combination(step, node, input)
    case .gather, .attention, .scatter: attention(step, node, input)
    case .selfElementwise: selfElementwise(step, node, input)
    case .selfCombination: selfCombination(step, node, input)
    case .selfMean: setMeans(of: Int(step.node), input)
    case .recordUnitMean: recordMeans(of: Int(step.node), record: Int(step.second))
    case .record, .recordMean: record(step, input)
    }
  }
}

/// One pair of inputs and the tables of its plan.
struct SliceInput<Element: Scalar> {
  let x: UnsafePointer<Element>, z: UnsafePointer<Element>
  let isSame: Bool
  fileprivate let integers: UnsafeBufferPointer<Int32>
  fileprivate let masks: UnsafeBufferPointer<Element>
  fileprivate let bytes: UnsafeBufferPointer<UInt8>

  // Tables that are empty are not pointed to by any step.
  func integer(_ place: Int32) -> UnsafePointer<Int32> {
    integers.baseAddress.unsafelyUnwrapped + Int(place)
  }
  func mask(_ place: Int32) -> UnsafePointer<Element> {
    masks.baseAddress.unsafelyUnwrapped + Int(place)
  }
  func byte(_ place: Int32) -> UnsafePointer<UInt8> {
    bytes.baseAddress.unsafelyUnwrapped + Int(place)
  }
}
