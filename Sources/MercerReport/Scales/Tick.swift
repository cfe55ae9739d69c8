/// A place on an axis that is named.
public struct Tick: Sendable, Equatable {
  /// The value it stands at.
  public let value: Double
  /// What is written there.
  public let label: String

  /// A tick.
  public init(value: Double, label: String) {
    self.value = value
    self.label = label
  }
}
