import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// Which labels the other rows contradict.
@Suite struct LabelDoubtTests {
  struct Classes: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let count: Int
    /// None between the classes: where a function without noise jumps, a wrong label cannot be told
    /// from one just across.
    let label: @Sendable ([Double]) -> Int?
  }

  /// Which side of 0 a number is on, unless it is within a distance.
  private static func side(_ value: Double, margin: Double) -> Int? {
    abs(value) < margin ? nil : (value > 0 ? 1 : 0)
  }

  static let classes = [
    Classes(testDescription: "a line", count: 2) { side($0[0] + $0[1], margin: 0.3) },
    Classes(testDescription: "a circle", count: 2) {
      side(($0[0] * $0[0] + $0[1] * $0[1]).squareRoot() - 1.2, margin: 0.15)
    },
    Classes(testDescription: "three sectors", count: 3) { x in
      guard let right = side(x[0] - 0.3, margin: 0.2) else { return nil }
      return right == 1 ? 0 : side(x[1], margin: 0.2).map { $0 + 1 }
    },
  ]

  private func precision(_ planted: PlantedTable, _ doubts: LabelDoubts) -> Double {
    let first = doubts.rows.prefix(planted.wrongRows.count).map(\.row)
    return Double(planted.wrongRows.intersection(first).count) / Double(planted.wrongRows.count)
  }

  #if !DEBUG
    /// One label in twenty is wrong in a table without noise: of as many labels as are wrong, those
    /// doubted most, at least 95 % are.
    @Test(arguments: classes, [1, 2, 3] as [UInt64])
    func wrongClassesAreFound(_ classes: Classes, seed: UInt64) throws {
      let planted = PlantedTable(
        rows: 800, columns: 3, classCount: classes.count, seed: seed, wrongShare: 0.05,
        label: classes.label)
      let model = try fittedModel(of: planted.table)
      let found = try TableExplainer(model, table: planted.table).labelDoubts()
      let doubts = try #require(found)
      #expect(doubts.isTrainingTable && doubts.rows.count == 800)
      #expect(doubts.rows.allSatisfy { $0.isLeftOut })
      #expect(precision(planted, doubts) >= 0.95)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func wrongNumbersAreFound(seed: UInt64) throws {
      let planted = PlantedTable(rows: 600, columns: 4, noise: 0.1, seed: seed, wrongShare: 0.05) {
        $0[0] * $0[1] + sin(2 * $0[2])
      }
      let model = try fittedModel(of: planted.table)
      let found = try TableExplainer(model, table: planted.table).labelDoubts()
      #expect(precision(planted, try #require(found)) >= 0.95)
    }
  #endif

  private static let small = PlantedTable(
    rows: 60, columns: 2, noise: 0.02, seed: 4, wrongShare: 0.05
  ) { $0[0] + 2 * $0[1] }
  private static let smallClasses = PlantedTable(
    rows: 80, columns: 2, classCount: 2, seed: 4, wrongShare: 0.05
  ) { $0[0] > 0 ? 1 : 0 }

  /// Rows of the fitted table are judged by a fit without them: that of the closed form is that of a
  /// fit to the others.
  @Test func fittedRowsAreLeftOut() throws {
    let table = PlantedTable(rows: 30, columns: 2, noise: 0.2, seed: 4) { $0[0] + 2 * $0[1] }.table
    let model = try fittedModel(of: table, kernel: "gaussian(lengthScale: 4)", ridge: 0.1)
    let doubts = try #require(try TableExplainer(model, table: table).labelDoubts())
    #expect(doubts.isTrainingTable && doubts.suspectCount == 0)
    let member = model.regression.members[0]
    let training = try #require(model.trainingRows)
    for row in doubts.rows.prefix(3) {
      let others = (0..<30).filter { $0 != row.row }
      // The mean that was subtracted from the targets stays that of all rows.
      let targets = others.map { training.targets[$0] - member.offsets[0] }
      let fit = try KernelRidge(kernel: member.kernel, ridge: member.ridge).fit(
        LabelledData(inputs: member.inputs.subset(at: others), targets: targets))
      let expected =
        try fit.predict(member.inputs.subset(at: [row.row]))[0, 0] + member.offsets[0]
      #expect(abs(row.expected - expected) < 1e-8)
      #expect(row.given == training.targets[row.row] && row.isLeftOut)
    }
  }

  /// Wrong numbers are suspect, and what is expected in their place is what a fit without any of them
  /// would say: near the function, although one of them is beside the other.
  @Test func wrongNumbersDoNotVouchForEachOther() throws {
    let model = try fittedModel(
      of: Self.small.table, kernel: "gaussian(lengthScale: 4)", ridge: 0.1)
    let doubts = try #require(try TableExplainer(model, table: Self.small.table).labelDoubts())
    #expect(precision(Self.small, doubts) == 1)
    guard case .numbers(let x1)? = Self.small.table.column(named: "x1")?.values,
      case .numbers(let x2)? = Self.small.table.column(named: "x2")?.values
    else { return }
    for row in doubts.rows.prefix(Self.small.wrongRows.count) {
      #expect(row.isSuspect && row.isLeftOut)
      // Noise of 0.02 deviations of about 2.2; the errors are at least three deviations.
      #expect(abs(row.expected - x1[row.row] - 2 * x2[row.row]) < 0.5)
    }
  }

  /// A label that is changed after the fit is judged by the fit without the row all the same.
  @Test func labelsMayDifferFromTheFittedOnes() throws {
    let table = Self.smallClasses.table
    let model = try fittedModel(of: table, kernel: "gaussian(lengthScale: 2)", ridge: 0.1)
    guard case .levels(var codes, let names)? = table.column(named: "y")?.values else {
      Issue.record("no levels")
      return
    }
    let before = try #require(try TableExplainer(model, table: table).labelDoubts())
    let certain = try #require(before.rows.last)
    codes[certain.row] = 1 - codes[certain.row]
    let changed = Table(
      columns: table.columns.dropLast()
        + [Column(name: "y", kind: .categorical, values: .levels(codes: codes, names: names))],
      rowCount: 80, source: "changed.csv")
    let after = try #require(try TableExplainer(model, table: changed).labelDoubts())
    #expect(after.isTrainingTable)
    let row = try #require(after.rows.first)
    #expect(row.row == certain.row && row.isSuspect)
    #expect(row.given == certain.expected && row.expected == certain.given)
  }

  /// Another table, or a part of the fitted one, is judged by the model as it is, rows without a
  /// target left out.
  @Test func otherTablesAreJudgedByTheModel() throws {
    let table = Self.small.table
    let model = try fittedModel(of: table, kernel: "gaussian(lengthScale: 4)", ridge: 0.1)
    let part = table.rows(at: Array(10..<40))
    guard case .numbers(var values)? = part.column(named: "y")?.values else { return }
    values[0] = .nan
    values[5] += 100
    let gappy = Table(
      columns: part.columns.dropLast()
        + [Column(name: "y", kind: .numeric, values: .numbers(values))],
      rowCount: 30, source: "part.csv")
    let doubts = try #require(try TableExplainer(model, table: gappy).labelDoubts())
    #expect(!doubts.isTrainingTable && doubts.rows.count == 29)
    #expect(doubts.rows.first?.row == 5 && !doubts.rows.map(\.row).contains(0))
    guard case .numbers(let predicted, _, _, _) = try model.predict(gappy).predictions else {
      Issue.record("not numbers")
      return
    }
    for row in doubts.rows { #expect(abs(row.expected - predicted[row.row]) < 1e-9) }
  }

  /// Targets of rows that are missing at the fit shift no numbers.
  @Test func rowsKeepTheirNumbers() throws {
    let table = Self.small.table
    guard case .numbers(var values)? = table.column(named: "y")?.values else { return }
    let outlier = try #require(Self.small.wrongRows.max())
    values[0] = .nan
    values[3] = .nan
    let gappy = Table(
      columns: table.columns.dropLast()
        + [Column(name: "y", kind: .numeric, values: .numbers(values))],
      rowCount: 60, source: "gappy.csv")
    let model = try fittedModel(of: gappy, kernel: "gaussian(lengthScale: 4)", ridge: 0.1)
    #expect(model.trainingRows?.places == Array(1...2) + Array(4..<60))
    let doubts = try #require(try TableExplainer(model, table: gappy).labelDoubts())
    #expect(doubts.isTrainingTable)
    #expect(doubts.rows.prefix(Self.small.wrongRows.count).map(\.row).contains(outlier))
  }
}
