import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

/// A shuffled target gives the error of the naive predictor in validation, whatever the encoder.
@Suite struct EncoderLeakTests {
  /// A way to encode: what is added, and what the kernel sees.
  struct Encoding: CustomTestStringConvertible, Sendable {
    let view: TableEncoder.View
    var levels: TableEncoder.LevelForms = .oneHot
    var maximumLevelCount = 255

    var testDescription: String { "\(view), levels \(levels.rawValue), \(maximumLevelCount)" }

    var options: EncoderOptions {
      EncoderOptions(
        maximumLevelCount: maximumLevelCount,
        additions: Set(EncoderOptions.Addition.allCases))
    }
  }

  static let encodings =
    TableEncoder.View.allCases.map { Encoding(view: $0) } + [
      Encoding(view: .ranked, levels: [.oneHot, .order]),
      Encoding(view: .ranked, levels: .order),
      Encoding(view: .ranked, levels: [.oneHot, .means]),
      // More cities than levels keep a place: their means and frequencies alone tell them apart.
      Encoding(view: .ranked, levels: .means, maximumLevelCount: 10),
      Encoding(view: .both, levels: [.oneHot, .order, .means], maximumLevelCount: 10),
    ]

  /// Rows, and how many tables, each shuffled anew.
  #if DEBUG
    static let (rowCount, repeats) = (60, 3)
  #else
    static let (rowCount, repeats) = (240, 12)
  #endif

  /// How a table is parted and its target means are made.
  enum Scheme {
    /// Five folds, means made of the training rows of each.
    case nested
    /// Five folds, and the plain means of all rows as one more coordinate: wrong.
    case meansOfAllRows
    /// Leave one out in closed form, means out of fold of all rows: what the last fit does.
    case leaveOneOut
  }

  /// Fits a product Laplace kernel whose length is half the number of coordinates, which is where
  /// searches find it, to all but one fold, and predicts that.
  private func check(
    _ encoding: Encoding, ridge: Double, shuffled: Bool = true, scheme: Scheme = .nested,
    repeats: Int = repeats
  ) throws -> LeakCheck {
    var check = LeakCheck()
    for time in 0..<repeats {
      let seed = UInt64(100 + time)
      let source = LeakTable(rows: Self.rowCount, seed: seed)
      let target = Matrix(column: shuffled ? source.shuffledTarget(seed: seed) : source.target)
      let encoder = try TableEncoder.fit(
        table: source.table, options: encoding.options, targets: target)
      let means = try encoder.targetMeanFeatures(of: source.table)
      var inputs = try encoder.encode(source.table, as: Double.self)
      var features = encoder.features(of: encoding.view, levels: encoding.levels)
      if scheme == .meansOfAllRows {
        inputs = source.appendingPlainMeans(of: target, to: inputs)
        // Beside a column of noise alone: among many columns one leak is harder to see.
        features = [encoder.featureNames.firstIndex(of: "x") ?? 0, inputs.dimension - 1]
      }
      let kernel = try ColumnsKernel(
        ProductLaplaceKernel<Double>(lengthScale: Double(features.count) / 2), on: features)
      let estimator = try KernelRidge(kernel: kernel, ridge: ridge, centresTargets: true)
      if scheme == .leaveOneOut {
        let data = try LabelledData(
          inputs: means.outOfFold(inputs, targets: target, seed: seed), targets: target)
        let residuals = try #require(try estimator.fit(data).leaveOneOutResiduals)
        // Centring uses all rows; its 1/n is far below the bound.
        for row in 0..<target.rowCount {
          check.add(truth: target[row, 0], prediction: target[row, 0] - residuals[row, 0])
        }
        continue
      }
      for fold in 0..<5 {
        let train = (0..<Self.rowCount).filter { $0 % 5 != fold }
        let validation = (0..<Self.rowCount).filter { $0 % 5 == fold }
        let points =
          scheme == .meansOfAllRows
          ? (train: inputs.subset(at: train), validation: inputs.subset(at: validation))
          : means.split(
            inputs, targets: target, train: train, validation: validation, seed: seed)
        let model = try estimator.fit(
          LabelledData(inputs: points.train, targets: target.rows(at: train)))
        let predictions = try model.predict(points.validation)
        let naive = train.reduce(0) { $0 + target[$1, 0] } / Double(train.count)
        for (place, row) in validation.enumerated() {
          check.add(truth: target[row, 0] - naive, prediction: predictions[place, 0] - naive)
        }
      }
    }
    return check
  }

  /// At a light and at a heavy ridge; the bound of 4 deviations is derived at `LeakCheck`. At the
  /// heavy one predictions are near the mean, and their error is that of the naive predictor to 3 %.
  @Test(arguments: encodings)
  func aShuffledTargetIsNotPredicted(_ encoding: Encoding) throws {
    let light = try check(encoding, ridge: 0.1)
    #expect(light.score < 4, "\(light.score)")
    #expect(light.errorRatio > 1 - 32 / Double(light.count))
    let heavy = try check(encoding, ridge: 100)
    #expect(heavy.score < 4, "\(heavy.score)")
    #expect(heavy.errorRatio > 1 - 32 / Double(light.count) && heavy.errorRatio < 1.03)
  }

  /// The same check finds what there is to find in the target as it was.
  @Test(arguments: encodings)
  func theTargetItselfIsPredicted(_ encoding: Encoding) throws {
    let found = try check(encoding, ridge: 0.1, shuffled: false)
    #expect(found.score > 4, "\(found.score)")
    #expect(found.errorRatio < 0.97, "\(found.errorRatio)")
  }

  /// And it finds a leak: means that the judged rows are in.
  @Test func meansOfAllRowsLeak() throws {
    let leaky = try check(
      Encoding(view: .ranked), ridge: 10, scheme: .meansOfAllRows, repeats: 6)
    #expect(leaky.score > 4, "\(leaky.score)")
    #expect(leaky.errorRatio < 0.97, "\(leaky.errorRatio)")
  }

  /// The last fit has means out of fold of all rows, and leaves one out of the fit alone, not of the
  /// means of the others. What that could tell is below what the check sees; it may well be less
  /// than nothing, since the mean of others is the lower the higher the row's own target.
  @Test(arguments: encodings.filter { $0.levels.contains(.means) }, [1e-3, 0.1, 10])
  func leavingOneOutIsNotFlattered(_ encoding: Encoding, ridge: Double) throws {
    let found = try check(encoding, ridge: ridge, scheme: .leaveOneOut)
    #expect(found.score < 4, "\(found.score)")
    #expect(found.errorRatio > 1 - 32 / Double(found.count))
  }
}
