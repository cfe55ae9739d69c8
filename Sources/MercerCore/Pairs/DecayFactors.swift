import RealModule

/// Points as factors of decays: e^y and e^−y for each coordinate y = rate (x − c), so that
/// exp(−rate |x − z|) is the smaller one of two products and no exponential is taken for a pair.
///
/// c is the middle of the range of the columns. The product of the two factors is 1, exactly, so that
/// coordinates that agree have the decay 1; other decays have a relative error of about 4 roundings.
struct DecayFactors<Element: Scalar>: Sendable {
  /// n × 2d: e^y of all coordinates, then e^−y.
  let rows: Matrix<Element>
  /// m × 2d.
  let columns: Matrix<Element>

  /// The factors, or nil where columns span more than 120 decay lengths in some coordinate (990 in
  /// Double), where a number is not finite, and where there is no column.
  ///
  /// Rows may be anywhere: those whose factors would be out of range have the largest number and 0 for
  /// them, and so the decay 0, which is right to within e^−25. Whether there are factors, and which, does not depend on
  /// the rows, so that a point has one value beside whatever others.
  /// - Complexity: O((n + m) d).
  init?(rows x: Matrix<Element>, columns z: Matrix<Element>, rate: Double) {
    // The rest of the range is for rows outside of that of the columns.
    guard z.rowCount > 0, z.isFinite,
      let centers = Element.centers(of: z, within: 0.7 * Self.limit / rate)
    else { return nil }
    columns = Self.factors(of: z, centers: centers, rate: rate)
    rows =
      x.sharesStorage(with: z) && x.rowCount == z.rowCount
      ? columns : Self.factors(of: x, centers: centers, rate: rate)
  }

  /// The largest |y| whose factors are normal numbers.
  private static var limit: Double {
    (-Double.log(Double(Element.leastNormalMagnitude))).rounded(.down) - 1
  }

  private static func factors(
    of points: Matrix<Element>, centers: [Double], rate: Double
  ) -> Matrix<Element> {
    let d = points.columnCount
    return Matrix(rowCount: points.rowCount, columnCount: 2 * d) { buffer in
      guard let target = buffer.baseAddress, d > 0 else { return }
      points.withUnsafeBufferPointer { points in
        guard let source = points.baseAddress else { return }
        var row = [Double](repeating: 0, count: d)
        for i in 0..<points.count / d {
          Element.shift(source + i * d, centers: centers, rate: rate, into: &row)
          Double.loops.exponential(d, &row)
          Element.invert(row, within: Double.exp(limit), into: target + i * 2 * d)
        }
      }
    }
  }
}

extension Scalar {
  /// The middle of each column; nil when one reaches further than `limit` to both sides.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func centers(of points: Matrix<Self>, within limit: Double) -> [Double]? {
    let d = points.columnCount
    var (least, most) = (
      [Self](repeating: .infinity, count: d), [Self](repeating: -.infinity, count: d)
    )
    points.withUnsafeBufferPointer { points in
      least.withUnsafeMutableBufferPointer { least in
        most.withUnsafeMutableBufferPointer { most in
          for start in Swift.stride(from: 0, to: points.count, by: max(d, 1)) {
            for k in 0..<d {
              least[k] = Swift.min(least[k], points[start + k])
              most[k] = Swift.max(most[k], points[start + k])
            }
          }
        }
      }
    }
    var centers = [Double](repeating: 0, count: d)
    for k in 0..<d {
      let (low, high) = (Double(least[k]), Double(most[k]))
      guard (high - low) / 2 <= limit else { return nil }
      centers[k] = low + (high - low) / 2
    }
    return centers
  }

  /// rate (x − c).
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func shift(
    _ x: UnsafePointer<Self>, centers: [Double], rate: Double, into row: inout [Double]
  ) {
    for k in row.indices { row[k] = (Double(x[k]) - centers[k]) * rate }
  }

  /// Writes the numbers and, after them, their inverses, such that each product is 1; the largest
  /// number and 0, or 0 and that, where they are not between 1 / most and most. (With ∞, columns that pad a
  /// panel, whose factors are 0, would yield NaN.)
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func invert(
    _ values: [Double], within most: Double, into target: UnsafeMutablePointer<Self>
  ) {
    for (k, value) in values.enumerated() {
      let (number, inverse): (Self, Self) =
        value > most
        ? (.greatestFiniteMagnitude, 0)
        : value < 1 / most ? (0, .greatestFiniteMagnitude) : inversePair(near: Self(value))
      target[k] = number
      target[values.count + k] = inverse
    }
  }

  /// Two numbers whose rounded product is 1, the first within one unit in the last place of `value`.
  /// (So it was found for all numbers in Float; in Double for 20 million, drawn at random.)
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func inversePair(near value: Self) -> (Self, Self) {
    for number in [value, value.nextUp, value.nextDown] {
      let inverse = 1 / number
      if number * inverse == 1 { return (number, inverse) }
      if number * inverse.nextUp == 1 { return (number, inverse.nextUp) }
    }
    return (value, 1 / value)
  }
}
