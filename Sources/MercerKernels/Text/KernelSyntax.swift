public import MercerCore

/// How a kernel is written: its name, its arguments, and how it is made from them.
///
/// Each kernel has one, in its own file; the registry lists them, the parser makes kernels by them,
/// and help texts are printed from them.
public struct KernelSyntax<Element: Scalar>: Sendable {
  /// Any kernel of points that has a text form.
  public typealias AnyKernel = any ExpressibleKernel & Kernel<Points<Element>, Element>

  /// The name in the text form.
  public let name: String
  /// One line: the formula.
  public let summary: String
  /// The arguments it takes.
  public let parameters: [KernelParameterSyntax]
  private let body: @Sendable (KernelArguments) throws(MercerError) -> AnyKernel

  /// A syntax; `make` is called with arguments that were checked against `parameters`.
  public init(
    _ name: String, summary: String, parameters: [KernelParameterSyntax],
    make: @escaping @Sendable (KernelArguments) throws(MercerError) -> AnyKernel
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.body = make
  }

  /// The kernel that a call with these arguments means.
  ///
  /// - Throws: `.invalidExpression` for a label that is unknown, repeated or missing, or a value
  ///   of the wrong kind; `.invalidParameter` for a value outside its range.
  public func make(_ arguments: [KernelExpression.Argument]) throws(MercerError) -> AnyKernel {
    try body(KernelArguments(of: name, arguments, parameters: parameters))
  }
}

/// One argument that a kernel takes.
public struct KernelParameterSyntax: Sendable, Equatable {
  /// What an argument can be.
  public enum Kind: String, Sendable {
    /// A number.
    case number = "a number"
    /// A number without a fraction.
    case wholeNumber = "a whole number"
    /// `[1, 2]`.
    case list = "a list of numbers"
    /// `[[1, 0], [0, 1]]`.
    case matrix = "a matrix"
    /// A bare word.
    case word = "a word"
    /// One of both.
    case numberOrWord = "a number or a word"
    /// Another kernel.
    case kernel = "a kernel"
    /// A network.
    case network = "a network"
  }

  /// What happens when the argument is not written.
  public enum Absence: Sendable, Equatable {
    /// It must be written.
    case required
    /// It has no value then.
    case optional
    /// It has this value then.
    case value(KernelExpression.Value)
  }

  /// The label before the colon; without one, the argument is known by its place.
  public let label: String?
  /// What it can be.
  public let kind: Kind
  /// What happens when it is not written.
  public let absence: Absence
  /// What it means, in a few words.
  public let summary: String

  /// An argument.
  public init(
    _ label: String?, _ kind: Kind, ifAbsent absence: Absence = .required, summary: String
  ) {
    self.label = label
    self.kind = kind
    self.absence = absence
    self.summary = summary
  }

  /// `lengthScale`, by default 1.
  public static let lengthScale = KernelParameterSyntax(
    "lengthScale", .number, ifAbsent: .value(.number(1)),
    summary: "ℓ, the distance over which values change; greater than 0")
}

extension KernelParameterSyntax.Kind {
  /// Whether a value is of this kind.
  func fits(_ value: KernelExpression.Value) -> Bool {
    switch (self, value) {
    case (.number, .number), (.list, .list), (.matrix, .matrix), (.word, .word),
      (.numberOrWord, .number), (.numberOrWord, .word), (.kernel, .kernel), (.network, .network):
      true
    case (.wholeNumber, .number(let number)): Int(exactly: number) != nil
    default: false
    }
  }
}

extension [KernelParameterSyntax] {
  /// `scales` and `transform`, which stand in front of any kernel with a metric.
  public static var metric: Self {
    [
      KernelParameterSyntax(
        "scales", .list, ifAbsent: .optional, summary: "a factor for each coordinate, at least 0"),
      KernelParameterSyntax(
        "transform", .matrix, ifAbsent: .optional, summary: "A, for coordinates A x instead of x"),
    ]
  }
}

/// The arguments of a call, checked against what the kernel takes.
public struct KernelArguments: Sendable {
  private let name: String
  private let values: [String: KernelExpression.Value]
  /// The arguments without a label, in order.
  private let unlabelled: [KernelExpression.Value]

  /// Checks the arguments of a call.
  ///
  /// - Throws: `.invalidExpression` for a label that is unknown, repeated or missing, or a value
  ///   of the wrong kind.
  public init(
    of name: String, _ arguments: [KernelExpression.Argument],
    parameters: [KernelParameterSyntax]
  ) throws(MercerError) {
    var values: [String: KernelExpression.Value] = [:]
    var unlabelled: [KernelExpression.Value] = []
    let places = parameters.filter { $0.label == nil }
    for argument in arguments {
      guard let label = argument.label else {
        guard unlabelled.count < places.count else {
          throw MercerError(.invalidExpression, "\(name) takes no argument without a label here")
        }
        try Self.check(argument.value, is: places[unlabelled.count].kind, of: name, label: nil)
        unlabelled.append(argument.value)
        continue
      }
      guard let parameter = parameters.first(where: { $0.label == label }) else {
        let known = parameters.compactMap(\.label)
        throw MercerError(
          .invalidExpression, "\(name) has no argument '\(label)'",
          remedy: known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))")
      }
      try Self.check(argument.value, is: parameter.kind, of: name, label: label)
      guard values.updateValue(argument.value, forKey: label) == nil else {
        throw MercerError(.invalidExpression, "\(name) has the argument '\(label)' twice")
      }
    }
    for parameter in parameters {
      guard let label = parameter.label, values[label] == nil else { continue }
      switch parameter.absence {
      case .required:
        throw MercerError(.invalidExpression, "\(name) needs the argument '\(label)'")
      case .optional: break
      case .value(let value): values[label] = value
      }
    }
    guard unlabelled.count >= places.count(where: { $0.absence == .required }) else {
      throw MercerError(
        .invalidExpression, "\(name) needs \(places[unlabelled.count].kind.rawValue)")
    }
    self.name = name
    self.values = values
    self.unlabelled = unlabelled
  }

  private static func check(
    _ value: KernelExpression.Value, is kind: KernelParameterSyntax.Kind, of name: String,
    label: String?
  ) throws(MercerError) {
    guard kind.fits(value) else {
      let what = label.map { "'\($0)' of \(name)" } ?? "the argument of \(name)"
      throw MercerError(.invalidExpression, "\(what) must be \(kind.rawValue)")
    }
  }

  /// The value of an argument, or nil when it is optional and not written.
  public subscript(label: String) -> KernelExpression.Value? { values[label] }

  /// The argument without a label at this place (from 0), or nil.
  public func unlabelled(_ index: Int) -> KernelExpression.Value? {
    unlabelled.indices.contains(index) ? unlabelled[index] : nil
  }

  /// A number, written or by default.
  public func number(_ label: String) throws(MercerError) -> Double {
    guard case .number(let value)? = values[label] else { throw absent(label) }
    return value
  }

  /// A whole number, written or by default.
  public func wholeNumber(_ label: String) throws(MercerError) -> Int {
    guard let value = Int(exactly: try number(label)) else { throw absent(label) }
    return value
  }

  /// A word, written or by default, as one of the cases of a type.
  ///
  /// - Throws: `.invalidExpression` naming the words there are.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ label: String, of type: Word.Type
  ) throws(MercerError) -> Word where Word.RawValue == String {
    guard case .word(let text)? = values[label] else { throw absent(label) }
    if let word = Word(rawValue: text) { return word }
    let known = Word.allCases.map(\.rawValue)
    throw MercerError(
      .invalidExpression,
      "\(label) of \(name) cannot be \(text)\(Suggestion.text(for: text, among: known))",
      remedy: "it can be \(known.joined(separator: ", "))")
  }

  /// A list of numbers, if there is one.
  public func list(_ label: String) -> [Double]? {
    if case .list(let value)? = values[label] { value } else { nil }
  }

  /// A matrix, if there is one.
  ///
  /// - Throws: `.invalidExpression` when its rows are not equally long.
  public func matrix(_ label: String) throws(MercerError) -> Matrix<Double>? {
    guard case .matrix(let rows)? = values[label] else { return nil }
    guard rows.allSatisfy({ $0.count == rows[0].count }) else {
      throw MercerError(
        .invalidExpression, "the rows of '\(label)' of \(name) are not equally long")
    }
    return Matrix(rows: rows)
  }

  /// The metric that `scales` or `transform` mean.
  ///
  /// - Throws: `.invalidExpression` when both are there.
  public func metric() throws(MercerError) -> Metric {
    switch (list("scales"), try matrix("transform")) {
    case (nil, nil): return .identity
    case (let scales?, nil): return .scales(scales)
    case (nil, let transform?): return .transform(transform)
    case (_?, _?):
      throw MercerError(.invalidExpression, "\(name) takes 'scales' or 'transform', not both")
    }
  }

  private func absent(_ label: String) -> MercerError {
    MercerError(.invalidExpression, "\(name) needs the argument '\(label)'")
  }
}
