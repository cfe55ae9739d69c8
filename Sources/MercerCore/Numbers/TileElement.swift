internal import CMercerTiles

/// What `CMercerTiles` does for one element type. `Float` and `Double` conform; nothing else can.
public protocol TileElement {
  /// The loops for this machine.
  static var loops: TileLoops<Self> { get }
  /// The loops of a named instruction set: see `TileLoops.forInstructionSet(_:)`.
  static func loops(for instructionSet: String) -> TileLoops<Self>?
}

extension TileLoops where Element: TileElement {
  /// The names of the instruction sets that there are loops for, here or on another machine.
  public static var instructionSets: [String] { ["avx512", "avx2", "baseline"] }

  /// The loops of one instruction set, whatever the environment asks for.
  ///
  /// - Parameter name: one of `instructionSets`.
  /// - Returns: `nil` where this machine lacks the instructions, or there are no loops of that name.
  public static func forInstructionSet(_ name: String) -> TileLoops? {
    Element.loops(for: name)
  }
}

private let floatLoops = floatTable(of: mercer_tiles_float().pointee)

private func floatTable(of table: mercer_tiles_f32) -> TileLoops<Float> {
  TileLoops(
    panel: table.panel,
    instructionSet: String(cString: table.instruction_set),
    pack: table.pack,
    product: table.product,
    fill: table.fill,
    subtract: table.subtract,
    inputGradient: table.input_gradient,
    scaleMoments: table.scale_moments,
    rowMaxima: table.row_maxima,
    rowLogSums: table.row_log_sums,
    rowSmallest: table.row_smallest,
    sortSmallest: table.sort_smallest,
    mapForm: table.map,
    add: table.add,
    multiply: table.multiply,
    affine: table.affine,
    clampBelow: table.clamp_below,
    angles: table.angles,
    networkDense: table.network_dense,
    networkRectifier: table.network_rectifier,
    networkDenseBackward: table.network_dense_backward,
    networkRectifierBackward: table.network_rectifier_backward,
    arcCosine: table.arc_cosine,
    arcCosineBackward: table.arc_cosine_backward,
    slices: sliceLoops(of: table),
    exponential: table.exponential,
    powerOfTwo: table.power_of_two,
    logarithm: table.logarithm,
    squareRoot: table.square_root,
    arccosine: table.arccosine,
    errorFunction: table.error_function,
    sine: table.sine,
    cosine: table.cosine,
    hyperbolicTangent: table.hyperbolic_tangent)
}

extension Float: TileElement {
  public static var loops: TileLoops<Float> { floatLoops }

  public static func loops(for instructionSet: String) -> TileLoops<Float>? {
    mercer_tiles_float_named(instructionSet).map { floatTable(of: $0.pointee) }
  }
}

private let doubleLoops = doubleTable(of: mercer_tiles_double().pointee)

private func doubleTable(of table: mercer_tiles_f64) -> TileLoops<Double> {
  TileLoops(
    panel: table.panel,
    instructionSet: String(cString: table.instruction_set),
    pack: table.pack,
    product: table.product,
    fill: table.fill,
    subtract: table.subtract,
    inputGradient: table.input_gradient,
    scaleMoments: table.scale_moments,
    rowMaxima: table.row_maxima,
    rowLogSums: table.row_log_sums,
    rowSmallest: table.row_smallest,
    sortSmallest: table.sort_smallest,
    mapForm: table.map,
    add: table.add,
    multiply: table.multiply,
    affine: table.affine,
    clampBelow: table.clamp_below,
    angles: table.angles,
    networkDense: table.network_dense,
    networkRectifier: table.network_rectifier,
    networkDenseBackward: table.network_dense_backward,
    networkRectifierBackward: table.network_rectifier_backward,
    arcCosine: table.arc_cosine,
    arcCosineBackward: table.arc_cosine_backward,
    slices: sliceLoops(of: table),
    exponential: table.exponential,
    powerOfTwo: table.power_of_two,
    logarithm: table.logarithm,
    squareRoot: table.square_root,
    arccosine: table.arccosine,
    errorFunction: table.error_function,
    sine: table.sine,
    cosine: table.cosine,
    hyperbolicTangent: table.hyperbolic_tangent)
}

extension Double: TileElement {
  public static var loops: TileLoops<Double> { doubleLoops }

  public static func loops(for instructionSet: String) -> TileLoops<Double>? {
    mercer_tiles_double_named(instructionSet).map { doubleTable(of: $0.pointee) }
  }
}
