/// Cells that stand for nothing, as behind the end of a short sequence, among columns that are the
/// numbers of one array.
public struct AbsentCells: Sendable, Equatable, Codable {
  /// The number that they hold; nil for missing cells.
  public let value: Double?
  /// The coordinate that they become, which no other number should.
  public let code: Double

  /// Cells of this number, or missing ones.
  public init(value: Double?, code: Double) {
    self.value = value
    self.code = code
  }

  /// Whether a cell, NaN where it is missing, is one of them.
  func contains(_ cell: Double) -> Bool { value.map { cell == $0 } ?? cell.isNaN }
}
