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
  /// What such a score is to a person.
  let scoreText: @Sendable (_ score: Double) -> String

  /// The coordinates that know targets, made anew for each split.
  let targetMeans: TargetMeanFeatures
  let seed: UInt64

  /// How categories are seen: by their levels; by those with their order and their mean targets; by
  /// the latter alone, which suits many levels.
  private static let levelForms: [(name: String, forms: TableEncoder.LevelForms)] = [
    ("", .oneHot), (" and level means", [.oneHot, .order, .means]),
    (", levels by means", [.order, .means]),
  ]

  /// The views of an encoded table that differ: what most tables are best seen by comes first.
  static func views(of encoder: TableEncoder) -> [View] {
    var views: [View] = []
    for (name, levels) in levelForms {
      // Two ways to see numbers are enough where categories are seen in other ways, too.
      let ways = TableEncoder.View.allCases.prefix(name.isEmpty ? .max : 2)
      for view in ways {
        let features = encoder.features(of: view, levels: levels)
        guard !views.contains(where: { $0.features == features }) else { continue }
        views.append(
          View(
            name: view.rawValue + name, features: features,
            blocks: encoder.featureBlocks(among: features)))
      }
    }
    return views
  }

  /// The coordinates of a view at rows to learn from and rows to validate on, in single precision: the
  /// search compares, and needs no more. No validation row's target is in any of them.
  func points(
    of view: Int, training: [Int], validation: [Int]
  ) -> (training: Points<Float>, validation: Points<Float>) {
    let features = views[view].features
    let made = Set(targetMeans.features)
    guard features.contains(where: made.contains) else {
      return (
        Self.points(inputs.coordinates.rows(at: training), features),
        Self.points(inputs.coordinates.rows(at: validation), features)
      )
    }
    let groups: [Int]? = if case .grouped(let groups) = resampling { groups } else { nil }
    let split = targetMeans.split(
      inputs, targets: codes, weights: weights, groups: groups, train: training,
      validation: validation, seed: seed)
    return (
      Self.points(split.train.coordinates, features),
      Self.points(split.validation.coordinates, features)
    )
  }

  private static func points(_ coordinates: Matrix<Double>, _ features: [Int]) -> Points<Float> {
    Points(Matrix(converting: coordinates.columns(at: features)))
  }
}

extension [SearchData.View] {
  /// The coordinates of the view that has most; 0 where there is no view.
  var largestWidth: Int { map(\.features.count).max() ?? 0 }
}
