import MercerCore

/// Numbers that are added up in steps: in the element type within a step, in Double across steps, in
/// order. So their error does not grow with the number of steps.
struct StepSums<Element: Scalar>: Sendable {
  private var part: Matrix<Element>
  private var sums: Matrix<Double>

  /// Memory for at most this many numbers.
  init(capacity: Int) {
    part = Matrix(rowCount: 1, columnCount: capacity)
    sums = Matrix(rowCount: 1, columnCount: capacity)
  }

  /// Adds up `count` numbers over the steps.
  ///
  /// - Parameters:
  ///   - add: adds those of a step to what it is given, zeros at first.
  ///   - finish: takes the sums.
  mutating func sum(
    _ count: Int, over steps: [Range<Int>], context: ExecutionContext,
    add: (Range<Int>, UnsafeMutablePointer<Element>) -> Void,
    finish: (UnsafePointer<Double>) -> Void
  ) throws(MercerError) {
    try sums.withTile { (sums) throws(MercerError) in
      sums.base.update(repeating: 0, count: count)
      try part.withTile { (part) throws(MercerError) in
        for step in steps {
          try context.checkCancellation()
          part.base.update(repeating: 0, count: count)
          add(step, part.base)
          ElementLoops.accumulate(count, part.base, into: sums.base)
        }
      }
      finish(sums.base)
    }
  }
}
