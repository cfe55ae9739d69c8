import MercerCore
import MercerData
import MercerKernels
import Synchronization

/// Finds the kernels of a blend: courses over views of the table, kernels and learned metrics, each
/// scored on rows that its metric has not seen, and the best of them.
///
/// What is tried follows from sizes and the seed alone, so that the result does not depend on the
/// number of threads.
/// - Complexity: for each course, round, fold, length scale and ridge m³/3 operations, m the training
///   rows of a fold, at most `rowLimit`.
struct BlendSearch: Sendable {
  /// Length scales in median distances, and ridges.
  struct Grid: Sendable {
    var factors: [Double] = [0.5, 1, 2, 4]
    var ridges: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1]
  }

  /// A way to see the table: some of its coordinates.
  struct View: Sendable {
    let name: String
    let features: [Int]
    /// Coordinates that belong to one category, by their places in `features`.
    let blocks: [[Int]]
  }

  /// A kernel whose score is worse than the best one's by this factor is not blended.
  private static let scoreTolerance = 1.3

  var grid = Grid()
  /// How many rows take part at most.
  var rowLimit = 3600
  /// How many kernels are blended at most.
  var memberLimit = 8
  /// Above so many coordinates no full metric is learned.
  var transformLimit = 150
  var seed: UInt64 = 0

  /// The views of an encoded table: its numbers by size, and by rank where that differs.
  static func views(of encoder: TableEncoder) -> [View] {
    var views: [View] = []
    for view in [TableEncoder.View.standardised, .ranked] {
      let features = encoder.features(of: view)
      guard !views.contains(where: { $0.features == features }) else { continue }
      views.append(
        View(
          name: view.rawValue, features: features,
          blocks: encoder.featureBlocks(among: features)))
    }
    return views
  }

  /// What one course holds at once on m rows, in bytes: K, a copy that is factorised, the matrix
  /// between training and validation rows, and tiles.
  private static func courseBytes(rows m: Int) -> Int { 40 * m * m }

  /// The most rows with which a few courses fit side by side in the memory.
  static func rowLimit(context: ExecutionContext) -> Int {
    max(20, Int((Double(context.memoryLimit) / Double(4 * courseBytes(rows: 1))).squareRoot()))
  }

  /// A kernel that was found.
  struct Member: Sendable {
    let kernel: any PointKernel<Double>
    let ridge: Double
    let score: Double
  }

  struct Result: Sendable {
    /// The best kernels, best first.
    let members: [Member]
    /// All rounds of all courses, by score.
    let leaderboard: [KernelSearch.Candidate]
    /// The rows that metrics were learned from.
    let rows: [Int]
  }

  /// What is tried: on each view product Laplace and Laplace kernels with learned scales, and with a
  /// full metric; a smooth kernel for tables that are smooth.
  func courses(views: [View]) -> [Course] {
    views.indices.flatMap { view in
      let full = views[view].features.count <= transformLimit && views[view].features.count > 1
      return [
        Course(view: view, geometry: .productLaplace, shape: .scales, rounds: 2),
        Course(view: view, geometry: .laplace, shape: .scales, rounds: 2),
        Course(view: view, geometry: .matern, shape: .scales, rounds: 1),
      ]
        + (full
          ? [
            Course(view: view, geometry: .laplace, shape: .transform, rounds: 2),
            Course(view: view, geometry: .productLaplace, shape: .transform, rounds: 1),
          ] : [])
    }
  }

  /// The folds: pairs of training and validation rows, several where rows are few.
  func folds(of rows: [Int]) -> [(train: [Int], validation: [Int])] {
    let count = rows.count < 500 ? 5 : rows.count < 2000 ? 3 : 1
    if count == 1 {
      let cut = rows.count * 3 / 5
      return [(Array(rows[..<cut]), Array(rows[cut...]))]
    }
    return (0..<count).map { fold in
      let isHeld = { (place: Int) in place % count == fold }
      return (
        rows.indices.filter { !isHeld($0) }.map { rows[$0] },
        rows.indices.filter(isHeld).map { rows[$0] }
      )
    }
  }

  func run(
    inputs: Points<Double>, views: [View], codes: Matrix<Double>, weights: [Double]?,
    score: @escaping @Sendable ([Int], Matrix<Double>) -> Double, context: ExecutionContext
  ) throws(MercerError) -> Result {
    var stream = RandomStream(seed: seed, purpose: "search rows")
    // In random order: a table may be sorted, and the folds are cut from these rows as they stand.
    let rows = Array(stream.permutation(inputs.count).prefix(rowLimit))
    let runs = courses(views: views).map { course in
      CourseRun(
        course: course,
        inputs: Points(inputs.coordinates.columns(at: views[course.view].features)),
        blocks: views[course.view].blocks, codes: codes, weights: weights, grid: grid)
    }
    let folds = folds(of: rows)
    let tasks = runs.indices.flatMap { run in folds.indices.map { (run, $0) } }
    let found = Mutex([Int: [RoundResult]]())
    var single = context
    single.threadCount = 1
    single.progress = nil
    let inner = single
    var outer = context
    outer.threadCount = min(
      context.threadCount, max(1, context.memoryLimit / Self.courseBytes(rows: rows.count)))
    try outer.forEach(tasks.count) { (index) throws(MercerError) in
      let (run, fold) = tasks[index]
      let results = try runs[run].scores(
        train: folds[fold].train, validation: folds[fold].validation, score: score, context: inner)
      let done = found.withLock {
        $0[index] = results
        return $0.count
      }
      context.progress?(
        WorkProgress(stage: "search", fraction: Double(done) / Double(tasks.count)))
    }
    let results = found.withLock { $0 }
    var finished: [(run: Int, result: RoundResult, chosen: [(factor: Double, ridge: Double)])] = []
    for run in runs.indices {
      var chosen: [(factor: Double, ridge: Double)] = []
      for round in 0...runs[run].course.rounds {
        var mean = RoundResult(
          course: runs[run].course, round: round,
          scores: Matrix(rowCount: grid.factors.count, columnCount: grid.ridges.count))
        for (index, task) in tasks.enumerated() where task.0 == run {
          guard let scores = results[index]?[round].scores else { continue }
          let share = Double(folds[task.1].validation.count) / Double(rows.count)
          for i in 0..<scores.rowCount {
            for j in 0..<scores.columnCount { mean.scores[i, j] += share * scores[i, j] }
          }
        }
        let best = mean.best
        chosen.append((grid.factors[best.factor], grid.ridges[best.ridge]))
        // A course of transforms begins as the course of scales does.
        if round > 0 || runs[run].course.shape == .scales {
          finished.append((run, mean, chosen))
        }
      }
    }
    finished.sort { $0.result.best.score < $1.result.best.score }
    var members: [Member] = []
    let bar = (finished.first?.result.best.score ?? 0) * Self.scoreTolerance
    for item in finished.prefix(memberLimit) where item.result.best.score <= bar {
      let base = try runs[item.run].kernel(
        round: item.result.round, rows: rows, chosen: item.chosen, context: context)
      let features = views[item.result.course.view].features
      let kernel: any PointKernel<Double> =
        features.count == inputs.dimension ? base : try ColumnsKernel(base, on: features)
      members.append(
        Member(
          kernel: kernel, ridge: item.chosen[item.result.round].ridge,
          score: item.result.best.score))
    }
    let board = finished.map { item in
      let course = item.result.course
      let best = item.result.best
      return KernelSearch.Candidate(
        kernel: "\(course.geometry.rawValue), \(views[course.view].name), "
          + (item.result.round == 0
            ? "no metric" : "\(course.shape.rawValue) of round \(item.result.round)"),
        ridge: grid.ridges[best.ridge], score: best.score, rows: rows.count)
    }
    return Result(members: members, leaderboard: board, rows: rows)
  }
}
