import MercerCore
import MercerKernels
import MercerPlatform
import MercerSolvers

extension KernelRidge {
  private static let part = "fitted"

  /// The fit, or what was kept of it; a fit that is made is kept.
  ///
  /// - Throws: as `fit`.
  func fitOrRestore(
    _ data: LabelledData<Points<Double>>, context: ExecutionContext
  ) throws(MercerError) -> KernelRidgeModel {
    let inputs = solver.modelInputs(for: data)
    if let kept = context.keeper?.restored(
      Self.part,
      { reader throws(WorkReader.Mismatch) in
        (
          coefficients: try reader.matrix(of: Double.self),
          residuals: try reader.integer() == 1 ? try reader.matrix(of: Double.self) : nil,
          offsets: try reader.numbers(), report: try reader.text()
        )
      }), let report = try? JSONDecoder().decode(SolveReport.self, from: Data(kept.report.utf8)),
      kept.coefficients.rowCount == inputs.count
    {
      return KernelRidgeModel(
        kernel: try (kernel as? any PointKernel<Double>)?.anchored(to: inputs) ?? kernel,
        ridge: ridge, inputs: inputs, coefficients: kept.coefficients, offsets: kept.offsets,
        leaveOneOutResiduals: kept.residuals, report: report)
    }
    let model = try fit(data, context: context)
    guard let keeper = context.keeper, let report = try? JSONEncoder().encode(model.report) else {
      return model
    }
    keeper.keep(Self.part) { writer in
      writer.append(model.coefficients)
      writer.append(model.leaveOneOutResiduals == nil ? 0 : 1)
      if let residuals = model.leaveOneOutResiduals { writer.append(residuals) }
      writer.append(model.offsets)
      writer.append(String(decoding: report, as: UTF8.self))
    }
    return model
  }
}
