import MercerCore
import MercerData

/// What a search for kernels works on: an encoded table, its ways to be seen, and the target.
struct SearchData: Sendable {
  /// A way to see the table: some of its coordinates.
  struct View: Sendable {
    let name: String
    let features: [Int]
    /// Coordinates that belong to one category, by their places in `features`.
    let blocks: [[Int]]
  }

  /// All coordinates of all rows.
  let inputs: Points<Double>
  let views: [View]
  /// n × k targets of about unit size.
  let codes: Matrix<Double>
  let weights: [Double]?
  /// What keeps validation rows apart from training rows.
  let resampling: Resampling
  /// From rows and codes less predictions, what is to be least.
  let score: @Sendable (_ rows: [Int], _ residuals: Matrix<Double>) -> Double

  /// The views of an encoded table that differ: what most tables are best seen by comes first.
  static func views(of encoder: TableEncoder) -> [View] {
    var views: [View] = []
    for view in TableEncoder.View.allCases {
      let features = encoder.features(of: view)
      guard !views.contains(where: { $0.features == features }) else { continue }
      views.append(
        View(
          name: view.rawValue, features: features,
          blocks: encoder.featureBlocks(among: features)))
    }
    return views
  }

  /// The coordinates of a view at some rows, in single precision: the search compares, and needs no
  /// more.
  func points(of view: Int, at rows: [Int]) -> Points<Float> {
    let chosen = inputs.coordinates.rows(at: rows).columns(at: views[view].features)
    return Points(Matrix(converting: chosen))
  }
}
