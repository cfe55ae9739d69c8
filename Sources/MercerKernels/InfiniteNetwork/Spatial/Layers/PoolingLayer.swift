public import MercerCore

/// The mean or the sum over windows of positions.
///
/// ```
/// k(p, q) ← c Σ k(p + s, q + t)        Θ(p, q) ← c Σ Θ(p + s, q + t)
/// ```
/// over all pairs s, t of the window's positions; c = 1 for sums, 1/f² for means, the f positions of
/// the window counting fully where it is over the border.
public struct PoolingLayer: PositionLayer, Equatable {
  /// The sizes of the window, and the steps.
  public let window: WindowSizes, stride: WindowSizes
  /// What is outside.
  public let padding: Padding
  /// Whether sums are divided by the window's size.
  public let isMean: Bool

  /// A pooling; without a stride windows lie side by side.
  public init(
    _ window: WindowSizes, stride: WindowSizes? = nil, padding: Padding = .valid,
    isMean: Bool = true
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.isMean = isMean
  }

  /// How the text form writes and reads both kinds.
  public static let syntaxes = [true, false].map { isMean in
    NetworkLayerSyntax(
      isMean ? "averagePool" : "sumPool",
      summary: isMean ? "means over windows" : "sums over windows",
      parameters: WindowSizes.parameters(ofStride: nil) + [
        .init(
          "padding", .word, ifAbsent: .value(.word("valid")), summary: "same, valid or circular")
      ]
    ) { (arguments) throws(MercerError) in
      let sizes = try WindowSizes.read(arguments, stride: nil)
      return try PoolingLayer(
        sizes.filter, stride: sizes.stride,
        padding: arguments.word("padding", of: Padding.self), isMean: isMean)
    }
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments = WindowSizes.arguments(window, stride: stride, usualStride: window)
    if padding != .valid { arguments.append(.init("padding", .word(padding.rawValue))) }
    return .layer(isMean ? "averagePool" : "sumPool", arguments)
  }

  /// Adds one node; Gaussian units stay so.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var shape = graph.nodes[input].shape
    let windows = try SliceWindows(shape, window, stride, padding)
    shape.positions = windows.positions
    let count = isMean ? Double(windows.rows.filter * windows.columns.filter) : 1
    return graph.append(
      .spatial(PoolingSlices(windows: windows, scale: 1 / (count * count))), after: [input],
      shape: shape, isGaussian: graph.nodes[input].isGaussian)
  }
}

/// What a pooling does to slices.
private struct PoolingSlices: SliceLayer {
  let windows: SliceWindows
  let scale: Double

  var strides: (row: Int, column: Int) { windows.strides }

  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation {
    let windows = try windows.with(input, output, place)
    return .pooling(rows: windows.rows, columns: windows.columns, scale: scale)
  }
}
