extension Course {
  /// Above so many coordinates no full metric is learned.
  private static let transformLimit = 150

  /// What is tried on each view with how many rounds, the most promising first: on all views those of
  /// the first group, then those of the second.
  private static let groups: [[(Geometry, Shape, Int)]] = [
    [
      (.productLaplace, .scales, 2), (.laplace, .scales, 2), (.laplace, .transform, 2),
      (.productLaplace, .transform, 1), (.matern, .scales, 1),
    ],
    [
      (.sharp, .scales, 1), (.gaussian, .scales, 1), (.twoScales, .scales, 1),
      (.network, .scales, 0), (.linearAndLaplace, .scales, 1),
      (.linearAndProductLaplace, .scales, 1), (.anova, .scales, 1), (.pairwise, .scales, 1),
    ],
  ]

  /// The kernels whose length scales may be found by descent.
  private static let descending: [Geometry] = [.matern, .productLaplace]

  /// All that the search can try.
  package static let kinds: [Kind] =
    groups.joined().map { Kind(geometry: $0.0, shape: $0.1) }
    + descending.map { Kind(geometry: $0, shape: .descent) }

  /// Courses but descents.
  static func list(on kept: [Int], of views: [SearchData.View]) -> [Course] {
    groups.flatMap { group in
      kept.flatMap { view in
        group.compactMap { geometry, shape, rounds in
          let count = views[view].features.count
          guard shape == .scales || (2...transformLimit).contains(count) else { return nil }
          return Course(view: view, geometry: geometry, shape: shape, rounds: rounds)
        }
      }
    }
  }

  /// Descents over length scales: on the best view, then on the others.
  static func descents(on kept: [Int], rows: Int) -> [Course] {
    kept.flatMap { view in
      descending.map {
        Course(view: view, geometry: $0, shape: .descent, rounds: 1, descentRows: rows)
      }
    }
  }
}

extension BlendSearch {
  /// What is screened on the views that were kept.
  func courses(on kept: [Int], of views: [SearchData.View]) -> [Course] {
    guard let onlyKind else {
      return Array(Course.list(on: kept, of: views).prefix(plan.courseCount))
        + Course.descents(on: kept, rows: plan.descentRows).prefix(plan.descentCount)
    }
    let all =
      Course.list(on: kept, of: views)
      + Course.descents(on: kept, rows: max(plan.descentRows, plan.screening.rows / 2))
    return all.filter { $0.kind == onlyKind }
  }
}
