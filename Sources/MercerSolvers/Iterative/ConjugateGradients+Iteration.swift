import MercerCore

/// Where a block of conjugate gradient iterations stands.
struct Iteration {
  var x: Matrix<Double>
  var residual: Matrix<Double>
  let targetNorms: [Double]
  var relativeResiduals: [Double]
  var iterations = 0

  init(b: Matrix<Double>) {
    x = Matrix(rowCount: b.rowCount, columnCount: b.columnCount)
    residual = b
    targetNorms = columnDots(b, b).map { $0.squareRoot() }
    relativeResiduals = targetNorms.map { $0 > 0 ? 1 : 0 }
  }

  mutating func updateNorms() {
    let norms = columnDots(residual, residual)
    for c in norms.indices { setNorm(norms[c].squareRoot(), of: c) }
  }

  /// The columns that are not done: half of the target, so that the true residual, a little larger,
  /// meets it.
  func unfinished(_ tolerance: Double) -> [Int] {
    relativeResiduals.indices.filter { relativeResiduals[$0] > tolerance / 2 }
  }

  /// The norm of the residual of one column.
  mutating func setNorm(_ norm: Double, of column: Int) {
    if targetNorms[column] > 0 { relativeResiduals[column] = norm / targetNorms[column] }
  }

  /// r ← b − A x. A Float operator multiplies x in two parts, its rounding and what that leaves.
  mutating func refreshResidual<Element: Scalar>(
    _ b: Matrix<Double>, _ a: any SymmetricGramOperator<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    residual = b
    var rest = x
    for _ in 0..<(Element.self == Double.self ? 1 : 2) {
      let part = Matrix<Element>(converting: rest)
      combineColumns(
        &residual, adding: try a.applied(to: part, context: context), times: minusOnes)
      combineColumns(&rest, adding: part, times: minusOnes)
    }
    updateNorms()
  }

  private var minusOnes: [Double] { [Double](repeating: -1, count: x.columnCount) }
}

/// The columns that are not done yet, each with its direction. Columns leave as they finish, and cost
/// nothing from then on.
struct ActiveBlock<Element: Scalar> {
  /// Which columns of the problem these are.
  private(set) var columns: [Int]
  private var x: Matrix<Double>
  private var residual: Matrix<Double>
  private var direction: Matrix<Element>
  private var product: Matrix<Element>
  /// ⟨r, M⁻¹ r⟩ of each.
  private var rz: [Double]

  init(
    _ state: Iteration, _ tolerance: Double, _ preconditioner: (any Preconditioner<Element>)?,
    _ context: ExecutionContext
  ) throws(MercerError) {
    columns = state.unfinished(tolerance)
    x = state.x.columns(at: columns)
    residual = state.residual.columns(at: columns)
    direction = Matrix(converting: residual)
    product = direction
    rz = []
    direction = try Self.precondition(residual, preconditioner, context)
    rz = columnDots(residual, direction)
  }

  /// One product and one step of every column. Returns false, having written back, when rounding has
  /// eaten a direction: a restart decides whether there is more to gain.
  mutating func step(
    _ a: any SymmetricGramOperator<Element>, _ state: inout Iteration, _ context: ExecutionContext
  ) throws(MercerError) -> Bool {
    try a.apply(direction, into: &product, context: context)
    let curvature = columnDots(direction, product)
    guard curvature.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      writeBack(to: &state)
      return false
    }
    let step = curvature.indices.map { rz[$0] / curvature[$0] }
    combineColumns(&x, adding: direction, times: step)
    combineColumns(&residual, adding: product, times: step.map { -$0 })
    for (place, norm) in columnDots(residual, residual).enumerated() {
      state.setNorm(norm.squareRoot(), of: columns[place])
    }
    return true
  }

  /// Lets finished columns go, and turns the directions of the others.
  mutating func advance(
    _ state: inout Iteration, _ tolerance: Double,
    _ preconditioner: (any Preconditioner<Element>)?, _ context: ExecutionContext
  ) throws(MercerError) {
    let wanted = Set(state.unfinished(tolerance))
    let kept = columns.indices.filter { wanted.contains(columns[$0]) }
    if kept.count < columns.count {
      writeBack(to: &state)
      columns = kept.map { columns[$0] }
      x = x.columns(at: kept)
      residual = residual.columns(at: kept)
      direction = direction.columns(at: kept)
      product = Matrix(rowCount: product.rowCount, columnCount: kept.count)
      rz = kept.map { rz[$0] }
    }
    guard !columns.isEmpty else { return }
    let z: Matrix<Element> = try Self.precondition(residual, preconditioner, context)
    let next = columnDots(residual, z)
    let momentum = next.indices.map { rz[$0] > 0 ? next[$0] / rz[$0] : 0 }
    rz = next
    combineColumns(&direction, scaledBy: momentum, adding: z)
  }

  /// Copies the solutions so far to their columns of the problem.
  func writeBack(to state: inout Iteration) {
    let (n, k, width) = (x.rowCount, columns.count, state.x.columnCount)
    state.x.withUnsafeMutableBufferPointer { target in
      x.withUnsafeBufferPointer { source in
        for i in 0..<n {
          for c in 0..<k { target[i * width + columns[c]] = source[i * k + c] }
        }
      }
    }
  }

  private static func precondition(
    _ residual: Matrix<Double>, _ preconditioner: (any Preconditioner<Element>)?,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    let rounded = Matrix<Element>(converting: residual)
    return try preconditioner?.solve(rounded, context: context) ?? rounded
  }
}

// MARK: - Keeping

extension ActiveBlock {
  /// Reads what `append` wrote, of a problem of n rows and k columns.
  init(_ reader: inout WorkReader, rowCount n: Int, columnCount k: Int) throws(WorkReader.Mismatch)
  {
    columns = []
    for _ in 0..<(try reader.count()) { columns.append(try reader.integer()) }
    x = try reader.matrix(of: Double.self)
    residual = try reader.matrix(of: Double.self)
    direction = try reader.matrix(of: Element.self)
    rz = try reader.numbers()
    product = Matrix(rowCount: n, columnCount: columns.count)
    guard columns.allSatisfy({ (0..<k).contains($0) }), rz.count == columns.count,
      [x, residual].allSatisfy({ $0.rowCount == n && $0.columnCount == columns.count }),
      direction.rowCount == n, direction.columnCount == columns.count
    else { throw WorkReader.Mismatch() }
  }

  func append(to writer: inout WorkWriter) {
    writer.append(columns.count)
    for column in columns { writer.append(column) }
    writer.append(x)
    writer.append(residual)
    writer.append(direction)
    writer.append(rz)
  }
}

/// An operator whose diagonal is costly, and that other numbers tell from others.
protocol MarkedOperator {
  /// Numbers that other operators are unlikely to have, at hand.
  var marks: [Double] { get }
}

extension Iteration {
  /// A number that other right-hand sides, and operators of other marks or of another diagonal, are
  /// unlikely to have (FNV-1a of their bits). Of a state that has just begun.
  func fingerprint<Element: Scalar>(
    of a: any SymmetricGramOperator<Element>
  ) throws(MercerError) -> Int {
    var hash = FNV1a()
    residual.withUnsafeBufferPointer { for value in $0 { hash.add(value.bitPattern) } }
    if let marked = a as? any MarkedOperator {
      for value in marked.marks { hash.add(value.bitPattern) }
    } else {
      for value in try a.diagonal() { hash.add(Double(value).bitPattern) }
    }
    return Int(Int64(bitPattern: hash.value))
  }
}

/// What an iteration that was ended goes on with.
struct KeptRun<Element: Scalar> {
  /// What the recursion began with.
  struct Origin {
    /// Tells one system from another that is solved in the same stage of work.
    let problem: Int
    /// The largest relative residual.
    let before: Double
  }

  let origin: Origin
  let block: ActiveBlock<Element>

  init(origin: Origin, block: ActiveBlock<Element>) {
    (self.origin, self.block) = (origin, block)
  }

  /// Reads what `append` wrote; the state is as it was where that fails. Its residual is computed anew
  /// when the recursion is done.
  init(
    _ reader: inout WorkReader, _ state: inout Iteration, problem: Int
  ) throws(WorkReader.Mismatch) {
    guard try reader.integer() == problem else { throw WorkReader.Mismatch() }
    origin = Origin(problem: problem, before: try reader.number())
    block = try ActiveBlock(
      &reader, rowCount: state.x.rowCount, columnCount: state.x.columnCount)
    var read = state
    read.x = try reader.matrix(of: Double.self)
    read.relativeResiduals = try reader.numbers()
    read.iterations = try reader.integer()
    guard read.x.rowCount == state.x.rowCount, read.x.columnCount == state.x.columnCount,
      read.relativeResiduals.count == state.relativeResiduals.count
    else { throw WorkReader.Mismatch() }
    state = read
  }

  func append(_ state: Iteration, to writer: inout WorkWriter) {
    writer.append(origin.problem)
    writer.append(origin.before)
    block.append(to: &writer)
    writer.append(state.x)
    writer.append(state.relativeResiduals)
    writer.append(state.iterations)
  }
}
