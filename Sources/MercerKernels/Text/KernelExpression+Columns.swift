extension KernelExpression {
  /// The coordinates that the kernel sees of inputs that have this many.
  public func columns(ofDimension dimension: Int) -> Set<Int> {
    switch self {
    case .call(_, let arguments):
      if let selected = arguments.selectedColumns { return Set(selected) }
      let kernels = arguments.kernels
      return kernels.isEmpty
        ? Set(0..<dimension) : Self.columns(of: kernels, ofDimension: dimension)
    case .scaled(_, let base), .power(let base, _): return base.columns(ofDimension: dimension)
    case .sum(let parts), .product(let parts):
      return Self.columns(of: parts, ofDimension: dimension)
    }
  }

  /// The same kernel for inputs whose coordinates have moved; it must see none but those.
  ///
  /// - Parameter places: where each is now.
  public func renumbered(_ places: [Int: Int]) -> KernelExpression {
    switch self {
    case .call(let name, let arguments):
      if let selected = arguments.selectedColumns {
        let moved = selected.map { Double(places[$0] ?? $0) }
        return .call(name, arguments.map { $0.label == "on" ? .init("on", .list(moved)) : $0 })
      }
      return .call(
        name,
        arguments.map { argument in
          guard case .kernel(let inner) = argument.value else { return argument }
          return .init(argument.label, .kernel(inner.renumbered(places)))
        })
    case .scaled(let factor, let base): return .scaled(factor, base.renumbered(places))
    case .power(let base, let exponent): return .power(base.renumbered(places), exponent)
    case .sum(let parts): return .sum(parts.map { $0.renumbered(places) })
    case .product(let parts): return .product(parts.map { $0.renumbered(places) })
    }
  }

  /// Whether anchoring changes the kernel: whether a part of it is centred.
  public var dependsOnReference: Bool {
    switch self {
    case .call(let name, let arguments):
      name == "centred" || arguments.kernels.contains(where: \.dependsOnReference)
    case .scaled(_, let base), .power(let base, _): base.dependsOnReference
    case .sum(let parts), .product(let parts): parts.contains(where: \.dependsOnReference)
    }
  }

  private static func columns(
    of parts: [KernelExpression], ofDimension dimension: Int
  ) -> Set<Int> {
    parts.reduce(into: []) { $0.formUnion($1.columns(ofDimension: dimension)) }
  }
}

extension [KernelExpression.Argument] {
  fileprivate var selectedColumns: [Int]? {
    guard case .list(let columns)? = first(where: { $0.label == "on" })?.value else { return nil }
    return columns.map { Int($0) }
  }

  fileprivate var kernels: [KernelExpression] {
    compactMap { if case .kernel(let inner) = $0.value { inner } else { nil } }
  }
}
