import MercerCore
import MercerData
import MercerKernels

extension TableLearner {
  /// All rows of a table of which the prepared rows are a sample; nil where they are all.
  func rowSource(of prepared: PreparedTable, _ context: ExecutionContext) -> TableFit.RowSource? {
    guard let large = prepared.large else { return nil }
    return { (features, excluded) throws(MercerError) in
      let blocks = large.blocks(
        of: prepared, features: features, excluding: excluded, learner: self)
      return RidgeCentres.Rows(
        try blocks.gathered(rowCount: large.store.rowCount, context: context), features: features)
    }
  }
}

extension KernelChoice {
  /// The coordinates that a kernel among those chosen looks at, ascending.
  func seenFeatures(ofDimension d: Int) -> [Int] {
    var seen: Set<Int> = []
    for member in members { seen.formUnion(member.kernel.expression.columns(ofDimension: d)) }
    return seen.sorted()
  }
}
