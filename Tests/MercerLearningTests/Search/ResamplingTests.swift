import MercerLearning
import Testing

/// What keeps validation rows apart from those learned from.
@Suite struct ResamplingTests {
  private let rows = [7, 3, 11, 0, 9, 5, 1, 10, 2, 8, 6, 4]

  @Test(arguments: [2, 3, 5])
  func randomFoldsValidateEachRowOnce(count: Int) {
    let folds = Resampling.random.folds(of: rows, count: count)
    #expect(folds.count == count)
    #expect(folds.flatMap(\.validation).sorted() == Array(0..<12))
    for fold in folds {
      #expect(Set(fold.training).isDisjoint(with: fold.validation))
      #expect(fold.training.count + fold.validation.count == 12)
    }
  }

  @Test func oneFoldTrainsOnThreeFifths() {
    let folds = Resampling.random.folds(of: rows, count: 1)
    #expect(folds.map(\.training.count) == [7] && folds.map(\.validation.count) == [5])
  }

  @Test func repeatsCutInOtherWays() {
    let folds = Resampling.random.folds(of: rows, count: 3, repeats: 2, seed: 4)
    #expect(folds.count == 6)
    #expect(folds[3...].flatMap(\.validation).sorted() == Array(0..<12))
    #expect(Set(folds[0].validation) != Set(folds[3].validation))
    #expect(folds == Resampling.random.folds(of: rows, count: 3, repeats: 2, seed: 4))
  }

  /// Groups of very different sizes: no group is ever on both sides, and every row is validated.
  @Test(arguments: [1, 2, 3])
  func groupsStayTogether(count: Int) {
    let groups = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5]
    let folds = Resampling.grouped(groups).folds(of: rows, count: count)
    #expect(folds.count == count)
    for fold in folds {
      let training = Set(fold.training.map { groups[rows[$0]] })
      #expect(training.isDisjoint(with: fold.validation.map { groups[rows[$0]] }))
    }
    if count > 1 { #expect(folds.flatMap(\.validation).sorted() == Array(0..<12)) }
  }

  @Test func oneGroupCannotBeSplit() {
    let folds = Resampling.grouped([Int](repeating: 0, count: 12)).folds(of: rows, count: 3)
    #expect(folds.isEmpty)
  }

  /// Two rows share each time, and are never on both sides of a split.
  @Test(arguments: [1, 2, 3])
  func theFutureIsValidatedOn(count: Int) throws {
    let times = (0..<12).map { Double($0 / 2) }
    let folds = Resampling.ordered(times).folds(of: rows, count: count)
    #expect(folds.count == count)
    for fold in folds {
      let last = try #require(fold.training.map { times[rows[$0]] }.max())
      let first = try #require(fold.validation.map { times[rows[$0]] }.min())
      #expect(last < first)
    }
    #expect(Resampling.ordered([Double](repeating: 1, count: 12)).folds(of: rows, count: 2).isEmpty)
  }
}
