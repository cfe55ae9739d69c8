extension PlotFrame {
  /// A line through pairs of values, cut at the edges of the rectangle and at pairs that have no
  /// place; thinned to what can be seen.
  func pieces(x xs: [Double], y ys: [Double], isStep: Bool = false) -> [[PlotPoint]] {
    var pieces: [[PlotPoint]] = []
    var run: [PlotPoint] = []
    func finish() {
      if run.count > 1 { pieces += clipped(thinned(run)) }
      run = []
    }
    for (xValue, yValue) in zip(xs, ys) {
      guard let point = unclippedPlace(xValue, yValue) else {
        finish()
        continue
      }
      if isStep, let last = run.last, last.y != point.y { run.append(PlotPoint(point.x, last.y)) }
      run.append(point)
    }
    finish()
    return pieces
  }

  /// A closed band between lower and upper values, held within the rectangle.
  func band(x xs: [Double], lower: [Double], upper: [Double]) -> [PlotPoint] {
    var (up, down): ([PlotPoint], [PlotPoint]) = ([], [])
    for (index, value) in xs.enumerated() where index < lower.count && index < upper.count {
      guard let at = clampedX(value), let low = clampedY(lower[index]),
        let high = clampedY(upper[index])
      else { continue }
      up.append(PlotPoint(at, high))
      down.append(PlotPoint(at, low))
    }
    return thinned(up) + thinned(down).reversed()
  }

  /// Of points that go from left to right, those that a line needs: in each column of half a unit the
  /// first, the lowest, the highest and the last, which leave the drawn line as it is.
  ///
  /// - Source: Jugel, Jerzak, Hackenbroich and Markl, M4: a visualization-oriented time series data
  ///   aggregation (2014).
  private func thinned(_ points: [PlotPoint]) -> [PlotPoint] {
    guard points.count > 400 else { return points }
    var result: [PlotPoint] = []
    var start = 0
    func column(_ point: PlotPoint) -> Double { (point.x * 2).rounded(.down) }
    while start < points.count {
      var end = start
      var (low, high) = (start, start)
      while end < points.count, column(points[end]) == column(points[start]) {
        if points[end].y > points[low].y { low = end }
        if points[end].y < points[high].y { high = end }
        end += 1
      }
      for index in Set([start, low, high, end - 1]).sorted() { result.append(points[index]) }
      start = end
    }
    return result
  }

  /// What lies within the rectangle of a line (Liang and Barsky 1984).
  private func clipped(_ points: [PlotPoint]) -> [[PlotPoint]] {
    var result: [[PlotPoint]] = []
    var current: [PlotPoint] = []
    for (start, end) in zip(points, points.dropFirst()) {
      guard let (first, last) = segment(from: start, to: end) else {
        if current.count > 1 { result.append(current) }
        current = []
        continue
      }
      if current.last != first {
        if current.count > 1 { result.append(current) }
        current = [first]
      }
      current.append(last)
    }
    if current.count > 1 { result.append(current) }
    return result
  }

  private func segment(from start: PlotPoint, to end: PlotPoint) -> (PlotPoint, PlotPoint)? {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    var (enter, leave) = (0.0, 1.0)
    let edges = [
      (-dx, start.x - area.x), (dx, area.maxX - start.x), (-dy, start.y - area.y),
      (dy, area.maxY - start.y),
    ]
    for (slope, room) in edges {
      // A line along an edge belongs to the rectangle, whatever rounding did.
      if slope == 0 {
        if room < -1e-6 { return nil }
      } else if slope < 0 {
        enter = max(enter, (room + 1e-6) / slope)
      } else {
        leave = min(leave, (room + 1e-6) / slope)
      }
    }
    guard enter <= leave else { return nil }
    func at(_ share: Double) -> PlotPoint {
      share == 0 ? start : share == 1 ? end : PlotPoint(start.x + dx * share, start.y + dy * share)
    }
    return (at(enter), at(leave))
  }
}
