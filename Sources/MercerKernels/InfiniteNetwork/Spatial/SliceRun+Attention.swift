import MercerCore

/// k and Θ of all pairs of positions.
final class SliceMatrices<Element: Scalar> {
  let count: Int
  let memory: UnsafeMutablePointer<Element>
  /// How many there are: k, Θ, two of scratch memory.
  static var matrixCount: Int { 4 }
  func matrix(_ index: Int) -> UnsafeMutablePointer<Element> { memory + index * count * count }

  init(count: Int) {
    self.count = count
    memory = SliceRun<Element>.zeroed(Self.matrixCount * count * count)
  }

  deinit { memory.deallocate() }
}

/// Attention mixes all positions: slices are gathered into a matrix and taken out of it again.
extension SliceRun {
  func attention(_ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>) {
    let place = Int(step.node)
    guard case .attention(let form) = graph.nodes[place].operation else { return }
    let layout = node.layout
    let count = layout.positionCount
    let matrices = matrices[place] ?? SliceMatrices(count: count)
    self.matrices[place] = matrices
    switch step.kind {
    case .gather:
      eachEntry(layout, step) { at, inSlice in
        matrices.matrix(0)[at] = covariance(step.input)[inSlice]
        if let theta = tangent(step.input) { matrices.matrix(1)[at] = theta[inSlice] }
      }
    case .scatter:
      eachEntry(layout, step) { at, inSlice in
        covariance(step.output)[inSlice] = matrices.matrix(0)[at]
        if let theta = tangent(step.output) { theta[inSlice] = matrices.matrix(1)[at] }
      }
    default:
      let mask = records.mask(of: graph.nodes[place].inputs[0])
      let work = AttentionWork(
        form: form, matrices: matrices, wantsTangent: wantsTangent,
        presence: mask.map { presence($0, input) })
      guard form.hasWeights else { return work.multiplyScores() }
      if isAlone {
        keep(work.weights(), count: count * count, record: node.before)
      }
      work.weigh(x: input.x + narrow.root[node.before], z: input.z + wide.root[node.before])
    }
  }

  /// Calls the body with the place of each pair of positions of a slice in a matrix and in the slice.
  private func eachEntry(
    _ layout: SliceLayout, _ step: SliceStep, _ body: (Int, Int) -> Void
  ) {
    let (offsetRow, offsetColumn) = (Int(step.rows), Int(step.masks))
    let stride = layout.stride(Element.self)
    for row in 0..<layout.rows {
      let otherRow = (row - offsetRow).remainder(modulo: layout.rowPeriod)
      guard otherRow < layout.rows else { continue }
      for column in 0..<layout.columns {
        let other = (column - offsetColumn).remainder(modulo: layout.columnPeriod)
        guard other < layout.columns else { continue }
        body(
          (row * layout.columns + column) * layout.positionCount + otherRow * layout.columns
            + other, row * stride + column)
      }
    }
  }
}
