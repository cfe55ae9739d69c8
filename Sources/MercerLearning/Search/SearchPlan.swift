import MercerCore

/// What a search will try, on how many rows, and how many kernels will be blended: fixed from sizes
/// and the budget before the search begins, so that it does not depend on the machine or the number
/// of threads.
package struct SearchPlan: Sendable, Equatable {
  /// One pass over candidates.
  package struct Stage: Sendable, Equatable {
    package var rows: Int
    package var folds: Int
    /// How often the rows are cut into folds anew, which steadies scores on few rows.
    package var repeats = 1
  }

  /// All views, with plain kernels.
  package var preview: Stage
  /// All courses on the best views, coarsely.
  package var screening: Stage
  /// Transforms of the target, with a few kernels of learned scales. All rows are validated on in turn: the
  /// few largest numbers weigh most there, and a part may have none of them.
  package var firstLook: Stage { Self.firstLook(screening) }
  private static func firstLook(_ screening: Stage) -> Stage {
    Stage(rows: screening.rows, folds: max(screening.folds, 3))
  }
  /// How many of the list of courses are screened, the first ones.
  package var courseCount: Int
  /// How many descents over length scales are screened beside these, and on how many rows each is
  /// made at most.
  package var descentCount = 0
  package var descentRows = 0
  /// The best rounds, with finer settings, on more rows and other folds.
  package var refinement: Stage
  /// How many rounds are refined.
  package var finalistCount: Int
  /// How many kernels may be blended.
  package var memberLimit: Int
  /// What the model of the cost expects, in seconds.
  package var expectedSeconds: Double
  /// The seconds that were to be kept to.
  package var budget: Double

  /// How many views are kept, and what they are compared by.
  static let viewCount = 3
  static let previewedGeometries: [Geometry] = [.productLaplace, .laplace]
  static let previewedFactors: [Double] = [1, 2]
  static let previewedRidges: [Double] = [1e-2, 1e-1, 1]
  /// How often scales are learned before transforms of the target are compared.
  static let firstLookRounds = 2

  /// Length scales in median distances and ridges that are screened.
  static let factors: [Double] = [0.5, 1, 2, 4]
  static let ridges: [Double] = [1e-3, 1e-2, 1e-1, 1]

  /// The seconds for search and fit when nobody says: a few for a small table, half a minute for
  /// 10,000 rows, and more where the fits alone take longer.
  package static func defaultBudget(rowCount n: Int) -> Double {
    let thousands = Double(n) / 1000
    return min(1 + 2.8 * thousands + max(0, thousands - 1) * 1.4 + max(0, thousands - 10) * 8, 600)
  }

  /// The sizes that a plan is made from.
  package struct Sizes: Sendable {
    package var rows: Int
    /// The coordinates of the widest view.
    package var features: Int
    package var targets: Int
    /// How many views there are to choose from.
    package var views: Int
    /// How many courses there are to choose from.
    package var courses: Int
    /// How many forms of the target are compared, itself among them.
    package var transforms: Int
    /// How long one kernel takes to fit to all rows, in seconds.
    package var memberSeconds: Double
    /// How many kernels may be blended however long they take.
    package var leastMembers: Int
    /// The most rows for which a few courses fit into the memory side by side.
    package var rowLimit: Int
    /// The folds that were asked for, if any.
    package var folds: Int?
    /// Whether the rows can be cut into folds in more than one way.
    package var mayRepeat: Bool

    package init(
      rows: Int, features: Int, targets: Int, views: Int, courses: Int, transforms: Int = 1,
      memberSeconds: Double,
      leastMembers: Int = 1, rowLimit: Int, folds: Int? = nil,
      mayRepeat: Bool = true
    ) {
      self.rows = rows
      self.features = features
      self.targets = targets
      self.views = views
      self.courses = courses
      self.transforms = transforms
      self.memberSeconds = memberSeconds
      self.leastMembers = leastMembers
      self.rowLimit = rowLimit
      self.folds = folds
      self.mayRepeat = mayRepeat
    }
  }

  /// The plan for a table.
  ///
  /// - Parameter asked: the seconds for search and fit that someone asked for; nil for the default, to which
  ///   the time that comparing transforms takes is added.
  package init(_ sizes: Sizes, budget asked: Double?) {
    let budget = asked ?? Self.defaultBudget(rowCount: sizes.rows)
    let n = min(sizes.rows, sizes.rowLimit)
    memberLimit = max(
      sizes.leastMembers, min(8, Int(0.45 * budget / max(sizes.memberSeconds, 1e-9))))
    var left = max(budget - Double(memberLimit) * sizes.memberSeconds, 0.3 * budget)
    // Half for a first look: first enough rows, then as many courses as there is time for.
    let cost = Cost(sizes)
    var rows = min(n, 1600)
    func stage(_ rows: Int) -> Stage {
      Stage(rows: rows, folds: sizes.folds ?? (rows < 500 ? 5 : rows < 1500 ? 3 : 1))
    }
    let wanted = min(sizes.courses, 10)
    while rows > 300, Double(wanted) * cost.screening(stage(rows)) > 0.5 * left {
      rows = rows * 4 / 5
    }
    screening = stage(rows)
    preview = stage(min(rows, 1000))
    let firstLook = Self.firstLook(screening)
    let looked =
      sizes.transforms > 1
      ? Double(sizes.views) * cost.preview(preview)
        + Double(sizes.transforms) * cost.firstLook(firstLook) : 0
    if asked != nil { left = max(left - looked, 0.5 * left) }
    self.budget = asked ?? budget + looked
    let one = cost.screening(screening)
    courseCount = max(min(sizes.courses, Int(0.5 * left / one)), min(sizes.courses, 2))
    let previewed =
      sizes.views > Self.viewCount ? Double(sizes.views) * cost.preview(preview) : 0
    let screened = Double(courseCount) * one + previewed
    finalistCount = 12
    var more = n
    func refined(_ rows: Int) -> Stage {
      Stage(
        rows: rows, folds: sizes.folds ?? (rows < 1200 ? 5 : rows < 5000 ? 3 : 1),
        repeats: sizes.mayRepeat && rows < 600 ? 3 : 1)
    }
    while more > screening.rows,
      Double(finalistCount) * cost.refinement(refined(more)) > left - screened
    {
      more = more * 9 / 10
    }
    refinement = refined(max(more, screening.rows))
    while finalistCount > 3,
      Double(finalistCount) * cost.refinement(refinement) > left - screened
    {
      finalistCount -= 1
    }
    expectedSeconds =
      looked + screened + Double(finalistCount) * cost.refinement(refinement)
      + Double(memberLimit) * sizes.memberSeconds
    planDescents(sizes, cost: cost, left: left)
  }

  /// The share of the search's time that descents may take, and how many rows one is made on.
  private static let descentShare = 0.15
  private static let descentRowRange = 300...1000

  /// Descents where there is time left when everything else is done to the full: elsewhere more rows
  /// and more of the other courses serve better.
  private mutating func planDescents(_ sizes: Sizes, cost: Cost, left: Double) {
    let room = min(Self.descentShare * left, budget - expectedSeconds)
    let runs =
      screening.folds * screening.repeats + refinement.folds * refinement.repeats + 2
    for count in [2, 1] {
      var rows = min(screening.rows * 3 / 5, Self.descentRowRange.upperBound)
      while rows >= Self.descentRowRange.lowerBound {
        let seconds = Double(runs * count) * cost.descent(rows)
        if seconds <= room {
          (descentCount, descentRows) = (count, rows)
          expectedSeconds += seconds
          return
        }
        rows = rows * 9 / 10
      }
    }
  }

  /// Seconds on two cores of the machine of `docs/benchmarks.md`.
  private struct Cost {
    let sizes: Sizes

    init(_ sizes: Sizes) { self.sizes = sizes }

    /// A view.
    func preview(_ stage: Stage) -> Double {
      Double(SearchPlan.previewedGeometries.count)
        * round(
          stage, factors: SearchPlan.previewedFactors.count,
          settings: SearchPlan.previewedFactors.count * SearchPlan.previewedRidges.count)
    }

    /// A transform, without the choice of a view.
    func firstLook(_ stage: Stage) -> Double {
      Double(1 + SearchPlan.firstLookRounds) * preview(stage)
    }

    /// A course of 2.2 rounds on average, over all settings.
    func screening(_ stage: Stage) -> Double {
      2.2
        * round(
          stage, factors: SearchPlan.factors.count,
          settings: SearchPlan.factors.count * SearchPlan.ridges.count)
    }

    /// A round with what leads to it.
    func refinement(_ stage: Stage) -> Double { 1.6 * round(stage, factors: 2, settings: 6) }

    /// One descent: some n³ operations a step, in double precision, and the kernel's gradients.
    func descent(_ rows: Int) -> Double {
      let r = Double(rows)
      let step = r * r * r / 2.5e10 + r * r * (Double(sizes.features) + 40) / 4e9 + 3e-4
      // One evaluation in five is spent on finding the length of a step.
      return 1.2 * Double(CourseRun.descentSteps) * step / 2
    }

    private func round(_ stage: Stage, factors: Int, settings: Int) -> Double {
      let held = stage.folds == 1 ? 0.4 : 1 / Double(stage.folds)
      let seconds = SearchPlan.roundSeconds(
        training: Double(stage.rows) * (1 - held), validation: Double(stage.rows) * held,
        features: sizes.features, targets: sizes.targets, factors: factors, settings: settings)
      return Double(stage.folds * stage.repeats) * seconds
    }
  }

  /// Seconds for a round of a course on one fold, as `Cost` has them.
  static func roundSeconds(
    training m: Double, validation v: Double, features: Int, targets: Int, factors: Int,
    settings: Int
  ) -> Double {
    let d = Double(features)
    let k = Double(targets)
    let tiles = Double(factors) * (m * m / 2 + m * v) * (d + 20) / 3e10
    let solves = Double(settings) * (m * m * m / 3 / 8e10 + (2 * m * m + 2 * m * v) * k / 1.6e10)
    let gradients = min(m, 1500) * m * d * (1 + k) / 2e10
    let scores = 6 * v * (k + 1) * 1.5e-7
    return (tiles + solves + gradients + scores + 3e-3) / 2
  }
}
