import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import RealModule

/// Whether predictions know the targets that they are judged by.
///
/// Let y be the targets that judge, each less the mean of the training targets that its fold had
/// (the naive predictor), and f the predictions less the same. Without a leak, y is independent of f,
/// and Σ y f has the mean 0. If predictions are linear in the training targets, f = H y with H zero
/// within folds, its variance is σ⁴ Σᵢⱼ (Hᵢⱼ² + Hᵢⱼ Hⱼᵢ) ≤ 2 σ⁴ Σ H² = 2 σ² E Σ f². So
/// Σ y f / √(2 σ² Σ f²) has a deviation of at most about 1, and is above 4 once in 30,000 times.
///
/// In terms of the error: (Σ (y − f)² − Σ y²) / Σ y² is least, over all multiples of f, at
/// −(Σ y f)² / (Σ f² Σ y²), which is −2 · score² / n. So a score below 4 says that no rescaling of
/// the predictions is better than the naive predictor by more than 32/n of its error.
struct LeakCheck {
  private var product = 0.0
  private var predicted = 0.0
  private var truth = 0.0
  private(set) var count = 0

  mutating func add(truth y: Double, prediction f: Double) {
    product += y * f
    predicted += f * f
    truth += y * y
    count += 1
  }

  /// How many deviations the predictions agree with the targets beyond chance.
  var score: Double {
    predicted > 0 ? product / (2 * truth / Double(count) * predicted).squareRoot() : 0
  }

  /// The error of the predictions over that of the naive predictor.
  var errorRatio: Double { (truth - 2 * product + predicted) / truth }
}

/// A table with a column of every kind that encoders treat in a way of their own, and a target.
struct LeakTable {
  let table: Table
  /// Depends on all columns but `x`; of mean 0 and deviation 1.
  let target: [Double]

  init(rows: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: "leak tables")
    var target = [Double](repeating: 0, count: rows)
    func numbers(_ name: String, _ values: [Double], kind: ColumnKind = .numeric) -> Column {
      Column(name: name, kind: kind, values: .numbers(values))
    }
    func levels(_ name: String, _ codes: [Int], _ names: [String]) -> Column {
      let order = names.indices.sorted { names[$0] < names[$1] }
      var places = order
      for (place, level) in order.enumerated() { places[level] = place }
      return Column(
        name: name, kind: .categorical,
        values: .levels(
          codes: codes.map { $0 < 0 ? -1 : Int32(places[$0]) }, names: order.map { names[$0] }))
    }
    var (income, age, when): ([Double], [Double], [Double]) = ([], [], [])
    var (city, risk): ([Int], [Int]) = ([], [])
    let cities = max(4, rows / 3)
    let worth = (0..<cities).map { _ in stream.normal() }
    for row in 0..<rows {
      let size = stream.normal()
      income.append(Double.exp(1.5 * size))
      age.append(stream.uniform() < 0.3 ? .nan : 20 + 50 * stream.uniform())
      when.append(86_400 * (1200 * stream.uniform()).rounded())
      city.append(stream.integer(below: cities))
      risk.append(stream.uniform() < 0.1 ? -1 : stream.integer(below: 3))
      target[row] =
        size + (age[row].isNaN ? 1 : 0) + Double.sin(when[row] / (86_400 * 58.1))
        + worth[city[row]] + Double(risk[row])
    }
    let mean = target.reduce(0, +) / Double(rows)
    let square = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
    self.target = target.map { ($0 - mean) / square.squareRoot() }
    table = Table(
      columns: [
        numbers("income", income), numbers("age", age), numbers("when", when, kind: .date),
        levels("city", city, (0..<cities).map { "c\($0)" }),
        levels("risk", risk, ["medium", "low", "high"]),
        numbers("x", (0..<rows).map { _ in stream.normal() }),
      ], rowCount: rows, source: "leaks.csv")
  }

  /// The encoded table with one more coordinate: the mean target of the row's city over all rows, its
  /// own among them, with next to no smoothing.
  func appendingPlainMeans(
    of target: Matrix<Double>, to inputs: Points<Double>
  ) -> Points<Double> {
    guard case .levels(let codes, let names)? = table.column(named: "city")?.values else {
      return inputs
    }
    let means = TargetMeans(
      codes: codes, levelCount: names.count, targets: target, smoothing: .rows(0.1)
    ).coordinates(of: codes)
    return Points(
      Matrix(
        rows: (0..<inputs.count).map { inputs.coordinates.row($0) + means.row($0) }))
  }

  /// The target in random order, which the columns cannot know.
  func shuffledTarget(seed: UInt64) -> [Double] {
    var stream = RandomStream(seed: seed, purpose: "shuffled targets")
    return stream.permutation(target.count).map { target[$0] }
  }
}
