/// The function through points (knot, value) that is linear between neighbouring knots and constant
/// beyond the first and the last.
enum PiecewiseLinear {
  /// The value at a finite number; knots strictly increasing.
  ///
  /// - Complexity: O(log(knots.count)).
  static func value(at x: Double, knots: [Double], values: [Double]) -> Double {
    value(at: x, before: firstPlace(notBelow: x, in: knots), knots: knots, values: values)
  }

  /// The value at a number whose first knot not below it is known, or their count.
  static func value(at x: Double, before high: Int, knots: [Double], values: [Double]) -> Double {
    if high == 0 { return values[0] }
    if high == knots.count { return values[high - 1] }
    if knots[high] == x { return values[high] }
    let (left, right) = (knots[high - 1], knots[high])
    let gap = right - left
    // Two knots may be further apart than the largest number.
    let share =
      gap.isFinite ? (x - left) / gap : (x / 2 - left / 2) / (right / 2 - left / 2)
    // Rounding must not carry it beyond the next knot.
    let (first, last) = (values[high - 1], values[high])
    let value = first + (last - first) * share
    return first <= last ? min(last, value) : max(last, value)
  }

  /// The first place of an increasing list whose number is not below x, or its count.
  static func firstPlace(notBelow x: Double, in numbers: [Double]) -> Int {
    firstPlace(notBelow: x, in: numbers, within: 0..<numbers.count)
  }

  /// The same where all numbers before a place are below x.
  ///
  /// - Complexity: O(log(places from there)).
  static func firstPlace(notBelow x: Double, in numbers: [Double], from place: Int) -> Int {
    var (low, step) = (place, 1)
    while low + step <= numbers.count, numbers[low + step - 1] < x {
      low += step
      step *= 2
    }
    return firstPlace(notBelow: x, in: numbers, within: low..<min(low + step - 1, numbers.count))
  }

  private static func firstPlace(
    notBelow x: Double, in numbers: [Double], within places: Range<Int>
  ) -> Int {
    var (low, high) = (places.lowerBound, places.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
