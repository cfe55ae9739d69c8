import MercerCore

/// What is kept of single inputs.
extension SliceRun {
  /// Keeps the variances of a slice of an input with itself.
  func record(_ step: SliceStep, _ input: SliceInput<Element>) {
    let index = Int(step.second)
    let record = records.records[index]
    let layout = record.layout
    let k = covariance(step.input)
    let stride = layout.stride(Element.self)
    var mean = 0.0
    if step.kind == .recordMean {
      for row in 0..<layout.rows {
        for column in 0..<layout.columns { mean += Double(k[row * stride + column]) }
      }
      let place = records.records[index].node
      mean /=
        records.mask(of: place).map { max(1, presentCount($0, input).x) }
        ?? Double(layout.positionCount)
    }
    let valueStride = layout.stride(Double.self)
    let values = self.values(of: index)
    for row in 0..<layout.rows {
      for column in 0..<layout.columns {
        values[row * valueStride + column] =
          step.kind == .recordMean ? mean : Double(k[row * stride + column])
      }
    }
    guard readsRecords, let ownX, let ownZ else { return }
    for row in 0..<layout.rows {
      let from = values + row * valueStride
      let (narrowRow, wideRow) = (row * stride, row * layout.wideStride(Element.self))
      loops.roots(
        of: from, columns: layout.columns, period: layout.columnPeriod, repeats: false,
        root: ownX + narrow.root[index] + narrowRow,
        inverse: ownX + narrow.inverse[index] + narrowRow)
      loops.roots(
        of: from, columns: layout.columns, period: layout.columnPeriod, repeats: true,
        root: ownZ + wide.root[index] + wideRow, inverse: ownZ + wide.inverse[index] + wideRow)
    }
  }

  /// Keeps the weights of an attention.
  func keep(_ weights: UnsafePointer<Element>, count: Int, record: Int) {
    let values = self.values(of: record)
    for i in 0..<count { values[i] = Double(weights[i]) }
    ownX.map { ($0 + narrow.root[record]).update(from: weights, count: count) }
    ownZ.map { ($0 + wide.root[record]).update(from: weights, count: count) }
  }
}
