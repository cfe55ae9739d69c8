public import MercerCore
import MercerData

/// The rows of a table on the disk as a solver takes them: coordinates in Float, targets as codes of a
/// problem, block by block.
public struct EncodedRowBlocks: LabelledRowBlocks {
  /// Rows of a block.
  public static let blockRows = 1 << 14

  let store: ColumnStore
  let encoder: TableEncoder
  let target: TargetEncoder
  let codes: TargetCodes
  /// The coordinates that are handed out, in this order.
  let features: [Int]
  let weightColumn: String?
  /// What weights are divided by, so that their mean over the fitted rows is 1.
  let weightUnit: Double
  /// Rows of the table that are left out; those of weight 0 are, too.
  let excluded: Set<Int>

  /// How many blocks there are, at least one.
  public var blockCount: Int {
    max(1, (store.rowCount + Self.blockRows - 1) / Self.blockRows)
  }
  /// The coordinates of a row.
  public var dimension: Int { features.count }
  /// The columns of codes.
  public var targetCount: Int { codes.count }

  public func block(_ index: Int) throws(MercerError) -> LabelledData<Points<Float>>? {
    let start = index * Self.blockRows
    let rows = start..<min(start + Self.blockRows, store.rowCount)
    var table = try store.table(rows: rows, columns: columns)
    let counts = try weights(of: table)
    if !excluded.isEmpty || counts?.contains(0) == true {
      let kept = (0..<rows.count).filter {
        !excluded.contains(start + $0) && counts?[$0] != 0
      }
      if kept.count < rows.count { table = table.rows(at: kept) }
    }
    guard let column = table.column(named: target.column),
      column.values.missingCount < table.rowCount
    else { return nil }
    let truth = try target.decode(column, source: store.source)
    let kept = truth.droppedRowCount == 0 ? table : table.rows(at: truth.keptRows)
    let points = try encoder.encode(kept, as: Float.self)
    return try LabelledData(
      inputs: features.elementsEqual(0..<points.dimension)
        ? points : Points(points.coordinates.columns(at: features)),
      targets: codes.codes(of: truth), weights: try weights(of: kept))
  }

  /// The columns that are read.
  private var columns: Set<String> {
    Set(encoder.columns.map(\.name) + [target.column] + [weightColumn].compactMap(\.self))
  }

  private func weights(of table: Table) throws(MercerError) -> [Double]? {
    guard let weightColumn else { return nil }
    guard case .numbers(let values)? = table.column(named: weightColumn)?.values else {
      throw MercerError(
        .invalidData, "the column of weights does not hold numbers",
        at: .init(file: store.source, column: quoted(weightColumn)))
    }
    return values.map { $0 / weightUnit }
  }
}

/// How a target's values become the codes of a regression of unit size, known from a part of the rows.
struct TargetCodes: Sendable {
  let transform: TargetTransform
  /// Of each column.
  let offsets: [Double]
  let unit: Double
  let classCount: Int

  /// Columns of codes.
  var count: Int { offsets.count }

  init(_ problem: TableProblem) {
    transform = problem.transform
    offsets = problem.offsets
    unit = problem.unit
    classCount = problem.truth.classNames.count
  }

  func codes(of truth: Target) throws(MercerError) -> Matrix<Double> {
    let raw =
      truth.task == .regression
      ? Matrix(column: truth.values.map(transform.forward))
      : try ClassCodes(labels: truth.classIndices, classCount: classCount).matrix
    return raw.subtractingFromRows(offsets).scaled(by: 1 / unit)
  }
}

extension LargeTable {
  /// All rows as the final fit takes them: encoded as the sample was, with the targets of its problem.
  ///
  /// - Parameters:
  ///   - prepared: the sample, prepared by the learner.
  ///   - features: the coordinates that the kernels see.
  ///   - excluding: rows of the table that are left out.
  ///   - learner: names the column of weights.
  package func blocks(
    of prepared: PreparedTable, features: [Int], excluding: Set<Int> = [], learner: TableLearner
  ) -> EncodedRowBlocks {
    var unit = 1.0
    if let name = learner.weightColumn,
      case .numbers(let all)? = sample.column(named: name)?.values
    {
      let values = all.filter { $0 > 0 }
      unit = values.reduce(0, +) / Double(max(values.count, 1))
    }
    return EncodedRowBlocks(
      store: store, encoder: prepared.encoder, target: prepared.target,
      codes: TargetCodes(prepared.problem), features: features,
      weightColumn: learner.weightColumn, weightUnit: unit, excluded: excluding)
  }
}
