public import MercerCore
package import MercerData
import MercerKernels
import MercerPlatform
import MercerSolvers

/// The model file: one safetensors file, arrays as tensors and the rest as JSON in its metadata.
extension TableModel {
  /// The newest format. A reader refuses what is newer, by name.
  static let formatVersion = 4
  /// The format of a model without a correction, which readers of before can read.
  private static let plainVersion = 3

  private enum Key {
    static let format = "format"
    static let version = "format_version"
    static let model = "model"
    static let checksum = "checksum"
  }

  /// The names of the tensors. Version 1 knew a single member, and gave its arrays no number.
  private enum Tensor {
    static let inputs = "inputs"

    static func coefficients(_ member: Int, version: Int = formatVersion) -> String {
      version == 1 ? "coefficients" : "coefficients.\(member)"
    }

    static func offsets(_ member: Int, version: Int = formatVersion) -> String {
      version == 1 ? "offsets" : "offsets.\(member)"
    }
  }

  /// All of a regression that is not an array.
  private struct Member: Codable {
    var kernel: String
    var ridge: Double
    /// How much it counts; as much as any other when nil.
    var weight: Double?
    var solve: SolveReport
  }

  /// All of a model that is not an array.
  private struct Description: Codable {
    var encoder: TableEncoder
    var target: TargetEncoder
    var members: [Member]
    var calibration: ProbabilityCalibration?
    var sets: PredictionSets?
    var inverse: SmearedInverse?
    var spread: SpreadDescription?
    var correction: LocalCorrection.Description?
    var history: History

    /// Whether the parts are those of one task, so that predictions find what they look for.
    var isConsistent: Bool {
      let classCount = target.classNames.count
      if members.isEmpty || spread?.isConsistent == false
        || calibration?.isConsistent(classCount: classCount) == false
        || sets?.isConsistent == false
      {
        return false
      }
      return switch target.task {
      case .regression: target.classNames.isEmpty && calibration == nil && spread != nil
      case .binary: target.classNames.count == 2 && calibration != nil
      case .multiclass: target.classNames.count >= 2 && calibration != nil
      }
    }
  }

  /// The description as version 1 wrote it: the keys of the one member beside the others.
  private struct FirstDescription: Decodable {
    var description: Description

    private enum CodingKeys: String, CodingKey {
      case encoder, target, calibration, spread, history
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      description = Description(
        encoder: try container.decode(TableEncoder.self, forKey: .encoder),
        target: try container.decode(TargetEncoder.self, forKey: .target),
        members: [try Member(from: decoder)],
        calibration: try container.decodeIfPresent(
          ProbabilityCalibration.self, forKey: .calibration),
        spread: try container.decodeIfPresent(SpreadDescription.self, forKey: .spread),
        history: try container.decode(History.self, forKey: .history))
    }
  }

  /// Writes the model, replacing an old file at once or not at all.
  ///
  /// - Throws: `.unwritableFile`, `.internalFailure` when a kernel has no text form.
  public func write(to path: String) throws(MercerError) {
    var members: [Member] = []
    var tensors = [Tensor.inputs: NumericArray(narrowest: regression.inputs.coordinates)]
    for (index, member) in regression.members.enumerated() {
      guard let kernel = member.kernel as? any PointKernel<Double> else {
        throw MercerError(
          .internalFailure, "the kernel of this model has no text form to be saved in")
      }
      members.append(
        Member(
          kernel: kernel.description, ridge: member.ridge, weight: regression.weights[index],
          solve: member.report))
      tensors[Tensor.coefficients(index)] = NumericArray(narrowest: member.coefficients)
      tensors[Tensor.offsets(index)] = NumericArray(member.offsets)
    }
    tensors.merge(spread?.local?.tensors ?? [:]) { first, _ in first }
    tensors.merge(correction?.tensors ?? [:]) { first, _ in first }
    if let trainingRows { tensors.merge(trainingRows.tensors) { old, _ in old } }
    let description = Description(
      encoder: encoder, target: target, members: members, calibration: calibration, sets: sets,
      inverse: inverse, spread: spread.map(SpreadDescription.init),
      correction: correction?.description, history: history)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json: Data
    do { json = try encoder.encode(description) } catch {
      throw MercerError(.internalFailure, "the model could not be described: \(error)")
    }
    var file = SafetensorsFile(
      metadata: [
        Key.format: "mercer",
        Key.version: String(correction == nil ? Self.plainVersion : Self.formatVersion),
        Key.model: String(decoding: json, as: UTF8.self),
      ], tensors: tensors)
    file.metadata[Key.checksum] = file.checksum(ofMetadata: [Key.version, Key.model])
    try file.write(to: path)
  }

  /// Reads a model file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - readsTrainingRows: whether what explanations need of the training rows is read, too.
  /// - Throws: `.unreadableFile`, `.malformedFile` when it is damaged or no model,
  ///   `.unsupportedFormat` when a newer version wrote it.
  public init(readingFrom path: String, readsTrainingRows: Bool = true) throws(MercerError) {
    try self.init(
      try Self.contents(ofFile: path), readFrom: path, readsTrainingRows: readsTrainingRows)
  }

  /// The model in what was read from a file.
  ///
  /// - Throws: as `init(readingFrom:)`.
  package init(
    _ file: SafetensorsFile, readFrom path: String, readsTrainingRows: Bool = true
  ) throws(MercerError) {
    let version = try Self.version(of: file, at: path)
    do throws(Damage) {
      // Files of before had none.
      if let sum = file.metadata[Key.checksum],
        sum != file.checksum(ofMetadata: [Key.version, Key.model])
      {
        throw Damage(what: "the model has changed since it was written: its checksum is wrong")
      }
      let description = try Self.description(in: file, version: version)
      let regression = try Self.regression(of: file, description, version: version)
      self.init(
        encoder: description.encoder, target: description.target, regression: regression,
        correction: try Self.correction(of: file, description),
        calibration: description.calibration, sets: description.sets,
        inverse: description.inverse,
        spread: try Self.spread(of: file, description, training: regression.inputs),
        history: description.history,
        trainingRows: readsTrainingRows
          ? try Self.trainingRows(of: file, description, regression) : nil)
    } catch {
      throw MercerError(
        .malformedFile, error.what, at: .init(file: path),
        remedy: "copy it again, or fit the model again")
    }
  }

  /// What is wrong with the inside of a file.
  private struct Damage: Error {
    let what: String
  }

  /// Reads a file that should be a model.
  ///
  /// - Throws: `.unreadableFile`, `.malformedFile`.
  package static func contents(ofFile path: String) throws(MercerError) -> SafetensorsFile {
    do throws(MercerError) {
      return try SafetensorsFile(readingFrom: path)
    } catch {
      guard error.remedy == nil else { throw error }
      throw MercerError(
        error.code, error.message, at: error.place,
        remedy: "name the model.safetensors that fit wrote, or fit the model again")
    }
  }

  /// The version of a file that says it is a model, if it can be read.
  private static func version(
    of file: SafetensorsFile, at path: String
  ) throws(MercerError) -> Int {
    guard file.metadata[Key.format] == "mercer",
      let version = file.metadata[Key.version].flatMap({ Int($0) }), version >= 1
    else {
      throw MercerError(
        .malformedFile, "this safetensors file is not a Mercer model", at: .init(file: path),
        remedy: "name the model.safetensors that fit wrote")
    }
    guard version <= formatVersion else {
      throw MercerError(
        .unsupportedFormat,
        "the model has format version \(version), and this Mercer \(MercerVersion.current) reads "
          + "up to \(formatVersion)",
        at: .init(file: path), remedy: "use a newer Mercer")
    }
    return version
  }

  private static func description(
    in file: SafetensorsFile, version: Int
  ) throws(Damage) -> Description {
    let json = Data((file.metadata[Key.model] ?? "").utf8)
    let description: Description
    do {
      let decoder = JSONDecoder()
      description =
        version == 1
        ? try decoder.decode(FirstDescription.self, from: json).description
        : try decoder.decode(Description.self, from: json)
    } catch { throw Damage(what: "the description inside the model is damaged") }
    guard description.isConsistent else {
      throw Damage(what: "the description inside the model contradicts itself")
    }
    return description
  }

  /// The members, each checked against the description and the inputs that all share.
  private static func regression(
    of file: SafetensorsFile, _ description: Description, version: Int
  ) throws(Damage) -> KernelRidgeBlend {
    let inputs = Points(try matrix(Tensor.inputs, of: file))
    let classCount = description.target.classNames.count
    let outputs = classCount > 2 ? classCount : 1
    let disagreement = Damage(what: "the arrays inside the model do not fit together")
    guard inputs.dimension == description.encoder.featureCount, inputs.coordinates.isFinite else {
      throw disagreement
    }
    var members: [KernelRidgeModel] = []
    for (place, member) in description.members.enumerated() {
      let coefficients = try matrix(Tensor.coefficients(place, version: version), of: file)
      let offsets = try matrix(Tensor.offsets(place, version: version), of: file)
      guard coefficients.rowCount == inputs.count, coefficients.columnCount == outputs,
        offsets.count == outputs, coefficients.isFinite, offsets.isFinite
      else { throw disagreement }
      let kernel: any PointKernel<Double>
      do throws(MercerError) {
        kernel = try makeKernel(parsing: member.kernel, of: Double.self).anchored(to: inputs)
      } catch {
        throw Damage(what: "the kernel \(quoted(member.kernel)) of the model is unknown")
      }
      members.append(
        KernelRidgeModel(
          kernel: kernel, ridge: member.ridge, inputs: inputs, coefficients: coefficients,
          offsets: offsets.elements, leaveOneOutResiduals: nil, report: member.solve))
    }
    // Arrays of members that the description does not have.
    let arrayCount = file.tensors.keys.count {
      !TrainingRows.tensorNames.contains($0) && !$0.hasPrefix(SpreadTensor.prefix)
        && !$0.hasPrefix(LocalCorrection.tensorPrefix)
    }
    guard version == 1 || arrayCount == 1 + 2 * members.count else { throw disagreement }
    do throws(MercerError) {
      let weights = description.members.map { $0.weight ?? 1 }
      return try KernelRidgeBlend(members: members, weights: weights)
    } catch { throw disagreement }
  }

  private static func spread(
    of file: SafetensorsFile, _ description: Description, training: Points<Double>
  ) throws(Damage) -> ResidualSpread? {
    do throws(MercerError) {
      return try description.spread?.spread(of: file, training: training)
    } catch { throw Damage(what: "the spread inside the model is damaged: \(error.message)") }
  }

  private static func correction(
    of file: SafetensorsFile, _ description: Description
  ) throws(Damage) -> LocalCorrection? {
    let classCount = description.target.classNames.count
    do throws(MercerError) {
      return try description.correction?.correction(
        of: file, featureCount: description.encoder.featureCount,
        outputCount: classCount > 2 ? classCount : 1)
    } catch { throw Damage(what: "the correction inside the model is damaged: \(error.message)") }
  }

  private static func trainingRows(
    of file: SafetensorsFile, _ description: Description, _ regression: KernelRidgeBlend
  ) throws(Damage) -> TrainingRows? {
    guard !TrainingRows.tensorNames.isDisjoint(with: file.tensors.keys) else { return nil }
    guard
      let rows = TrainingRows(
        in: file, of: regression, classCount: description.target.classNames.count)
    else { throw Damage(what: "the arrays inside the model do not fit together") }
    return rows
  }

  private static func matrix(
    _ name: String, of file: SafetensorsFile
  ) throws(Damage) -> Matrix<Double> {
    do throws(MercerError) {
      return try file.tensor(named: name).matrix(as: Double.self)
    } catch { throw Damage(what: "the arrays inside the model are damaged: \(error.message)") }
  }
}
