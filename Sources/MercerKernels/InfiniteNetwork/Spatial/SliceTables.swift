import MercerCore

/// Numbers that the steps of a plan point to, each kept once.
struct SliceTables<Element: Scalar> {
  private(set) var integers: [Int32] = []
  private(set) var masks: [Element] = []
  private(set) var bytes: [UInt8] = []
  /// The farthest that a row's reads go beyond its ends.
  private(set) var reach = 0
  private var rowTables: [WindowKey: Int] = [:]
  private var columnTables: [WindowKey: (shifts: Int, masks: Int, count: Int)] = [:]
  private var zTables: [[Int]: Int] = [:]
  private var takeTables: [[Int]: Int] = [:]
  private var maskTables: [[Int]: Int] = [:]

  private struct WindowKey: Hashable {
    var window: AxisWindow
    var offset: Int
    var shift: Int
  }

  /// The row under each tap of each row of the output.
  mutating func rows(_ window: AxisWindow, offset: Int, shift: Int) -> Int {
    let key = WindowKey(window: window, offset: offset, shift: shift)
    if let place = rowTables[key] { return place }
    let place = integers.count
    for position in 0..<window.outPeriod {
      integers += window.sources(of: position, offset: offset, shift: shift).map {
        Int32($0 ?? -1)
      }
    }
    rowTables[key] = place
    return place
  }

  /// The shifts of taps along a row, and which columns each is in range for.
  mutating func columns(
    _ window: AxisWindow, offset: Int, shift: Int, outStride: Int
  ) -> (shifts: Int, masks: Int, count: Int) {
    let key = WindowKey(window: window, offset: offset, shift: shift)
    if let found = columnTables[key] { return found }
    let first = max(0, shift)
    var order: [Int] = []
    var masksOfShifts: [Int: [Element]] = [:]
    func mask(_ tapShift: Int, at position: Int?) {
      if masksOfShifts[tapShift] == nil {
        order.append(tapShift)
        masksOfShifts[tapShift] = Array(repeating: 0, count: outStride)
      }
      if let position { masksOfShifts[tapShift]?[position] += 1 }
    }
    if !window.isCircular {
      // Three taps stay three, also where some have nothing to add: that loop is the fast one.
      for index in 0..<window.tapCount(shift: shift) { mask(first + index - window.low, at: nil) }
    }
    for position in 0..<window.outPeriod {
      for case let source? in window.sources(of: position, offset: offset, shift: shift) {
        mask(source - window.stride * position, at: position)
      }
    }
    if order.count != 3 {
      order = order.filter { masksOfShifts[$0]?.contains { $0 != 0 } == true }
    }
    let place = (shifts: integers.count, masks: masks.count, count: order.count)
    integers += order.map { Int32($0) }
    for tapShift in order {
      masks += masksOfShifts[tapShift] ?? []
      reach = max(reach, abs(tapShift))
    }
    columnTables[key] = place
    return place
  }

  /// The row of z for each row of a slice.
  mutating func rowsOfZ(period: Int, offset: Int) -> Int {
    if let place = zTables[[period, offset]] { return place }
    let place = integers.count
    integers += (0..<period).map { Int32(($0 - offset).remainder(modulo: period)) }
    zTables[[period, offset]] = place
    return place
  }

  /// The rows of a slice of which both positions exist.
  mutating func existingRows(_ layout: SliceLayout, offset: Int) -> Int {
    let key = [layout.rows, layout.rowPeriod, offset]
    if let place = takeTables[key] { return place }
    let place = bytes.count
    bytes += (0..<layout.rowPeriod).map { row in
      let other = (row - offset).remainder(modulo: layout.rowPeriod)
      return row < layout.rows && other < layout.rows ? 1 : 0
    }
    takeTables[key] = place
    return place
  }

  /// 1 for the columns of a slice of which both positions exist, 0 for others.
  mutating func existingColumns(_ layout: SliceLayout, offset: Int) -> Int {
    let key = [layout.columns, layout.columnPeriod, offset]
    if let place = maskTables[key] { return place }
    let place = masks.count
    masks += (0..<layout.stride(Element.self)).map { column in
      guard column < layout.columns else { return 0 }
      let other = (column - offset).remainder(modulo: layout.columnPeriod)
      return other < layout.columns ? 1 : 0
    }
    maskTables[key] = place
    return place
  }
}
