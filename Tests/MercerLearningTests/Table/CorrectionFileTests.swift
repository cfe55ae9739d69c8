#if !DEBUG
  import Foundation
  import MercerCore
  import MercerData
  import MercerLearning
  import Testing

  /// A model whose centres cannot hold what rows of one day and place have in common.
  @Suite struct CorrectionFileTests {
    private static func table(_ n: Int, seed: UInt64) -> Table {
      var effects = RandomStream(seed: 11, purpose: "effects")
      let common = (0..<1000).map { _ in 2 * effects.normal() }
      var stream = RandomStream(seed: seed, purpose: "rows")
      let day = (0..<n).map { _ in Double(Int(40 * stream.uniform())) }
      let place = (0..<n).map { _ in Int(25 * stream.uniform()) }
      let x = (0..<n).map { _ in 2 * stream.uniform() - 1 }
      let y = (0..<n).map {
        3 * x[$0] + common[25 * Int(day[$0]) + place[$0]] + stream.normal()
      }
      return Table(
        columns: [
          Column(name: "day", kind: .numeric, values: .numbers(day)),
          Column(
            name: "place", kind: .categorical,
            values: .levels(
              codes: place.map { Int32($0) },
              names: (0..<25).map { "p" + String(UnicodeScalar(UInt8(97 + $0))) })),
          Column(name: "x", kind: .numeric, values: .numbers(x)),
          Column(name: "y", kind: .numeric, values: .numbers(y)),
        ], rowCount: n, source: "days.csv")
    }

    private func values(_ model: TableModel, _ table: Table) throws -> [Double] {
      guard case .numbers(let values, _, _, _) = try model.predict(table).predictions else {
        return []
      }
      return values
    }

    @Test func aCorrectionIsFoundKeptAndRead() throws {
      var learner = TableLearner(target: "y")
      learner.solver = .centres
      learner.budget = 3
      let (train, test) = (Self.table(13_000, seed: 1), Self.table(1500, seed: 2))
      let model = try learner.fit(train).model
      let correction = try #require(model.correction)
      #expect(correction.errorRatio < 1)

      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("mercer-correction-\(UUID().uuidString).safetensors").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try model.write(to: path)
      let read = try TableModel(readingFrom: path)
      #expect(try values(read, test).map(\.bitPattern) == values(model, test).map(\.bitPattern))
      #expect(read.correction?.errorRatio == correction.errorRatio)

      // The mean of 13 rows and noise of 1 leave 1.04; without the correction the error is above.
      let plain = TableModel(
        encoder: model.encoder, target: model.target, regression: model.regression,
        calibration: nil, spread: model.spread, history: model.history)
      #expect(try error(of: model, test) < 0.9 * error(of: plain, test))
      #expect(try error(of: model, test) < 1.3)

      // What is explained is what is predicted.
      let parts = try TableExplainer(model, table: test).contributions(of: [0, 1])
      for (part, value) in zip(parts, try values(model, test)) {
        #expect(abs(part.value - value) < 1e-9)
        let sum = part.contributions.reduce(part.baseline) { $0 + $1.value }
        #expect(abs(sum - value) < 1e-9)
      }

      var file = try SafetensorsFile(readingFrom: path)
      #expect(file.metadata["format_version"] == "4")
      file.metadata["checksum"] = nil
      for name in ["inputs", "coefficients", "counts"] {
        var damaged = file
        damaged.tensors["correction.\(name)"] = nil
        try damaged.write(to: path)
        #expect(throws: MercerError.self) { try TableModel(readingFrom: path) }
      }
    }

    /// Residuals of a sum over all rows hide what near rows have in common, so a sum over few of them is
    /// tried beside it, unless the solver was asked for.
    @Test func fewCentresShowWhatASumOverAllRowsHides() throws {
      var learner = TableLearner(target: "y")
      learner.budget = 3
      // Too little for a factorisation.
      var context = ExecutionContext()
      context.memoryLimit = 600_000_000
      let (train, test) = (Self.table(13_000, seed: 1), Self.table(1500, seed: 2))
      let prepared = try learner.prepare(train, context: context)
      #expect([.iterativeStored, .iterativeTiled].contains(prepared.plan.method))
      let outcome = try learner.fit(prepared, context: context)
      #expect(outcome.plan.method == .centres && outcome.plan.centreCount < 13_000 / 8)
      #expect(outcome.forecast == nil)
      #expect(outcome.model.correction != nil)

      learner.solver = .conjugateGradients
      let asked = try learner.fit(train, context: context)
      #expect(asked.plan.method == prepared.plan.method)
      #expect(asked.model.correction == nil)
      let (few, all) = (try error(of: outcome.model, test), try error(of: asked.model, test))
      #expect(few < all && few < 1.3, "\(few) and \(all)")
    }

    private func error(of model: TableModel, _ table: Table) throws -> Double {
      guard case .numbers(let truth)? = table.column(named: "y")?.values else { return .nan }
      let predicted = try values(model, table)
      let squares = zip(truth, predicted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return (squares / Double(truth.count)).squareRoot()
    }
  }
#endif
