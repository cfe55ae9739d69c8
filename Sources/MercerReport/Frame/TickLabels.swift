/// The tick labels of a horizontal axis: as many as have room.
struct TickLabels {
  struct Place {
    /// Where the tick is.
    let at: Double
    /// Where the middle of its label is: the same, but near the ends of the drawing.
    let centre: Double
    let text: String
  }

  let places: [Place]

  /// - Parameters:
  ///   - limits: what no label may pass.
  init(
    _ scale: Scale, from start: Double, to end: Double, within limits: ClosedRange<Double>
  ) {
    var count = max(min(Int((end - start) / 32), 10), 2)
    var places: [Place] = []
    repeat {
      places = scale.ticks(atMost: count).compactMap { tick in
        guard let share = scale.fraction(of: tick.value) else { return nil }
        let at = start + min(max(share, 0), 1) * (end - start)
        let half = TextMetrics.width(tick.label) / 2
        let centre = max(min(at, limits.upperBound - half), limits.lowerBound + half)
        return Place(at: at, centre: centre, text: tick.label)
      }
      count -= 1
    } while count > 0 && !TickLabels.haveRoom(places)
    // Even two may be too long for a narrow panel.
    while !TickLabels.haveRoom(places) { places.removeLast() }
    self.places = places
  }

  private static func haveRoom(_ places: [Place]) -> Bool {
    zip(places, places.dropFirst()).allSatisfy { left, right in
      right.centre - left.centre
        >= (TextMetrics.width(left.text) + TextMetrics.width(right.text)) / 2 + 8
    }
  }
}
