import MercerCore

extension ProbabilityCalibration: Codable {
  private enum CodingKeys: String, CodingKey {
    case method, scale, shift, floor, shifts, mixing, steps, shrinkage, shares
  }

  /// Writes the method and the numbers that it has.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(method, forKey: .method)
    try container.encode(scale, forKey: .scale)
    try container.encodeIfPresent(floor, forKey: .floor)
    if !shifts.isEmpty { try container.encode(shifts, forKey: .shifts) }
    if let mixing {
      try container.encode((0..<mixing.rowCount).map { mixing.row($0) }, forKey: .mixing)
    }
    try container.encodeIfPresent(steps, forKey: .steps)
    guard shrinkage > 0 else { return }
    try container.encode(shrinkage, forKey: .shrinkage)
    try container.encode(shares, forKey: .shares)
  }

  /// Reads a calibration; one of the first form had a scale and a shift alone.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let scale = try container.decode(Double.self, forKey: .scale)
    guard let method = try container.decodeIfPresent(Method.self, forKey: .method) else {
      self.init(scale: scale, shift: try container.decode(Double.self, forKey: .shift))
      return
    }
    let rows = try container.decodeIfPresent([[Double]].self, forKey: .mixing)
    guard rows?.allSatisfy({ $0.count == rows?.count }) ?? true else {
      throw DecodingError.dataCorruptedError(
        forKey: .mixing, in: container, debugDescription: "not a square matrix")
    }
    self.init(
      method: method, scale: scale,
      floor: try container.decodeIfPresent(Double.self, forKey: .floor),
      shifts: try container.decodeIfPresent([Double].self, forKey: .shifts) ?? [],
      mixing: rows.map { Matrix(rows: $0) },
      steps: try container.decodeIfPresent(IsotonicSteps.self, forKey: .steps),
      shrinkage: try container.decodeIfPresent(Double.self, forKey: .shrinkage) ?? 0,
      shares: try container.decodeIfPresent([Double].self, forKey: .shares) ?? [])
  }

  /// Whether the parts are those of a calibration of so many classes.
  func isConsistent(classCount: Int) -> Bool {
    let sizes = [shifts.count, shares.count, mixing?.rowCount ?? 0]
    return sizes.allSatisfy { $0 == 0 || $0 == classCount }
      && scale >= 0 && scale.isFinite && shifts.allSatisfy(\.isFinite)
      && (floor.map { $0 > 0 && $0.isFinite } ?? true)
      && (floor != nil || method == .scale || method == .isotonic)
      && (mixing?.isFinite ?? true)
      && (method == .isotonic) == (steps != nil) && (steps?.isConsistent ?? true)
      && (steps == nil || classCount == 2)
      && shrinkage >= 0 && shrinkage <= 1 && shares.allSatisfy { $0 >= 0 && $0 <= 1 }
      && (shrinkage == 0 || shares.count == classCount)
  }
}
