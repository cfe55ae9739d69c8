import MercerCore
import MercerData
import MercerKernels
import RealModule

/// All of a spread that is not an array, as the model file has it.
struct SpreadDescription: Codable {
  var deviation: Double
  var levels: [Double]
  var lower: [Double]
  var upper: [Double]
  var local: Local?

  /// All of a local spread that is not an array.
  struct Local: Codable {
    var kernel: String
    var ridge: Double
    var scale: Double
    var lowest: Double
    var highest: Double
    var predictionCentre: Double
    var predictionUnit: Double
  }

  private enum CodingKeys: String, CodingKey { case deviation, levels, lower, upper, local }
  /// What versions 1 and 2 had in place of two bounds.
  private enum FormerKeys: String, CodingKey { case halfWidths }

  init(_ spread: ResidualSpread) {
    deviation = spread.deviation
    levels = spread.levels
    lower = spread.lower
    upper = spread.upper
    local = spread.local.map {
      Local(
        kernel: $0.kernel.description, ridge: $0.ridge, scale: $0.scale,
        lowest: $0.range.lowerBound, highest: $0.range.upperBound,
        predictionCentre: $0.predictionCentre, predictionUnit: $0.predictionUnit)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    deviation = try container.decode(Double.self, forKey: .deviation)
    levels = try container.decode([Double].self, forKey: .levels)
    local = try container.decodeIfPresent(Local.self, forKey: .local)
    let former = try decoder.container(keyedBy: FormerKeys.self)
    if let widths = try former.decodeIfPresent([Double].self, forKey: .halfWidths) {
      (lower, upper) = (widths.map { -$0 }, widths)
    } else {
      lower = try container.decode([Double].self, forKey: .lower)
      upper = try container.decode([Double].self, forKey: .upper)
    }
  }

  /// The spread that this describes, with the arrays of a file.
  ///
  /// - Parameter training: the rows of the regression.
  /// - Throws: what the reader of an array throws, `.invalidExpression` for an unknown kernel, and
  ///   `.malformedFile` for arrays that do not fit together.
  func spread(
    of file: SafetensorsFile, training: Points<Double>
  ) throws(MercerError) -> ResidualSpread {
    var found: LocalSpread?
    if let local {
      guard let read = try LocalSpread(local, file: file, training: training) else {
        throw MercerError(.malformedFile, "its arrays do not fit together")
      }
      found = read
    }
    return ResidualSpread(
      deviation: deviation, levels: levels, lower: lower, upper: upper, local: found)
  }

  /// Whether the numbers are those of a spread.
  var isConsistent: Bool {
    levels.count == lower.count && levels.count == upper.count && !levels.isEmpty
      && deviation >= 0 && lower.allSatisfy { $0 <= 0 } && upper.allSatisfy { $0 >= 0 }
      && (local?.isConsistent ?? true)
  }
}

extension SpreadDescription.Local {
  fileprivate var isConsistent: Bool {
    scale > 0 && scale.isFinite && predictionUnit > 0 && predictionUnit.isFinite
      && predictionCentre.isFinite && lowest <= highest && (scale * Double.exp(highest)).isFinite
  }
}

/// The arrays of a local spread in the model file.
enum SpreadTensor {
  static let prefix = "spread."
  static let coefficients = "spread.coefficients"
  static let predictions = "spread.predictions"
  static let rows = "spread.rows"
  static let inputs = "spread.inputs"
}

extension LocalSpread {
  /// The arrays of this spread: its rows by number where they are rows of the regression.
  var tensors: [String: NumericArray] {
    let d = inputs.dimension - 1
    var tensors = [
      SpreadTensor.coefficients: NumericArray(narrowest: coefficients),
      SpreadTensor.predictions: NumericArray(inputs.coordinates.column(d)),
    ]
    if let rows {
      tensors[SpreadTensor.rows] = NumericArray(rows.map { Int64($0) })
    } else {
      tensors[SpreadTensor.inputs] = NumericArray(narrowest: inputs.coordinates.columns(in: 0..<d))
    }
    return tensors
  }

  /// A spread from its description and arrays; nil when they do not fit together.
  ///
  /// - Parameter training: the rows of the regression.
  /// - Throws: what the reader of an array throws, and `.invalidExpression` for an unknown kernel.
  init?(
    _ description: SpreadDescription.Local, file: SafetensorsFile, training: Points<Double>
  ) throws(MercerError) {
    let predictions = try file.tensor(named: SpreadTensor.predictions).matrix(as: Double.self)
    let points: Points<Double>
    if file.tensors[SpreadTensor.rows] != nil {
      let numbers = try file.tensor(named: SpreadTensor.rows).matrix(as: Double.self).elements
      let places = numbers.compactMap { Int(exactly: $0) }
      guard places.count == numbers.count,
        places.allSatisfy({ $0 >= 0 && $0 < training.count })
      else { return nil }
      rows = places
      points = training.subset(at: places)
    } else {
      rows = nil
      points = Points(try file.tensor(named: SpreadTensor.inputs).matrix(as: Double.self))
    }
    coefficients = try file.tensor(named: SpreadTensor.coefficients).matrix(as: Double.self)
    guard points.dimension == training.dimension, predictions.count == points.count,
      coefficients.rowCount == points.count, coefficients.columnCount == 1,
      points.coordinates.isFinite, predictions.isFinite, coefficients.isFinite
    else { return nil }
    inputs = points.appending(predictions.elements)
    kernel = try Self.anchored(
      makeKernel(parsing: description.kernel, of: Double.self), training: training)
    ridge = description.ridge
    scale = description.scale
    range = description.lowest...description.highest
    predictionCentre = description.predictionCentre
    predictionUnit = description.predictionUnit
  }
}
