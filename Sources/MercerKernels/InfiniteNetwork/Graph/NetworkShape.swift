/// What the units of a network are at one place: channels, at each of some positions.
public struct NetworkShape: Sendable, Equatable {
  /// Where units are.
  public enum Positions: Sendable, Equatable {
    /// Nowhere: a vector of units.
    case none
    /// Along a line: a sequence of this length.
    case line(Int)
    /// On a grid: an image.
    case grid(height: Int, width: Int)
  }

  /// How many units there are at each position.
  public enum Channels: Sendable, Equatable {
    /// So many: those of the input.
    case finite(Int)
    /// Infinitely many. Layers of one network may grow at different rates: a layer of width 2 has
    /// twice as many units as one of width 1.
    case infinite(width: Double)

    /// The relative number of units: the width, or the number itself where it is finite.
    public var width: Double {
      switch self {
      case .finite(let count): Double(count)
      case .infinite(let width): width
      }
    }
  }

  /// Where units are.
  public var positions: Positions
  /// How many there are at each position.
  public var channels: Channels

  /// A shape.
  public init(_ positions: Positions, _ channels: Channels) {
    self.positions = positions
    self.channels = channels
  }

  /// A vector of so many numbers.
  public static func vector(_ count: Int) -> Self { Self(.none, .finite(count)) }
  /// A sequence of vectors.
  public static func sequence(length: Int, channels: Int) -> Self {
    Self(.line(length), .finite(channels))
  }
  /// An image of so many rows and columns.
  public static func image(height: Int, width: Int, channels: Int) -> Self {
    Self(.grid(height: height, width: width), .finite(channels))
  }

  /// Whether there are no positions.
  public var isVector: Bool { positions == .none }

  /// How many positions there are: 1 for a vector.
  public var positionCount: Int {
    switch positions {
    case .none: 1
    case .line(let length): length
    case .grid(let height, let width): height * width
    }
  }

  /// The numbers of an input of this shape; nil where there are infinitely many.
  public var inputDimension: Int? {
    if case .finite(let channels) = channels { positionCount * channels } else { nil }
  }
}

extension NetworkShape: CustomStringConvertible {
  /// `a vector`, `a sequence of length 12`, `an image of 28 × 28`.
  public var description: String {
    switch positions {
    case .none: "a vector"
    case .line(let length): "a sequence of length \(length)"
    case .grid(let height, let width): "an image of \(height) × \(width)"
    }
  }
}
