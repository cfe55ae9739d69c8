import ArgumentParser
import Mercer
import MercerReport

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Compute a Gram matrix, or its spectrum.",
    usage: "mercer kernel <x> [<z>] --kernel <kernel> [<options>]",
    discussion: """
      Arrays are NPY files of n rows and d columns (NPZ and safetensors too, with one array each); of \
      n × height × width × channels for images and n × length × channels for sequences, the shape of \
      which networks with convolutions take from the file. With mask: missing NaN stands for what is not \
      there.

      Kernels are called by name, with arguments or without, and combined by +, *, ^ and numbers: \
      \(KernelRegistry<Double>.standard.syntaxes.map(\.name).joined(separator: ", ")).

      Examples:
        mercer kernel X.npy --kernel "gaussian(lengthScale: 1.2)" -o K.npy
        mercer kernel X.npy Z.npy --kernel "ntk((dense > relu) ^ 3 > dense)" -o K.npy
        mercer kernel I.npy --kernel "ntk(conv(3) > relu > flatten > dense)" -o K.npy
        mercer kernel X.npy --kernel "0.5 * laplace + linear" --spectrum
      """)

  enum Precision: String, ExpressibleByArgument, CaseIterable, Codable {
    case float, double
  }

  @Argument(help: "The inputs, one a row.")
  var x: String

  @Argument(help: "Other inputs, for the columns of K (default: the same).")
  var z: String?

  @Option(help: "The kernel, in its text form.")
  var kernel: String

  @Option(help: "The type of the entries.")
  var element = Precision.double

  @Flag(help: "Print the eigenvalues of K(X, X), largest first.")
  var spectrum = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The NPY file to write K into.", valueName: "file"))
  var output: String?

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if output == nil && !spectrum {
      throw ValidationError("say where K should go with --output K.npy, or ask for its --spectrum")
    }
    if spectrum && z != nil {
      throw ValidationError("--spectrum is of one set of inputs: leave out the second file")
    }
  }

  mutating func run() throws {
    switch element {
    case .float: try run(as: Float.self)
    case .double: try run(as: Double.self)
    }
  }

  private func run<Element: Scalar>(as type: Element.Type) throws(MercerError) {
    let context = common.context
    var kernel = try makeKernel(parsing: kernel, of: Element.self)
    let takesNaN = kernel.expression.inputMask == .missing
    let (rows, shape) = try points(x, as: type, takesNaN: takesNaN)
    if let shape { kernel = try kernel.expression.withInput(shape).makeKernel() }
    let columns = try z.map { (path) throws(MercerError) in
      try points(path, as: type, takesNaN: takesNaN).points
    }
    if let z, let columns, columns.dimension != rows.dimension {
      let count = NumberText.quantity(columns.dimension, "feature")
      throw MercerError(
        .shapeMismatch, "has rows of \(count), but \(x) of \(rows.dimension)", at: .init(file: z),
        remedy: "both files need the same features")
    }
    if let output { try AtomicFile.check(output) }
    let (matrix, seconds) = try timed { () throws(MercerError) in
      do throws(MercerError) {
        return try gram(kernel, rows, columns, context)
      } catch {
        throw error.placed(in: x)
      }
    }
    guard matrix.isFinite else {
      throw MercerError(
        .invalidData, "the kernel has values that are not finite numbers on these inputs",
        at: .init(file: x), remedy: "rescale the inputs, or use --element double")
    }
    if let output { try NPYFile.write(matrix, to: output) }
    let values = spectrum ? try eigenvalues(matrix, context) : nil
    try show(
      Report(
        kernel: kernel.description, rows: matrix.rowCount, columns: matrix.columnCount,
        features: rows.dimension, element: element, output: output, eigenvalues: values,
        seconds: ["kernel": seconds], version: MercerVersion.current))
  }

  private func points<Element: Scalar>(
    _ path: String, as type: Element.Type, takesNaN: Bool
  ) throws(MercerError) -> (points: Points<Element>, shape: NetworkShape?) {
    let (matrix, shape): (Matrix<Element>, NetworkShape?)
    do throws(MercerError) {
      let array = try ArrayReader.read(path: path)
      shape = NetworkShape(ofInput: Array(array.shape.dropFirst()))
      matrix = try array.flattened(as: type)
    } catch {
      throw error.placed(in: path)
    }
    guard matrix.rowCount > 0 else {
      throw MercerError(
        .invalidData, "the array has no rows", at: .init(file: path),
        remedy: "give at least one input, one a row")
    }
    guard matrix.columnCount > 0 else {
      throw MercerError(
        .invalidData, "the rows of the array are empty", at: .init(file: path),
        remedy: "give each input at least one feature")
    }
    if !matrix.isFinite,
      let index = matrix.elements.firstIndex(where: { !($0.isFinite || takesNaN && $0.isNaN) })
    {
      throw MercerError(
        .invalidData,
        "row \(index / matrix.columnCount + 1) has an entry that is not a finite number",
        at: .init(file: path), remedy: "remove or fill such entries")
    }
    return (Points(matrix), shape)
  }

  private func gram<K: Kernel>(
    _ kernel: K, _ rows: Points<K.Element>, _ columns: Points<K.Element>?,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<K.Element> where K.Inputs == Points<K.Element> {
    // The diagonal, which knows no limit, comes later.
    let bound = try kernel.bound(rows: rows, columns: columns ?? rows)
    _ = try context.fitting(scratchBytes: bound.scratchBytes)
    if let columns {
      return try TiledCrossGram(bound).densified(context: context)
    }
    return try TiledGram(kernel, inputs: rows).densified(context: context)
  }

  private func eigenvalues<Element: Scalar>(
    _ matrix: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    try context.checkMemory(16 * matrix.count, for: "the spectrum of \(matrix.rowCount) rows")
    return try SymmetricEigen.values(of: Matrix<Double>(converting: matrix)).reversed()
  }

  private func show(_ report: Report) throws(MercerError) {
    if common.json { return try Terminal.printJSON(report) }
    if common.quiet { return }
    var facts = TextTable([.left, .left])
    facts.add(["kernel", report.kernel])
    facts.add([
      "matrix",
      "\(NumberText.count(report.rows)) × \(NumberText.count(report.columns)) \(element.rawValue), "
        + "from \(NumberText.quantity(report.features, "feature"))",
    ])
    facts.add(["time", NumberText.seconds(report.seconds["kernel"] ?? 0)])
    if let output { facts.add(["written", output]) }
    print("\n" + facts.rendered(), terminator: "")
    guard let values = report.eigenvalues, !values.isEmpty else { return }
    let trace = values.reduce(0, +)
    var table = TextTable([.right, .right, .right], headings: ["", "eigenvalue", "sum so far"])
    var sum = 0.0
    for (index, value) in values.enumerated() {
      sum += value
      guard index < 20 else { continue }
      table.add([
        String(index + 1), NumberText.significant(value), NumberText.percent(sum / trace),
      ])
    }
    print("\n" + table.rendered(), terminator: "")
    if values.count > 20 {
      print("  … \(NumberText.count(values.count - 20)) more (all of them with --json)")
    }
  }

  private struct Report: Encodable {
    let kernel: String
    let rows: Int
    let columns: Int
    let features: Int
    let element: Precision
    let output: String?
    let eigenvalues: [Double]?
    let seconds: [String: Double]
    let version: String
  }
}
