import Mercer

/// The element type of an operation.
enum BenchElement: String, Encodable { case float, double }

/// One operation that `mercer bench` times: a kernel in its text form, and sizes.
struct BenchOperation: Sendable {
  /// What is done with the kernel.
  enum Action: Sendable {
    /// K(X, Z) V, never stored.
    case apply
    /// K(X, X) V, which needs only half of the entries.
    case symmetricApply
    /// K(X, X), stored.
    case fill
    /// The gradient of Σᵢⱼ uᵢ vⱼ k(xᵢ, zⱼ) with respect to X.
    case inputGradient
  }

  let name: String
  let kernel: String
  var action = Action.apply
  var rows = 20_000
  var features = 32
  var rightHandSides = 1
  var element = BenchElement.float
  /// How many elementary functions a pair takes, each counted as one exponential.
  var functions = 1
  /// How many operations a coordinate of a pair takes.
  var coordinateOperations = 2

  /// The number of columns, m = n here.
  var columns: Int { rows }

  /// The pairs whose entries have to be computed.
  var pairs: Double {
    let n = Double(rows)
    switch action {
    case .apply, .inputGradient: return n * n
    case .symmetricApply, .fill: return n * (n + 1) / 2
    }
  }

  /// Floating-point operations: those of the coordinates of a pair, twice where they are added up
  /// into a gradient, and 2 k for each entry of K that is multiplied by k right-hand sides.
  var operations: Double {
    let perPair = Double(coordinateOperations * features) * (action == .inputGradient ? 2 : 1)
    return pairs * perPair + 2 * Double(rightHandSides) * Double(rows) * Double(columns)
  }

  /// The bytes of inputs, outputs and what is stored.
  var byteCount: Int {
    let outputs = action == .fill ? columns : action == .inputGradient ? features : rightHandSides
    let numbers = rows * (2 * features + rightHandSides + outputs)
    return numbers * (element == .float ? 4 : 8)
  }

  /// The shortest time that the bounds allow.
  func boundSeconds(_ bounds: MachineBounds) -> Double {
    operations / (bounds.multiplyAdd.of(element) * 1e9) + pairs * Double(functions)
      / (bounds.exponentials.of(element) * 1e9)
  }

  /// The same with another number of rows.
  func scaled(by factor: Double) -> BenchOperation {
    var copy = self
    copy.rows = max(16, Int(Double(rows) * factor))
    return copy
  }
}

extension BenchOperation {
  /// All operations, in the order in which they are measured and shown. Length scales are such that
  /// values of k on uniform inputs are neither all 0 nor all 1.
  static let all: [BenchOperation] = {
    // √d / 4 for d = 32, and so on.
    let gaussian = "gaussian(lengthScale: 1.4)"
    let network = "ntk((dense > relu) ^ 3 > dense)"
    return [
      BenchOperation(name: "gaussian-apply", kernel: gaussian),
      BenchOperation(name: "gaussian-apply", kernel: gaussian, rightHandSides: 10),
      BenchOperation(name: "gaussian-apply", kernel: gaussian, rightHandSides: 100),
      BenchOperation(name: "gaussian-apply", kernel: gaussian, element: .double),
      BenchOperation(
        name: "gaussian-apply", kernel: "gaussian(lengthScale: 0.43)", rows: 100_000, features: 3),
      BenchOperation(
        name: "gaussian-apply", kernel: "gaussian(lengthScale: 7)", rows: 10_000, features: 784),
      BenchOperation(
        name: "gaussian-apply", kernel: "gaussian(lengthScale: 11)", rows: 4_000, features: 2_000),
      BenchOperation(name: "gaussian-symmetric-apply", kernel: gaussian, action: .symmetricApply),
      BenchOperation(name: "gaussian-input-gradient", kernel: gaussian, action: .inputGradient),
      BenchOperation(name: "laplace-apply", kernel: "laplace(lengthScale: 2)"),
      BenchOperation(
        name: "matern-apply", kernel: "matern(smoothness: 2.5, lengthScale: 2)"),
      BenchOperation(name: "product-laplace-apply", kernel: "productLaplace(lengthScale: 8)"),
      // Decays of coordinates: two products and a minimum, then a sum; or a sum and a multiply-add; or
      // a multiply-add and a product.
      BenchOperation(
        name: "additive-laplace-apply", kernel: "additiveLaplace(lengthScale: 1)", functions: 0,
        coordinateOperations: 4),
      BenchOperation(
        name: "pairwise-laplace-apply", kernel: "additiveLaplace(order: 2, lengthScale: 1)",
        functions: 0, coordinateOperations: 6),
      BenchOperation(
        name: "anova-laplace-apply", kernel: "anovaLaplace(lengthScale: 2)", functions: 0,
        coordinateOperations: 6),
      BenchOperation(
        name: "polynomial-apply", kernel: "polynomial(degree: 3)", functions: 0),
      BenchOperation(name: "arc-cosine-apply", kernel: "arcCosine(order: 1)", rows: 10_000),
      BenchOperation(
        name: "ntk-fill", kernel: network, action: .fill, rows: 4_000, features: 784,
        rightHandSides: 0, functions: 3),
      BenchOperation(
        name: "ntk-fill", kernel: network, action: .fill, rows: 4_000, features: 784,
        rightHandSides: 0, element: .double, functions: 3),
    ]
  }()

  /// Their names, each once.
  static var names: [String] {
    all.reduce(into: []) { names, one in if !names.contains(one.name) { names.append(one.name) } }
  }

  /// The operations of these names; all of them where there are none.
  ///
  /// - Throws: `.invalidParameter` for a name that none has.
  static func named(_ wanted: [String]) throws(MercerError) -> [BenchOperation] {
    for name in wanted where !names.contains(name) {
      throw MercerError(
        .invalidParameter,
        "there is no operation \(quoted(name))\(Suggestion.text(for: name, among: names))",
        remedy: "the operations are \(names.joined(separator: ", "))")
    }
    return wanted.isEmpty ? all : all.filter { wanted.contains($0.name) }
  }
}
