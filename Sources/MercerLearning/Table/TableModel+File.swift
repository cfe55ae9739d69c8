import Foundation
public import MercerCore
import MercerData
import MercerKernels
import MercerSolvers

/// The model file: one safetensors file, arrays as tensors and the rest as JSON in its metadata.
extension TableModel {
  /// The format written by this version. A reader refuses what is newer, by name.
  static let formatVersion = 1

  private enum Key {
    static let format = "format"
    static let version = "format_version"
    static let model = "model"
  }

  /// All of a model that is not an array.
  private struct Description: Codable {
    var encoder: TableEncoder
    var target: TargetEncoder
    var kernel: String
    var ridge: Double
    var solve: SolveReport
    var calibration: ProbabilityCalibration?
    var spread: ResidualSpread?
    var history: History

    /// Whether the parts are those of one task, so that predictions find what they look for.
    var isConsistent: Bool {
      switch target.task {
      case .regression: target.classNames.isEmpty && calibration == nil && spread != nil
      case .binary: target.classNames.count == 2 && calibration != nil
      case .multiclass: target.classNames.count >= 2 && calibration != nil
      }
    }
  }

  /// Writes the model, replacing an old file at once or not at all.
  ///
  /// - Throws: `.unwritableFile`, `.internalFailure` when the kernel has no text form.
  public func write(to path: String) throws(MercerError) {
    guard let kernel = regression.kernel as? any PointKernel<Double> else {
      throw MercerError(
        .internalFailure, "the kernel of this model has no text form to be saved in")
    }
    let description = Description(
      encoder: encoder, target: target, kernel: kernel.description, ridge: regression.ridge,
      solve: regression.report, calibration: calibration, spread: spread, history: history)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json: Data
    do { json = try encoder.encode(description) } catch {
      throw MercerError(.internalFailure, "the model could not be described: \(error)")
    }
    let file = SafetensorsFile(
      metadata: [
        Key.format: "mercer", Key.version: String(Self.formatVersion),
        Key.model: String(decoding: json, as: UTF8.self),
      ],
      tensors: [
        "inputs": NumericArray(regression.inputs.coordinates),
        "coefficients": NumericArray(regression.coefficients),
        "offsets": NumericArray(regression.offsets),
      ])
    try file.write(to: path)
  }

  /// Reads a model file.
  ///
  /// - Throws: `.unreadableFile`, `.malformedFile` when it is damaged or no model,
  ///   `.unsupportedFormat` when a newer version wrote it.
  public init(readingFrom path: String) throws(MercerError) {
    func damaged(_ what: String) -> MercerError {
      MercerError(
        .malformedFile, what, at: .init(file: path), remedy: "copy it again, or fit the model again"
      )
    }
    let file: SafetensorsFile
    do throws(MercerError) {
      file = try SafetensorsFile(readingFrom: path)
    } catch {
      guard error.remedy == nil else { throw error }
      throw MercerError(
        error.code, error.message, at: error.place,
        remedy: "name the model.safetensors that fit wrote, or fit the model again")
    }
    guard file.metadata[Key.format] == "mercer",
      let version = file.metadata[Key.version].flatMap({ Int($0) })
    else {
      throw MercerError(
        .malformedFile, "this safetensors file is not a Mercer model", at: .init(file: path),
        remedy: "name the model.safetensors that fit wrote")
    }
    guard version <= Self.formatVersion else {
      throw MercerError(
        .unsupportedFormat,
        "the model has format version \(version), and this Mercer \(MercerVersion.current) reads "
          + "up to \(Self.formatVersion)",
        at: .init(file: path), remedy: "use a newer Mercer")
    }
    let description: Description
    do {
      description = try JSONDecoder().decode(
        Description.self, from: Data((file.metadata[Key.model] ?? "").utf8))
    } catch { throw damaged("the description inside the model is damaged") }
    let inputs: Matrix<Double>
    let coefficients: Matrix<Double>
    let offsets: [Double]
    let kernel: any PointKernel<Double>
    do throws(MercerError) {
      inputs = try file.tensor(named: "inputs").matrix(as: Double.self)
      coefficients = try file.tensor(named: "coefficients").matrix(as: Double.self)
      offsets = try file.tensor(named: "offsets").values(as: Double.self)
    } catch { throw damaged("the arrays inside the model are damaged: \(error.message)") }
    do throws(MercerError) {
      kernel = try makeKernel(parsing: description.kernel, of: Double.self)
        .anchored(to: Points(inputs))
    } catch { throw damaged("the kernel \(quoted(description.kernel)) of the model is unknown") }
    let outputs =
      description.target.classNames.count > 2 ? description.target.classNames.count : 1
    guard description.isConsistent else {
      throw damaged("the description inside the model contradicts itself")
    }
    guard inputs.columnCount == description.encoder.featureCount,
      inputs.rowCount == coefficients.rowCount, coefficients.columnCount == outputs,
      offsets.count == outputs, inputs.isFinite, coefficients.isFinite,
      offsets.allSatisfy(\.isFinite)
    else { throw damaged("the arrays inside the model do not fit together") }
    self.init(
      encoder: description.encoder, target: description.target,
      regression: KernelRidgeModel(
        kernel: kernel, ridge: description.ridge, inputs: Points(inputs),
        coefficients: coefficients,
        offsets: offsets, leaveOneOutResiduals: nil, report: description.solve),
      calibration: description.calibration, spread: description.spread,
      history: description.history)
  }
}
