public import MercerCore
import MercerData
import MercerKernels

/// What a regression leaves over, learned again among near rows: f = f₀ + g, where g is a sum of exact
/// regressions on the leaves of a tree, in coordinates and a metric of its own.
///
/// f₀ is fitted to all rows but is a sum over some thousand centres, found on a sample; g has every row,
/// but only sees a few thousand at a time. Together they are a smooth part of long and a rough part of
/// short range.
/// - Source: a covariance of a low-rank and a compactly supported part is that of Vanhatalo and Vehtari,
///   Modelling local and global phenomena with sparse Gaussian processes (2008).
public struct LocalCorrection: Sendable {
  /// The coordinates that it looks at, ascending.
  public let features: [Int]
  /// The regressions, on points of these coordinates.
  public let model: LocalKernelRidgeModel

  /// The root mean square error of rows held out with it, as a share of that without it; 1 where none
  /// were.
  public let errorRatio: Double

  /// A correction from its parts.
  public init(features: [Int], model: LocalKernelRidgeModel, errorRatio: Double = 1) {
    self.features = features
    self.model = model
    self.errorRatio = errorRatio
  }

  /// g at points with all coordinates, m × k.
  ///
  /// - Complexity: for each point the rows of a leaf, or of a few, times the number of features.
  /// - Throws: `.cancelled`.
  public func predict(
    _ points: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try model.predict(Points(points.coordinates.columns(at: features)), context: context)
  }

  /// The kernel of every leaf, in the features' own numbering.
  public var kernel: any Kernel<Points<Double>, Double> { model.leaves[0].kernel }
  /// λ of every leaf.
  public var ridge: Double { model.leaves[0].ridge }
  /// How many leaves there are.
  public var leafCount: Int { model.leaves.count }
  /// Rows of all leaves; those that two of them share count twice.
  public var rowCount: Int { model.leaves.reduce(0) { $0 + $1.inputs.count } }

  /// The features by how fast it changes with them, the fastest first: those in which rows must be near.
  public var featuresByScale: [Int] {
    guard let kernel = kernel as? any MetricKernel<Double>, case .scales(let scales) = kernel.metric
    else { return features }
    return features.indices.sorted { (scales[$0], $1) > (scales[$1], $0) }.map { features[$0] }
  }

  /// The same for targets `unit` times as large, with coefficients that Float holds.
  func scaled(by unit: Double) throws(MercerError) -> LocalCorrection {
    let leaves = model.leaves.map { leaf in
      KernelRidgeModel(
        kernel: leaf.kernel, ridge: leaf.ridge, inputs: leaf.inputs,
        coefficients: leaf.coefficients.scaled(by: unit).rounded(to: .float), offsets: [],
        leaveOneOutResiduals: nil, report: leaf.report)
    }
    return LocalCorrection(
      features: features, model: try LocalKernelRidgeModel(tree: model.tree, leaves: leaves),
      errorRatio: errorRatio)
  }

  /// The same where coordinates have other numbers.
  func renumbered(_ places: [Int: Int]) -> LocalCorrection {
    LocalCorrection(
      features: features.compactMap { places[$0] }, model: model, errorRatio: errorRatio)
  }
}
