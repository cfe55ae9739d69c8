/// What an axis measures.
public struct Quantity: Sendable {
  /// Its name, such as a column's.
  public var name: String
  /// Its unit, if it has one.
  public var unit: String?
  /// How its values are spread along the axis.
  public var scale: Scale.Kind
  /// The values at the ends of the axis; nil for what the data need.
  public var range: ClosedRange<Double>?

  /// A quantity.
  public init(
    _ name: String, unit: String? = nil, scale: Scale.Kind = .linear,
    range: ClosedRange<Double>? = nil
  ) {
    self.name = Markup.shortened(name, to: 120)
    self.unit = unit.map { Markup.shortened($0, to: 40) }
    self.scale = scale
    self.range = range
  }

  /// `price (USD)`.
  public var label: String { unit.map { "\(name) (\($0))" } ?? name }

  /// A value with its unit, in four significant digits: `1,234 USD`.
  public func text(_ value: Double) -> String {
    let number = ReadableNumber.text(value)
    return unit.map { $0 == "%" ? "\(number) %" : "\(number) \($0)" } ?? number
  }

  /// The scale that shows all of some values.
  func scale(
    covering values: some Sequence<Double>, zero: Bool = false, room: Double = 0.04
  ) -> Scale {
    range.map { Scale(scale, $0) } ?? Scale(scale, covering: values, zero: zero, room: room)
  }
}
