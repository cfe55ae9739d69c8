import MercerCore

// Arithmetic of whole tiles. Each row is one call of a vectorised loop, so that combinators cost
// little more than the fills they combine.
extension Tile {
  /// Calls the closure with scratch tiles over the same rows and columns, stored without gaps and
  /// not initialised.
  func withScratch<Result>(_ count: Int = 1, _ body: ([Tile]) -> Result) -> Result {
    let size = max(1, rowCount * columnCount)
    // Every scratch tile starts on a cache line.
    let stride = (size * MemoryLayout<Element>.stride + 63) / 64 * 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: stride * count, alignment: 64)
    defer { memory.deallocate() }
    return body(
      (0..<count).map { index in
        Tile(
          rows: rows, columns: columns, stride: columnCount,
          base: (memory + index * stride).bindMemory(to: Element.self, capacity: size))
      })
  }

  /// Copies the elements of a tile of the same size.
  func copy(_ other: Tile) {
    for i in 0..<rowCount {
      (base + i * stride).update(from: other.base + i * other.stride, count: columnCount)
    }
  }

  /// Sets all elements to one value.
  func set(_ value: Element) {
    guard rowCount > 0 else { return }
    // A repeating update is a slow loop in generic code; a copy is not.
    base.update(repeating: value, count: columnCount)
    for i in 1..<rowCount { (base + i * stride).update(from: base, count: columnCount) }
  }

  /// Adds a tile of the same size, element by element.
  func add(_ other: Tile) {
    let add = Element.loops.add
    for i in 0..<rowCount { add(columnCount, base + i * stride, other.base + i * other.stride) }
  }

  /// Multiplies by a tile of the same size, element by element.
  func multiply(_ other: Tile) {
    let multiply = Element.loops.multiply
    for i in 0..<rowCount {
      multiply(columnCount, base + i * stride, other.base + i * other.stride)
    }
  }

  /// Multiplies by a number.
  func scale(by factor: Element) {
    let affine = Element.loops.affine
    for i in 0..<rowCount { affine(columnCount, base + i * stride, factor, 0) }
  }

  /// Raises to a whole power ≥ 1, element by element, by repeated squaring: O(log exponent)
  /// products.
  func raise(to exponent: Int) {
    guard exponent > 1 else { return }
    // Left to right over the binary digits: square, then multiply by the base where a digit is 1.
    withScratch { scratch in
      let original = scratch[0]
      original.copy(self)
      for bit in (0..<(Int.bitWidth - 1 - exponent.leadingZeroBitCount)).reversed() {
        multiply(self)
        if exponent >> bit & 1 == 1 { multiply(original) }
      }
    }
  }

  /// The sum over the tile of its elements times those of another, in Double.
  func dot(_ other: Tile) -> Double {
    var total = 0.0
    for i in 0..<rowCount {
      total += Element.dot(
        UnsafeBufferPointer(start: base + i * stride, count: columnCount),
        UnsafeBufferPointer(start: other.base + i * other.stride, count: columnCount))
    }
    return total
  }

  /// The sum of each row, in Double.
  var rowSums: [Double] {
    (0..<rowCount).map { Element.sum(UnsafeBufferPointer(row($0))) }
  }

  /// The sum of each column.
  var columnSums: [Element] {
    var sums = [Element](repeating: 0, count: columnCount)
    let add = Element.loops.add
    sums.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      for i in 0..<rowCount { add(columnCount, start, base + i * stride) }
    }
    return sums
  }
}

extension BoundKernel {
  /// Adds the gradient of a part with `count` parameters to that of the whole, from `offset` on.
  func accumulateParameterGradient(
    weights: Tile<Element>, into gradient: inout [Double], at offset: Int, count: Int
  ) {
    guard count > 0 else { return }
    var part = [Double](repeating: 0, count: count)
    accumulateParameterGradient(weights: weights, into: &part)
    for p in 0..<count { gradient[offset + p] += part[p] }
  }
}
