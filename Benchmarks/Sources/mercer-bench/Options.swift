import Mercer

/// The command line: `mercer-bench NAME [--repeats R] [--threads T] [--rows N] [--features D]
/// [--outputs K] [--centres M] [--element float|double] [--file PATH] [--tool PATH]`, `mercer-bench
/// preconditioners [--file PATH] [--rows N]`, `mercer-bench centres [--threads T] [--rows N] [--features D]`, or
/// `mercer-bench count [SHAPE]`.
struct Options: Sendable {
  enum Element: String, Sendable { case float, double }

  /// Which benchmark; nil lists the names.
  var name: String?
  /// How often the work is timed.
  var repeats = 1
  /// How many threads work at once.
  var threads = Machine.coreCount
  /// The number of rows, instead of the benchmark's own.
  var rows: Int?
  /// The number of features, where it may vary.
  var features: Int?
  /// The number of right-hand sides, where it may vary.
  var outputs: Int?
  /// The number of centres, where it may vary.
  var centres: Int?
  /// The element type, where it may vary.
  var element = Element.float
  /// The shape that `count` counts; nil lists the shapes.
  var shape: String?
  /// The file that is read, where one is.
  var file: String?
  /// The command line tool, where one is started.
  var tool: String?

  /// Options from the arguments.
  init(_ arguments: [String]) throws(MercerError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--repeats": repeats = try Self.count(argument, rest.popFirst())
      case "--threads": threads = try Self.count(argument, rest.popFirst())
      case "--rows": rows = try Self.count(argument, rest.popFirst())
      case "--features": features = try Self.count(argument, rest.popFirst())
      case "--outputs": outputs = try Self.count(argument, rest.popFirst())
      case "--centres": centres = try Self.count(argument, rest.popFirst())
      case "--element": element = try Self.element(argument, rest.popFirst())
      case "--file": file = rest.popFirst()
      case "--tool": tool = rest.popFirst()
      default:
        if argument.hasPrefix("-") || shape != nil || (name != nil && name != "count") {
          throw MercerError(.invalidParameter, "unknown argument \(argument)")
        }
        if name == nil { name = argument } else { shape = argument }
      }
    }
  }

  private static func element(_ option: String, _ text: String?) throws(MercerError) -> Element {
    guard let element = Element(rawValue: text ?? "") else {
      throw MercerError(.invalidParameter, "\(option) is float or double")
    }
    return element
  }

  private static func count(_ option: String, _ text: String?) throws(MercerError) -> Int {
    guard let text, let value = Int(text), value > 0 else {
      throw MercerError(.invalidParameter, "\(option) needs a whole number above zero")
    }
    return value
  }
}
