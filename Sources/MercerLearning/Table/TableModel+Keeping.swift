import MercerCore
import MercerData
import MercerKernels

extension TableModel {
  /// The same model without the coordinates that no kernel of it sees: a smaller file, and less to
  /// encode for a prediction. Predictions stay as they are.
  ///
  /// - Throws: `.internalFailure` when a kernel has no text form.
  func keepingSeenCoordinates() throws(MercerError) -> TableModel {
    let d = encoder.featureCount
    var seen: Set<Int> = []
    for member in regression.members {
      seen.formUnion(try Self.expression(of: member.kernel).columns(ofDimension: d))
    }
    if let local = spread?.local {
      seen.formUnion(local.kernel.expression.columns(ofDimension: d + 1))
    }
    seen.remove(d)
    seen.formUnion(correction?.features ?? [])
    let (kept, features) = encoder.keeping(seen)
    guard features.count < d else { return self }
    // The prediction stays the last coordinate of the spread.
    let places = Dictionary(
      uniqueKeysWithValues: zip(features + [d], 0..<features.count + 1))
    let inputs = Points(regression.inputs.coordinates.columns(at: features))
    var members: [KernelRidgeModel] = []
    for member in regression.members {
      members.append(
        KernelRidgeModel(
          kernel: try Self.expression(of: member.kernel).renumbered(places)
            .makeKernel(of: Double.self).anchored(to: inputs),
          ridge: member.ridge, inputs: inputs, coefficients: member.coefficients,
          offsets: member.offsets, leaveOneOutResiduals: member.leaveOneOutResiduals,
          report: member.report))
    }
    var local: LocalSpread?
    if let old = spread?.local {
      local = try old.moved(to: features, places: places, training: inputs)
    }
    return replacing(
      encoder: kept,
      regression: try KernelRidgeBlend(members: members, weights: regression.weights),
      correction: correction?.renumbered(places), local: local, trainingRows: trainingRows)
  }

  /// The same model without the rows that nothing is made of: their coefficients are exactly 0 in every
  /// member, and the spread was not learned from them. Predictions stay as they are. A kernel that is
  /// centred looks at all rows, and keeps them.
  ///
  /// - Throws: `.internalFailure` when a kernel has no text form.
  func keepingRowsThatCount() throws(MercerError) -> TableModel {
    var counts = [Bool](repeating: false, count: regression.inputs.count)
    for member in regression.members {
      guard !(try Self.expression(of: member.kernel).dependsOnReference) else { return self }
      let width = member.coefficients.columnCount
      member.coefficients.withUnsafeBufferPointer { alpha in
        for place in alpha.indices where alpha[place] != 0 { counts[place / width] = true }
      }
    }
    if let local = spread?.local {
      guard !local.kernel.expression.dependsOnReference else { return self }
      for row in local.rows ?? [] { counts[row] = true }
    }
    let kept = counts.indices.filter { counts[$0] }
    guard !kept.isEmpty, kept.count < counts.count else { return self }
    let inputs = regression.inputs.subset(at: kept)
    let members = regression.members.map {
      KernelRidgeModel(
        kernel: $0.kernel, ridge: $0.ridge, inputs: inputs,
        coefficients: $0.coefficients.rows(at: kept), offsets: $0.offsets,
        leaveOneOutResiduals: $0.leaveOneOutResiduals?.rows(at: kept), report: $0.report)
    }
    let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    return replacing(
      encoder: encoder,
      regression: try KernelRidgeBlend(members: members, weights: regression.weights),
      correction: correction, local: spread?.local?.numbering(rows: places),
      trainingRows: trainingRows.map { rows in
        TrainingRows(
          places: kept.map { rows.places[$0] }, targets: kept.map { rows.targets[$0] },
          leaveOneOutResiduals: rows.leaveOneOutResiduals?.rows(at: kept))
      })
  }

  private func replacing(
    encoder: TableEncoder, regression: KernelRidgeBlend, correction: LocalCorrection?,
    local: LocalSpread?, trainingRows: TrainingRows?
  ) -> TableModel {
    TableModel(
      encoder: encoder, target: target, regression: regression, correction: correction,
      calibration: calibration, sets: sets, inverse: inverse,
      spread: spread.map {
        ResidualSpread(
          deviation: $0.deviation, levels: $0.levels, lower: $0.lower, upper: $0.upper,
          local: local)
      }, history: history, trainingRows: trainingRows)
  }

  private static func expression(
    of kernel: any Kernel<Points<Double>, Double>
  ) throws(MercerError) -> KernelExpression {
    guard let kernel = kernel as? any PointKernel<Double> else {
      throw MercerError(.internalFailure, "a kernel of this model has no text form")
    }
    return kernel.expression
  }
}

extension LocalSpread {
  /// The same spread, its rows among those of the regression called by other numbers.
  fileprivate func numbering(rows places: [Int: Int]) -> LocalSpread {
    LocalSpread(
      kernel: kernel, ridge: ridge, inputs: inputs, rows: rows?.compactMap { places[$0] },
      coefficients: coefficients, scale: scale, range: range,
      predictionCentre: predictionCentre, predictionUnit: predictionUnit)
  }

  /// The same spread on some of the coordinates, and the prediction.
  fileprivate func moved(
    to features: [Int], places: [Int: Int], training: Points<Double>
  ) throws(MercerError) -> LocalSpread {
    LocalSpread(
      kernel: try Self.anchored(
        kernel.expression.renumbered(places).makeKernel(of: Double.self), training: training),
      ridge: ridge,
      inputs: Points(inputs.coordinates.columns(at: features + [inputs.dimension - 1])),
      rows: rows, coefficients: coefficients, scale: scale, range: range,
      predictionCentre: predictionCentre, predictionUnit: predictionUnit)
  }

  /// A kernel of the spread with what it takes from the rows of the regression.
  static func anchored(
    _ kernel: any PointKernel<Double>, training: Points<Double>
  ) throws(MercerError) -> any PointKernel<Double> {
    guard kernel.expression.dependsOnReference else { return kernel }
    // A prediction is no coordinate that a kernel takes a mean over, so any will do for these rows.
    return try kernel.anchored(
      to: training.appending([Double](repeating: 0, count: training.count)))
  }
}
