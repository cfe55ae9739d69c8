/// The target of the rows that have one: numbers for a regression, otherwise classes.
public struct Target: Sendable, Equatable {
  /// What is to be learned.
  public let task: LearningTask
  /// The numbers of a regression, one for each kept row, all finite; empty for classes.
  public let values: [Double]
  /// The classes as places in `classNames`, one for each kept row; empty for a regression.
  public let classIndices: [Int]
  /// The classes: numbers by size, text by Unicode scalar; empty for a regression.
  public let classNames: [String]
  /// The rows of the table that have a target, in order.
  public let keptRows: [Int]
  /// How many rows have none.
  public let droppedRowCount: Int

  /// The same target, its rows called by these numbers in place of their places in the table; as it is
  /// for nil.
  package func numbering(rows numbers: [Int]?) -> Target {
    guard let numbers else { return self }
    let renamed = keptRows.map { numbers[$0] }
    return task == .regression
      ? Target(values: values, keptRows: renamed, droppedRowCount: droppedRowCount)
      : Target(
        task: task, classIndices: classIndices, classNames: classNames, keptRows: renamed,
        droppedRowCount: droppedRowCount)
  }

  /// A regression.
  init(values: [Double], keptRows: [Int], droppedRowCount: Int) {
    task = .regression
    self.values = values
    classIndices = []
    classNames = []
    self.keptRows = keptRows
    self.droppedRowCount = droppedRowCount
  }

  /// A classification.
  init(
    task: LearningTask, classIndices: [Int], classNames: [String], keptRows: [Int],
    droppedRowCount: Int
  ) {
    self.task = task
    values = []
    self.classIndices = classIndices
    self.classNames = classNames
    self.keptRows = keptRows
    self.droppedRowCount = droppedRowCount
  }
}
