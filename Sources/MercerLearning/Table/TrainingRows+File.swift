import MercerCore
import MercerData

/// The training rows as tensors of a model file, where they are optional: older files have none.
extension TrainingRows {
  private enum Tensor {
    static let rows = "rows"
    static let targets = "targets"
    static let residuals = "residuals"
  }

  static let tensorNames: Set = [Tensor.rows, Tensor.targets, Tensor.residuals]

  var tensors: [String: NumericArray] {
    var tensors = [
      Tensor.rows: NumericArray(places.map { Int64($0) }), Tensor.targets: NumericArray(targets),
    ]
    if let leaveOneOutResiduals {
      tensors[Tensor.residuals] = NumericArray(leaveOneOutResiduals)
    }
    return tensors
  }

  /// The rows that a file holds; nil when its arrays cannot be those of the regression's rows.
  ///
  /// - Parameter classCount: 0 for a regression.
  init?(in file: SafetensorsFile, of regression: KernelRidgeBlend, classCount: Int) {
    let n = regression.inputs.count
    guard let places = try? file.tensor(named: Tensor.rows).values(as: Double.self),
      let targets = try? file.tensor(named: Tensor.targets).values(as: Double.self),
      places.count == n, targets.count == n, targets.allSatisfy(\.isFinite),
      places.allSatisfy({ $0 >= 0 && $0 < 0x1p53 && $0 == $0.rounded() }),
      zip(places, places.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    if classCount > 0 {
      let classes = 0..<Double(classCount)
      guard targets.allSatisfy({ classes.contains($0) && $0 == $0.rounded() }) else { return nil }
    }
    var residuals: Matrix<Double>?
    if let array = file.tensors[Tensor.residuals] {
      let outputs = regression.members[0].coefficients.columnCount
      guard let matrix = try? array.matrix(as: Double.self), matrix.rowCount == n,
        matrix.columnCount == outputs, matrix.isFinite
      else { return nil }
      residuals = matrix
    }
    self.init(places: places.map { Int($0) }, targets: targets, leaveOneOutResiduals: residuals)
  }
}
