import Mercer

/// The command line: `mercer-bench NAME [--repeats R] [--threads T] [--rows N] [--file PATH]`.
struct Options: Sendable {
  /// Which benchmark; nil lists the names.
  var name: String?
  /// How often the work is timed.
  var repeats = 1
  /// How many threads work at once.
  var threads = Machine.coreCount
  /// The number of rows, instead of the benchmark's own.
  var rows: Int?
  /// The file that is read, where one is.
  var file: String?

  /// Options from the arguments.
  init(_ arguments: [String]) throws(MercerError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--repeats": repeats = try Self.count(argument, rest.popFirst())
      case "--threads": threads = try Self.count(argument, rest.popFirst())
      case "--rows": rows = try Self.count(argument, rest.popFirst())
      case "--file": file = rest.popFirst()
      default:
        guard !argument.hasPrefix("-"), name == nil else {
          throw MercerError(.invalidParameter, "unknown argument \(argument)")
        }
        name = argument
      }
    }
  }

  private static func count(_ option: String, _ text: String?) throws(MercerError) -> Int {
    guard let text, let value = Int(text), value > 0 else {
      throw MercerError(.invalidParameter, "\(option) needs a whole number above zero")
    }
    return value
  }
}
