import Foundation
import MercerCore
import MercerData
import Testing

/// Mean targets of levels: what they estimate, that rows do not see themselves, and that rows kept
/// aside are in none of them.
@Suite struct TargetMeansTests {
  /// Rows of levels with normal effects of deviation `between` and normal noise of deviation 1.
  private func planted(
    levels: Int, rows: Int, between: Double, seed: UInt64
  ) -> (codes: [Int32], targets: Matrix<Double>, effects: [Double]) {
    var stream = RandomStream(seed: seed, purpose: "target means tests")
    let effects = (0..<levels).map { _ in between * stream.normal() }
    let codes = (0..<rows).map { _ in Int32(stream.integer(below: levels)) }
    let targets = codes.map { 3 + effects[Int($0)] + stream.normal() }
    return (codes, Matrix(column: targets), effects)
  }

  /// By hand: levels {1, 3}, {5, 7, 9}, {2}; N = 6, mean 4.5, total squares 47.5.
  @Test func aSmallCaseByHand() {
    let codes: [Int32] = [0, 0, 1, 1, 1, 2]
    let means = TargetMeans(
      codes: codes, levelCount: 4, targets: Matrix(column: [1, 3, 5, 7, 9, 2]))
    // Within: 2 + 8 + 0 = 10 over 6 − 3. Between: 37.5 − 2 · 10/3 over 6 − (4 + 9 + 1)/6.
    let (within, between) = (10.0 / 3, (37.5 - 20.0 / 3) / (6 - 14.0 / 6))
    let found = means.components[0]
    #expect(found.mean == 4.5)
    #expect(abs(found.within - within) < 1e-14 && abs(found.between - between) < 1e-14)
    for (level, (count, mean)) in [(2.0, 2.0), (3, 7), (1, 2)].enumerated() {
      let expected =
        count * between / (count * between + within) * (mean - 4.5) / between.squareRoot()
      #expect(abs(means.coordinates[level, 0] - expected) < 1e-14)
    }
    // A level in no row, and a row without a level.
    #expect(means.coordinates[3, 0] == 0)
    #expect(means.coordinates(of: [1, -1, 3]).elements == [means.coordinates[1, 0], 0, 0])
    let fixed = TargetMeans(
      codes: codes, levelCount: 3, targets: Matrix(column: [1, 3, 5, 7, 9, 2]), smoothing: .rows(4))
    #expect(abs(fixed.components[0].within / fixed.components[0].between - 4) < 1e-14)
  }

  @Test func weightsCountAsRows() {
    let codes: [Int32] = [0, 0, 1, 1, 1, 2, 2]
    let targets = Matrix(column: [1.0, 3, 5, 7, 9, 2, 4])
    let plain = TargetMeans(codes: codes, levelCount: 3, targets: targets)
    let scaled = TargetMeans(
      codes: codes, levelCount: 3, targets: targets, weights: Array(repeating: 8, count: 7))
    #expect(plain == scaled)
    let heavy = TargetMeans(
      codes: codes, levelCount: 3, targets: targets, weights: [1, 1, 1, 1, 1, 1e-9, 1],
      smoothing: .rows(0))
    // Without smoothing the coordinate is the mean of the level but for shift and unit.
    let (first, third) = (heavy.coordinates[0, 0], heavy.coordinates[2, 0])
    let second = heavy.coordinates[1, 0]
    // Means 2, 7 and 4, its other row weighing nothing.
    #expect(abs((third - first) / (second - first) - 2.0 / 5) < 1e-6)
  }

  /// 200 levels: the moments are within 4 standard errors, √(2/200) · (τ² + σ²/n) for τ² and √(2/n)
  /// for σ².
  @Test func theComponentsAreFound() {
    let (codes, targets, effects) = planted(levels: 200, rows: 2000, between: 0.7, seed: 1)
    let means = TargetMeans(codes: codes, levelCount: 200, targets: targets)
    let found = means.components[0]
    #expect(abs(found.between - 0.49) < 4 * 0.1 * 0.59)
    #expect(abs(found.within - 1) < 4 * (2.0 / 2000).squareRoot())
    // Nearer to the effects, in their unit, than plain means are.
    func error(_ estimate: (Int) -> Double) -> Double {
      effects.indices.reduce(0) { sum, level in
        let difference = estimate(level) - effects[level]
        return sum + difference * difference
      }
    }
    var sums = [Double](repeating: 0, count: 200)
    var counts = sums
    for (row, code) in codes.enumerated() {
      sums[Int(code)] += targets[row, 0] - 3
      counts[Int(code)] += 1
    }
    let shrunk = error { means.coordinates[$0, 0] * found.between.squareRoot() }
    let plain = error { sums[$0] / max(counts[$0], 1) }
    #expect(shrunk < plain)
  }

  @Test func levelsThatTellNothingAreAtNought() {
    // Every level has the same mean, less spread than chance gives.
    let codes = (0..<40).map { Int32($0 % 10) }
    let targets = Matrix(column: (0..<40).map { Double(($0 / 10) % 2) })
    #expect(
      TargetMeans(codes: codes, levelCount: 10, targets: targets).coordinates.elements
        .allSatisfy { $0 == 0 })
    // Each in one row, and no rows at all.
    let single = TargetMeans(
      codes: Array(0..<10), levelCount: 10, targets: Matrix(column: (0..<10).map(Double.init)))
    #expect(single.coordinates.elements.allSatisfy { $0 == 0 })
    let none = TargetMeans(
      codes: [-1, -1], levelCount: 2, targets: Matrix(column: [1.0, 2]))
    #expect(none.coordinates.elements == [0, 0])
  }

  /// Made of the rows of the level in other folds, and of no others.
  @Test func outOfFoldMeansLeaveTheFoldOut() {
    let (codes, targets, _) = planted(levels: 12, rows: 90, between: 1, seed: 2)
    let seed: UInt64 = 7
    let found = TargetMeans.outOfFold(
      codes: codes, levelCount: 12, targets: targets, seed: seed)
    let components = TargetMeans(codes: codes, levelCount: 12, targets: targets).components[0]
    var stream = RandomStream(seed: seed, purpose: "target mean folds")
    var folds = [Int](repeating: 0, count: 90)
    for (place, row) in stream.permutation(90).enumerated() { folds[row] = place % 5 }
    for row in 0..<90 {
      let others = (0..<90).filter { codes[$0] == codes[row] && folds[$0] != folds[row] }
      let sum = others.reduce(0) { $0 + targets[$1, 0] - components.mean }
      let expected =
        sum * components.between.squareRoot()
        / (Double(others.count) * components.between + components.within)
      #expect(abs(found[row, 0] - expected) < 1e-12)
    }
    // A level of one row has no others.
    let alone = TargetMeans.outOfFold(
      codes: [0, 1, 1, 1, 2, 2, -1], levelCount: 3,
      targets: Matrix(column: [9.0, 1, 2, 1, 5, 6, 3]), seed: 0)
    #expect(alone[0, 0] == 0 && alone[6, 0] == 0)
  }

  /// Rows of a group that are all of a level leave nothing to be told of it.
  @Test func groupsStayInOneFold() {
    let (codes, targets, _) = planted(levels: 10, rows: 80, between: 1, seed: 6)
    let byLevel = TargetMeans.outOfFold(
      codes: codes, levelCount: 10, targets: targets, groups: codes.map(Int.init), seed: 1)
    #expect(byLevel.elements.allSatisfy { $0 == 0 })
    // Groups of one row are rows.
    let rows = TargetMeans.outOfFold(
      codes: codes, levelCount: 10, targets: targets, groups: Array(100..<180), seed: 1)
    #expect(
      rows == TargetMeans.outOfFold(codes: codes, levelCount: 10, targets: targets, seed: 1))
    #expect(rows.elements.contains { $0 != 0 })
  }

  private func manyLevels(_ rows: Int, seed: UInt64) -> (table: Table, targets: Matrix<Double>) {
    var stream = RandomStream(seed: seed, purpose: "many levels")
    let names: [String?] = (0..<rows).map { row in
      row % 17 == 3 ? nil : "l\(stream.integer(below: rows / 4))"
    }
    let kinds = (0..<rows).map { _ in ["a", "b", "c"][stream.integer(below: 3)] }
    let values = (0..<rows).map { _ in stream.normal() }
    return (
      table(texts("many", names), texts("few", kinds), numbers("x", values)),
      Matrix(
        column: (0..<rows).map { row in
          (kinds[row] == "a" ? 1 : 0) + (names[row]?.hashed ?? 2) + 0.3 * stream.normal()
        })
    )
  }

  @Test func theEncoderHasTheMeansOfAllRows() throws {
    let (rows, targets) = manyLevels(160, seed: 3)
    let options = EncoderOptions(maximumLevelCount: 5, additions: [.targetMeans])
    let encoder = try TableEncoder.fit(table: rows, options: options, targets: targets)
    let names = encoder.featureNames
    // A category of few levels needs no frequency.
    #expect(names.filter { $0.hasSuffix("mean") } == ["many target mean", "few target mean"])
    #expect(names.filter { $0.hasSuffix("frequency") } == ["many frequency"])
    let points = try encoder.encode(rows, as: Double.self).coordinates
    let mean = try #require(names.firstIndex(of: "few target mean"))
    guard case .levels(let codes, _) = rows.columns[1].values else { return }
    let means = TargetMeans(codes: codes, levelCount: 3, targets: targets)
    #expect(points.column(mean) == means.coordinates(of: codes).elements)
    // Unseen levels have no mean, and are as frequent as a level of one row.
    let frequency = try #require(names.firstIndex(of: "many frequency"))
    let new = try encoder.encode(
      table(texts("many", ["new", nil]), texts("few", ["z", "a"]), numbers("x", [0, 0])),
      as: Double.self
    ).coordinates
    #expect(new[0, mean] == 0)
    #expect(new[0, frequency] == points.column(frequency).min())
    // 9 or 10 missing cells are a level of their own, the most frequent.
    #expect(new[1, frequency] == points.column(frequency).max())
    #expect(encoder.features(of: .standardised, levels: .means).contains(mean))
    #expect(!encoder.features(of: .standardised).contains(mean))
    #expect(try TableEncoder.fit(table: rows, options: options).featureCount < names.count)
    let json = try JSONEncoder().encode(encoder)
    let read = try JSONDecoder().decode(TableEncoder.self, from: json)
    #expect(read == encoder)
    #expect(try read.encode(rows, as: Double.self).coordinates == points)
  }

  /// Whatever the targets of the rows that judge, not a bit of any coordinate differs.
  @Test func rowsThatJudgeAreInNoCoordinate() throws {
    let (rows, targets) = manyLevels(120, seed: 4)
    let options = EncoderOptions(maximumLevelCount: 5, additions: [.targetMeans, .ranks])
    let encoder = try TableEncoder.fit(table: rows, options: options, targets: targets)
    let features = try encoder.targetMeanFeatures(of: rows)
    #expect(features.features.map { encoder.featureKinds[$0] } == [.targetMean, .targetMean])
    let inputs = try encoder.encode(rows, as: Double.self)
    let train = (0..<120).filter { $0 % 3 != 0 }
    let validation = (0..<120).filter { $0 % 3 == 0 }
    let split = features.split(
      inputs, targets: targets, train: train, validation: validation, seed: 1)
    var other = targets
    for row in validation { other[row, 0] = 1000 - 17 * other[row, 0] }
    let again = features.split(
      inputs, targets: other, train: train, validation: validation, seed: 1)
    #expect(split == again)
    // The means of the training rows, as if nothing else were there.
    let part = try TableEncoder.fit(
      table: rows.rows(at: train), options: options, targets: targets.rows(at: train))
    let mean = try #require(part.featureNames.firstIndex(of: "few target mean"))
    let expected = try part.encode(rows.rows(at: validation), as: Double.self)
    let place = features.features[1]
    #expect(split.validation.coordinates.column(place) == expected.coordinates.column(mean))
    // Other coordinates are copied.
    let rest = (0..<encoder.featureCount).filter { !features.features.contains($0) }
    #expect(
      split.train.coordinates.columns(at: rest)
        == inputs.coordinates.rows(at: train).columns(at: rest))
    #expect(split.train != inputs.subset(at: train))
    // All rows out of fold are those of a split with nothing kept aside.
    let whole = features.outOfFold(inputs, targets: targets, seed: 1)
    let all = features.split(
      inputs, targets: targets, train: Array(0..<120), validation: [], seed: 1)
    #expect(whole == all.train)
  }

  @Test func theMeansOfATransformedTarget() throws {
    let (rows, targets) = manyLevels(80, seed: 5)
    let options = EncoderOptions(additions: [.targetMeans])
    let encoder = try TableEncoder.fit(table: rows, options: options, targets: targets)
    let squares = Matrix(column: targets.elements.map { $0 * $0 })
    let features = try encoder.targetMeanFeatures(of: rows)
    #expect(
      try features.refitting(encoder, to: squares)
        == TableEncoder.fit(table: rows, options: options, targets: squares))
    #expect(features.refitting(encoder, to: targets) == encoder)
  }

  @Test func ofManyClassesTheMostFrequentHaveMeans() throws {
    let names = (0..<60).map { "l\($0 % 6)" }
    var codes = Matrix<Double>(rowCount: 60, columnCount: 6)
    // The two classes in fewest rows are the first two.
    for row in 0..<60 { codes[row, [5, 5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 1, 0, 5, 4][row % 15]] = 1 }
    let encoder = try TableEncoder.fit(
      table: table(texts("c", names)), options: EncoderOptions(additions: [.targetMeans]),
      targets: codes)
    #expect(
      encoder.featureNames.dropFirst(6)
        == ["c target mean 3", "c target mean 4", "c target mean 5", "c target mean 6"])
  }

  @Test func countsThatDifferAreRefused() {
    let rows = table(numbers("x", [1, 2, 3]))
    #expect(
      mercerError {
        _ = try TableEncoder.fit(table: rows, targets: Matrix(column: [1, 2]))
      }?.code == .shapeMismatch)
    #expect(
      mercerError {
        _ = try TableEncoder.fit(table: rows, targets: Matrix(column: [1, 2, 3]), weights: [1])
      }?.code == .shapeMismatch)
  }
}

extension String {
  /// A number between −1 and 1 that depends on the text alone.
  fileprivate var hashed: Double {
    Double(utf8.reduce(7) { ($0 * 31 + Int($1)) % 1009 }) / 504.5 - 1
  }
}
