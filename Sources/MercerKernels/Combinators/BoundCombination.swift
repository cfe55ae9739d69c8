import MercerCore

/// A sum or a product of bound kernels.
struct BoundCombination<Element: Scalar>: BoundKernel {
  enum Rule { case sum, product }

  let rule: Rule
  let parts: [any BoundKernel<Element>]
  let parameterCounts: [Int]

  init(rule: Rule, _ parts: [any BoundKernel<Element>], parameterCounts: [Int]) {
    self.rule = rule
    self.parts = parts
    self.parameterCounts = parameterCounts
  }

  var rowCount: Int { parts[0].rowCount }
  var columnCount: Int { parts[0].columnCount }
  var dimension: Int { parts[0].dimension }
  var hasGradients: Bool { parts.allSatisfy(\.hasGradients) }
  var scratchBytes: Int { parts.reduce(0) { max($0, $1.scratchBytes) } }
  var secondsPerEntry: Double { parts.reduce(0) { $0 + $1.secondsPerEntry } }

  func fill(_ tile: Tile<Element>) {
    parts[0].fill(tile)
    guard parts.count > 1 else { return }
    tile.withScratch { scratch in
      for part in parts.dropFirst() {
        part.fill(scratch[0])
        switch rule {
        case .sum: tile.add(scratch[0])
        case .product: tile.multiply(scratch[0])
        }
      }
    }
  }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    forEachPart(weights) { index, weights in
      parts[index].accumulateInputGradient(weights: weights, into: gradient)
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    forEachPart(weights, needed: { parameterCounts[$0] > 0 }) { index, weights in
      parts[index].accumulateParameterGradient(
        weights: weights, into: &gradient, at: parameterCounts[..<index].reduce(0, +),
        count: parameterCounts[index])
    }
  }

  /// Calls the closure with each part and the weights of its derivative: those of the whole for a
  /// sum, times the values of all other parts for a product.
  private func forEachPart(
    _ weights: Tile<Element>, needed: (Int) -> Bool = { _ in true },
    _ body: (Int, Tile<Element>) -> Void
  ) {
    switch rule {
    case .sum:
      for index in parts.indices where needed(index) { body(index, weights) }
    case .product:
      weights.withScratch(parts.count + 1) { scratch in
        for index in parts.indices { parts[index].fill(scratch[index]) }
        let partWeights = scratch[parts.count]
        for index in parts.indices where needed(index) {
          partWeights.copy(weights)
          for other in parts.indices where other != index { partWeights.multiply(scratch[other]) }
          body(index, partWeights)
        }
      }
    }
  }
}

/// What sums and products do alike with their parts.
extension Array {
  func bound<Value: Scalar>(
    rows: Points<Value>, columns: Points<Value>
  ) throws(MercerError) -> [any BoundKernel<Value>] where Element == any PointKernel<Value> {
    var result: [any BoundKernel<Value>] = []
    for kernel in self { result.append(try kernel.bound(rows: rows, columns: columns)) }
    return result
  }

  func diagonal<Value: Scalar>(
    of inputs: Points<Value>, combining combine: TileLoops<Value>.Combine
  ) throws(MercerError) -> [Value] where Element == any PointKernel<Value> {
    var result = try self[0].diagonal(of: inputs)
    for kernel in dropFirst() {
      let other = try kernel.diagonal(of: inputs)
      result.withUnsafeMutableBufferPointer { y in
        other.withUnsafeBufferPointer { x in
          if let y = y.baseAddress, let x = x.baseAddress { combine(other.count, y, x) }
        }
      }
    }
    return result
  }

  func anchored<Value: Scalar>(
    to reference: Points<Value>
  ) throws(MercerError) -> [any PointKernel<Value>] where Element == any PointKernel<Value> {
    var result: [any PointKernel<Value>] = []
    for kernel in self { result.append(try kernel.anchored(to: reference)) }
    return result
  }

  func parameters<Value: Scalar>(
    named name: String
  ) -> [KernelParameter] where Element == any PointKernel<Value> {
    enumerated().flatMap { $1.parameters.prefixed("\(name)[\($0)]") }
  }

  func withParameters<Value: Scalar>(
    _ values: [Double]
  ) throws(MercerError) -> [any PointKernel<Value>]
  where Element == any PointKernel<Value> {
    let counts = map(\.parameters.count)
    try checkParameterCount(values, counts.reduce(0, +))
    var result: [any PointKernel<Value>] = []
    var start = 0
    for (kernel, count) in zip(self, counts) {
      result.append(try kernel.withParameters(Array<Double>(values[start..<start + count])))
      start += count
    }
    return result
  }
}
