import MercerCore

/// The sizes of a window along rows and columns, each at least 1; for sequences, rows do not count.
public struct WindowSizes: Sendable, Equatable {
  /// The size over rows and along a row.
  public let rows: Int, columns: Int

  /// Sizes; one number is for both.
  ///
  /// - Precondition: they are at least 1.
  public init(_ rows: Int, _ columns: Int? = nil) {
    precondition(rows >= 1 && (columns ?? 1) >= 1, "windows hold at least one position")
    self.rows = rows
    self.columns = columns ?? rows
  }

  /// The largest size in text form.
  private static let limit = 1_000_000

  /// Size and stride as arguments.
  static func parameters(ofStride usual: Int?) -> [KernelParameterSyntax] {
    [
      .init(nil, .wholeNumber, summary: "the window's size, or its rows"),
      .init(nil, .wholeNumber, ifAbsent: .optional, summary: "its columns, if others"),
      .init(
        "stride", .wholeNumber, ifAbsent: usual.map { .value(.number(Double($0))) } ?? .optional,
        summary: usual == nil ? "the distance of windows; the size if absent" : "their distance"),
      .init(
        "columnStride", .wholeNumber, ifAbsent: .optional,
        summary: "the distance along a row, if another"),
    ]
  }

  /// Size and stride from arguments; without a stride it is the size.
  static func read(
    _ arguments: KernelArguments, stride usual: Int?
  ) throws(MercerError) -> (filter: WindowSizes, stride: WindowSizes) {
    func checked(_ value: Double, _ name: String) throws(MercerError) -> Int {
      guard value >= 1, value <= Double(limit), let size = Int(exactly: value) else {
        throw MercerError(
          .invalidParameter, "the \(name) of a window must be a whole number from 1 to \(limit)")
      }
      return size
    }
    func place(_ index: Int) throws(MercerError) -> Int? {
      guard case .number(let value)? = arguments.unlabelled(index) else { return nil }
      return try checked(value, "size")
    }
    func label(_ name: String) throws(MercerError) -> Int? {
      guard let value = try? arguments.number(name) else { return nil }
      return try checked(value, name)
    }
    let (first, second) = (try place(0), try place(1))
    let filter = WindowSizes(first ?? 1, second)
    let stride = try label("stride")
    let columnStride = try label("columnStride")
    return (
      filter,
      WindowSizes(
        stride ?? usual ?? filter.rows, columnStride ?? stride ?? usual ?? filter.columns)
    )
  }

  /// Size and stride as arguments, without a stride that is usual.
  static func arguments(
    _ filter: WindowSizes, stride: WindowSizes, usualStride: WindowSizes
  ) -> [NetworkExpression.Argument] {
    var arguments = [NetworkExpression.Argument(nil, .number(Double(filter.rows)))]
    if filter.columns != filter.rows {
      arguments.append(.init(nil, .number(Double(filter.columns))))
    }
    guard stride != usualStride else { return arguments }
    arguments.append(.init("stride", .number(Double(stride.rows))))
    if stride.columns != stride.rows {
      arguments.append(.init("columnStride", .number(Double(stride.columns))))
    }
    return arguments
  }
}

/// Windows along both axes of a shape.
struct SliceWindows: Sendable {
  var rows: AxisWindow, columns: AxisWindow
  /// The positions after it.
  let positions: NetworkShape.Positions

  /// - Throws: `.invalidParameter` for a vector, or when nothing is left.
  init(
    _ shape: NetworkShape, _ filter: WindowSizes, _ stride: WindowSizes, _ padding: Padding
  ) throws(MercerError) {
    try shape.checkPositions()
    switch shape.positions {
    case .grid(let height, let width):
      rows = try AxisWindow(
        size: height, filter: filter.rows, stride: stride.rows, padding: padding,
        axis: "height of the image")
      columns = try AxisWindow(
        size: width, filter: filter.columns, stride: stride.columns, padding: padding,
        axis: "width of the image")
      positions = .grid(height: rows.outSize, width: columns.outSize)
    case .line(let length):
      rows = try AxisWindow(size: 1, filter: 1, stride: 1, padding: .valid, axis: "height")
      columns = try AxisWindow(
        size: length, filter: filter.columns, stride: stride.columns, padding: padding,
        axis: "length of the sequence")
      positions = .line(columns.outSize)
    case .none:
      rows = try AxisWindow(size: 1, filter: 1, stride: 1, padding: .valid, axis: "height")
      columns = rows
      positions = .none
    }
  }

  var strides: (row: Int, column: Int) { (rows.stride, columns.stride) }

  /// The same with the periods of both sides.
  ///
  /// - Throws: `.invalidParameter` when circular windows meet an axis that is shorter than its period.
  func with(
    _ input: SliceLayout, _ output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceWindows {
    var windows = self
    windows.rows.inPeriod = input.rowPeriod
    windows.rows.outPeriod = output.rowPeriod
    windows.columns.inPeriod = input.columnPeriod
    windows.columns.outPeriod = output.columnPeriod
    for window in [windows.rows, windows.columns] where window.isCircular {
      guard window.inPeriod == window.inSize, window.outPeriod == window.outSize else {
        throw MercerError(
          .invalidParameter,
          "\(place): padding: circular needs a size that all strides of the network divide, and "
            + "no padding: valid before it; here it is \(window.inSize)",
          remedy: "use padding: same, or another stride")
      }
    }
    return windows
  }
}
