public import Foundation
public import MercerCore

/// A value of a golden file (JSON), read without declaring its shape.
///
/// ```swift
/// let golden = try GoldenValue.load("Resources/gp.json", from: .module)
/// let expected: Matrix<Double>? = golden["kernels"]["rbf"].matrix()
/// ```
/// A path that is not there gives `.null`, and so nil from every reader.
public enum GoldenValue: Sendable, Equatable, Decodable {
  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// A number.
  case number(Double)
  /// Text.
  case text(String)
  /// A list.
  case list([GoldenValue])
  /// Named values.
  case object([String: GoldenValue])

  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([GoldenValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: GoldenValue].self))
    }
  }

  /// Reads a file of a test bundle.
  ///
  /// - Throws: `.unreadableFile` when the bundle has no such file, `.malformedFile` when it is not
  ///   JSON.
  public static func load(_ path: String, from bundle: Bundle) throws(MercerError) -> GoldenValue {
    guard let url = bundle.url(forResource: path, withExtension: nil),
      let data = try? Data(contentsOf: url)
    else {
      throw MercerError(.unreadableFile, "the golden file cannot be read", at: .init(file: path))
    }
    do {
      return try JSONDecoder().decode(GoldenValue.self, from: data)
    } catch {
      throw MercerError(.malformedFile, "not a JSON file: \(error)", at: .init(file: path))
    }
  }

  /// The value of this name, or null.
  public subscript(name: String) -> GoldenValue {
    if case .object(let values) = self { return values[name] ?? .null }
    return .null
  }

  /// The value at this place of a list, or null.
  public subscript(index: Int) -> GoldenValue {
    if case .list(let values) = self, values.indices.contains(index) { return values[index] }
    return .null
  }

  /// The number, if it is one.
  public var number: Double? {
    if case .number(let value) = self { return value }
    return nil
  }

  /// The text, if it is one.
  public var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  /// The values of a list, if it is one.
  public var list: [GoldenValue]? {
    if case .list(let values) = self { return values }
    return nil
  }

  /// The names of an object in alphabetical order; none for anything else.
  public var names: [String] {
    if case .object(let values) = self { return values.keys.sorted() }
    return []
  }

  /// All numbers of a list of numbers, if it is one.
  public var numbers: [Double]? {
    guard let list else { return nil }
    let numbers = list.compactMap(\.number)
    return numbers.count == list.count ? numbers : nil
  }

  /// A list of equally long lists of numbers as a matrix, each number rounded to nearest.
  public func matrix<Element: Scalar>(of type: Element.Type = Element.self) -> Matrix<Element>? {
    guard let list else { return nil }
    let rows = list.compactMap(\.numbers)
    guard rows.count == list.count, rows.allSatisfy({ $0.count == rows.first?.count }) else {
      return nil
    }
    return Matrix(rows: rows.map { $0.map { Element($0) } })
  }
}
