import MercerCore
import MercerData
import MercerKernels
import MercerSolvers

/// A correction in a model file: the rows and coefficients of all leaves one after another as tensors, and
/// the rest as JSON.
extension LocalCorrection {
  static let tensorPrefix = "correction."

  fileprivate enum Tensor {
    static let inputs = tensorPrefix + "inputs"
    static let coefficients = tensorPrefix + "coefficients"
    /// How many rows each leaf has.
    static let counts = tensorPrefix + "counts"
  }

  /// All of a correction that is not an array.
  struct Description: Codable {
    /// The kernel of every leaf, on the features.
    var kernel: String
    var ridge: Double
    var features: [Int]
    var errorRatio: Double
    var tree: LocalTree
  }

  var description: Description {
    Description(
      kernel: (kernel as? any PointKernel<Double>)?.description ?? "", ridge: ridge,
      features: features, errorRatio: errorRatio, tree: model.tree)
  }

  var tensors: [String: NumericArray] {
    let k = model.leaves[0].coefficients.columnCount
    return [
      Tensor.inputs: NumericArray(
        narrowest: Matrix(
          rowCount: rowCount, columnCount: features.count,
          elements: model.leaves.flatMap(\.inputs.coordinates.elements))),
      Tensor.coefficients: NumericArray(
        narrowest: Matrix(
          rowCount: rowCount, columnCount: k,
          elements: model.leaves.flatMap(\.coefficients.elements))),
      Tensor.counts: NumericArray(model.leaves.map { Int64($0.inputs.count) }),
    ]
  }
}

extension LocalCorrection.Description {
  /// The correction of a file.
  ///
  /// - Throws: `.malformedFile` when its parts are not there, or do not fit together.
  func correction(
    of file: SafetensorsFile, featureCount: Int, outputCount: Int
  ) throws(MercerError) -> LocalCorrection {
    let disagreement = MercerError(.malformedFile, "its arrays do not fit together")
    let inputs = try file.tensor(named: LocalCorrection.Tensor.inputs)
      .matrix(as: Double.self)
    let coefficients = try file.tensor(named: LocalCorrection.Tensor.coefficients)
      .matrix(as: Double.self)
    let counts = try file.tensor(named: LocalCorrection.Tensor.counts)
      .matrix(as: Double.self).elements.map { Int(exactly: $0) ?? -1 }
    guard counts.count == tree.leafCount, counts.allSatisfy({ $0 > 0 && $0 <= inputs.rowCount }),
      counts.reduce(0, +) == inputs.rowCount, coefficients.rowCount == inputs.rowCount,
      coefficients.columnCount == outputCount, inputs.columnCount == features.count,
      tree.dimension == features.count, inputs.isFinite, coefficients.isFinite,
      features.allSatisfy((0..<featureCount).contains), ridge > 0, ridge.isFinite,
      errorRatio.isFinite
    else { throw disagreement }
    let kernel: any PointKernel<Double> = try makeKernel(parsing: kernel, of: Double.self)
    var leaves: [KernelRidgeModel] = []
    var start = 0
    for count in counts {
      leaves.append(
        KernelRidgeModel(
          kernel: kernel, ridge: ridge, inputs: Points(inputs.rows(start..<start + count)),
          coefficients: coefficients.rows(start..<start + count), offsets: [],
          leaveOneOutResiduals: nil,
          report: SolveReport(
            method: "exact", relativeResidual: nil, iterations: 0, stopReason: .direct)))
      start += count
    }
    return LocalCorrection(
      features: features, model: try LocalKernelRidgeModel(tree: tree, leaves: leaves),
      errorRatio: errorRatio)
  }
}
