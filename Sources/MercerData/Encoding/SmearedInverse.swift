/// From predictions of a transformed target to means on the target's own scale.
///
/// If g is the transform and the target is g⁻¹(z + e), with z the prediction and e what it misses,
/// the mean is E g⁻¹(z + e), which is not g⁻¹(z): of a logarithm with normal e it is larger by
/// exp(σ²/2). The mean is taken over residuals of rows that the predictor had not seen, as many as
/// `quantileCount` or that many means of neighbouring ones. Where residuals grow or shrink with the
/// prediction, they are stretched by their spread nearby.
/// - Source: Duan, Smearing estimate: a nonparametric retransformation method (1983), eq. 2.1; the
///   local spread is ours.
public struct SmearedInverse: Sendable, Equatable, Codable {
  /// The transform of the target.
  public let transform: TargetTransform
  /// Residuals in units of the spread at their predictions, in increasing order.
  public let residuals: [Double]
  /// Predictions at which the spread is known, increasing; between them it is linear, and beyond them
  /// constant.
  public let places: [Double]
  /// The spread of residuals there: the root of their mean square.
  public let spreads: [Double]

  /// The most residuals that are kept.
  public static let quantileCount = 256
  /// At most so many places …
  private static let placeCount = 10
  /// … of at least so many rows.
  private static let leastRowsOfPlace = 50
  /// The mean square of all residuals counts as so many rows of each place.
  private static let priorRows = 10.0

  /// - Parameters:
  ///   - transform: what was done to the target before the fit.
  ///   - predictions: of the transformed target, by a predictor that had not seen the row.
  ///   - residuals: the transformed target less its prediction, one each.
  /// - Complexity: O(n log n).
  /// - Precondition: as many residuals as predictions, at least one, all finite.
  public init(_ transform: TargetTransform, predictions: [Double], residuals: [Double]) {
    precondition(predictions.count == residuals.count && !predictions.isEmpty)
    self.transform = transform
    if transform.form == .identity {
      (self.residuals, places, spreads) = ([], [], [])
      return
    }
    let count = predictions.count
    let order = predictions.indices.sorted {
      predictions[$0] != predictions[$1] ? predictions[$0] < predictions[$1] : $0 < $1
    }
    let meanSquare = residuals.reduce(0) { $0 + $1 * $1 / Double(count) }
    let parts = max(1, min(Self.placeCount, count / Self.leastRowsOfPlace))
    var places: [Double] = []
    var spreads: [Double] = []
    for part in 0..<parts {
      let rows = order[(part * count / parts)..<((part + 1) * count / parts)]
      let place = rows.reduce(0) { $0 + predictions[$1] / Double(rows.count) }
      let squares = rows.reduce(0) { $0 + residuals[$1] * residuals[$1] }
      let spread =
        ((squares + Self.priorRows * meanSquare) / (Double(rows.count) + Self.priorRows))
        .squareRoot()
      // Predictions that are all alike are one place.
      if let last = places.last, place <= last { continue }
      places.append(place)
      spreads.append(spread)
    }
    (self.places, self.spreads) = (places, spreads)
    let sorted = predictions.indices.map { row in
      let spread = PiecewiseLinear.value(at: predictions[row], knots: places, values: spreads)
      return spread > 0 ? residuals[row] / spread : 0
    }.sorted()
    let kept = min(Self.quantileCount, count)
    self.residuals = (0..<kept).map { part in
      let group = sorted[(part * count / kept)..<((part + 1) * count / kept)]
      return group.reduce(0) { $0 + $1 / Double(group.count) }
    }
  }

  /// The mean of the target, on its own scale, of a row with this prediction; of the identity the
  /// prediction itself. Finite, within the limits of the transform.
  ///
  /// - Complexity: O(quantileCount).
  public func mean(of prediction: Double) -> Double {
    guard !residuals.isEmpty else { return transform.inverse(prediction) }
    let spread = PiecewiseLinear.value(at: prediction, knots: places, values: spreads)
    return transform.meanInverse(of: residuals.count) { prediction + spread * residuals[$0] }
  }
}

extension SmearedInverse {
  private enum CodingKeys: CodingKey {
    case transform, residuals, places, spreads
  }

  /// Reads the correction, and refuses what no residuals give.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    transform = try container.decode(TargetTransform.self, forKey: .transform)
    residuals = try container.numbers(forKey: .residuals)
    places = try container.numbers(forKey: .places)
    spreads = try container.numbers(forKey: .spreads)
    guard places.count == spreads.count, residuals.isEmpty == places.isEmpty,
      residuals.isEmpty == (transform.form == .identity),
      zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }),
      (residuals + places).allSatisfy(\.isFinite),
      spreads.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the smearing is damaged"))
    }
  }
}
