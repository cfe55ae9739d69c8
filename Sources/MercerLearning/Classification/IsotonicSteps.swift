/// An increasing function through a few knots: the least-squares fit of 0s and 1s by an increasing
/// function, with a line between the middles of its steps, so that no two scores that differ get one
/// probability for want of rows.
///
/// - Source: Ayer et al., An empirical distribution function for sampling with incomplete information
///   (1955), pool adjacent violators; Oron and Flournoy, Centered isotonic regression (2017) for the
///   lines.
public struct IsotonicSteps: Sendable, Codable, Equatable {
  /// The mean score of each step, ascending.
  public let scores: [Double]
  /// The probability of each step, ascending.
  public let probabilities: [Double]

  /// A function from its knots; as many of either, at least one, both ascending.
  init(scores: [Double], probabilities: [Double]) {
    self.scores = scores
    self.probabilities = probabilities
  }

  /// The fit to scores and whether each is of the second class; at least one.
  ///
  /// A step of k rows, j of them of the second class, has the probability (j + π) / (k + 1), π the
  /// share of that class: no step asks for certainty.
  /// - Complexity: O(n log n).
  init(fitting scores: [Double], isSecond: [Bool], weights: [Double]?) {
    struct Step {
      var weight: Double
      var score: Double
      var second: Double
      var mean: Double { second / weight }
    }
    var steps: [Step] = []
    var (total, second) = (0.0, 0.0)
    for row in scores.indices.sorted(by: { scores[$0] < scores[$1] }) {
      let weight = weights?[row] ?? 1
      total += weight
      second += isSecond[row] ? weight : 0
      var step = Step(
        weight: weight, score: weight * scores[row], second: isSecond[row] ? weight : 0)
      while let last = steps.last,
        last.mean >= step.mean || last.score / last.weight >= step.score / step.weight
      {
        steps.removeLast()
        step.weight += last.weight
        step.score += last.score
        step.second += last.second
      }
      steps.append(step)
    }
    let share = second / total
    self.scores = steps.map { $0.score / $0.weight }
    var least = 0.0
    probabilities = steps.map { step in
      least = max(least, (step.second + share) / (step.weight + 1))
      return least
    }
  }

  /// The probability of the second class at a score.
  func value(at score: Double) -> Double {
    var (low, high) = (0, scores.count)
    while low < high {
      let middle = (low + high) / 2
      if scores[middle] <= score { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return probabilities[0] }
    guard low < scores.count else { return probabilities[scores.count - 1] }
    let gap = scores[low] - scores[low - 1]
    let part = gap > 0 ? (score - scores[low - 1]) / gap : 0
    return probabilities[low - 1] + part * (probabilities[low] - probabilities[low - 1])
  }

  var isConsistent: Bool {
    !scores.isEmpty && scores.count == probabilities.count
      && scores.allSatisfy(\.isFinite) && probabilities.allSatisfy { $0 >= 0 && $0 <= 1 }
      && zip(scores, scores.dropFirst()).allSatisfy { $0 <= $1 }
      && zip(probabilities, probabilities.dropFirst()).allSatisfy { $0 <= $1 }
  }
}
