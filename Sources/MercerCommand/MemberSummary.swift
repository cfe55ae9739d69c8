import Mercer

/// One of the regressions of which a model is the weighted mean; the keys are a contract of
/// `metrics.json`, `show` and `compare-runs`.
struct MemberSummary: Codable {
  let kernel: String
  let ridge: Double
  let weight: Double
}

extension KernelRidgeBlend {
  var memberSummaries: [MemberSummary] {
    zip(members, weights).map {
      MemberSummary(kernel: $0.kernel.description, ridge: $0.ridge, weight: $1)
    }
  }
}
