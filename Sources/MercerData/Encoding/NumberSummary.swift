import MercerCore

/// What the encoder wants to know of a column of numbers; missing cells are left aside.
struct NumberSummary {
  /// The mean.
  let mean: Double
  /// The standard deviation of the population (divided by n); nil when all numbers are equal.
  let deviation: Double?
  /// The middle number, or the mean of the two middle ones.
  let median: Double
  /// How many cells are missing.
  let missingCount: Int

  /// A summary, or nil when every cell is missing.
  ///
  /// - Throws: `.invalidData` for an infinite number.
  init?(_ values: [Double], column: String, source: String) throws(MercerError) {
    if let row = values.firstIndex(where: \.isInfinite) {
      throw MercerError(
        .invalidData, "row \(row + 1) holds an infinite number",
        at: .init(file: source, column: quoted(column)))
    }
    var present = values.filter { !$0.isNaN }
    missingCount = values.count - present.count
    guard let smallest = present.min(), let largest = present.max() else { return nil }
    // In the order of the rows, before the median moves them, so that the sums do not depend on it.
    let numbers = present
    let high = present.select(present.count / 2)
    // The half below the middle lies before it now.
    let low =
      present.count % 2 == 1 ? high : present[..<(present.count / 2)].max() ?? high
    median = low == high ? low : low / 2 + high / 2

    guard smallest < largest else {
      mean = smallest
      deviation = nil
      return
    }
    // A power of two brings the largest magnitude near 1, so that no sum or square overflows or
    // vanishes, and rounds nothing.
    let magnitude = max(smallest.magnitude, largest.magnitude)
    let exponent = Int(magnitude.exponent)
    func scaled(_ x: Double, by power: Int) -> Double {
      // Two factors, as one alone may be out of range.
      let half = power / 2
      return x * Double(sign: .plus, exponent: half, significand: 1)
        * Double(sign: .plus, exponent: power - half, significand: 1)
    }
    let count = Double(numbers.count)
    var total = 0.0
    for value in numbers { total += scaled(value, by: -exponent) }
    let center = total / count
    var (squares, rest) = (0.0, 0.0)
    for value in numbers {
      let difference = scaled(value, by: -exponent) - center
      squares += difference * difference
      rest += difference
    }
    // The second term corrects the rounding of the mean (Chan, Golub and LeVeque, 1983, eq. 1.7).
    let variance = max(0, squares - rest * rest / count) / count
    mean = scaled(center, by: exponent)
    let spread = scaled(variance.squareRoot(), by: exponent)
    // Numbers may differ by less than their deviation can show (two neighbours of 10³⁰⁰).
    deviation = spread > 0 && (1 / spread).isFinite && spread.isFinite ? spread : nil
  }
}

extension [Double] {
  /// The element that would be at `place` if the array were sorted, which it is put at, with none
  /// greater before it and none less after it (Hoare, 1961, Algorithm 65).
  ///
  /// - Complexity: O(count) on average.
  fileprivate mutating func select(_ place: Int) -> Double {
    withUnsafeMutableBufferPointer { buffer in
      var (low, high) = (0, buffer.count - 1)
      while low < high {
        let pivot = Swift.max(
          Swift.min(buffer[low], buffer[high]),
          Swift.min(Swift.max(buffer[low], buffer[high]), buffer[low + (high - low) / 2]))
        var (i, j) = (low, high)
        while i <= j {
          while buffer[i] < pivot { i += 1 }
          while buffer[j] > pivot { j -= 1 }
          if i <= j {
            buffer.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if place <= j {
          high = j
        } else if place >= i {
          low = i
        } else {
          break
        }
      }
      return buffer[place]
    }
  }
}
