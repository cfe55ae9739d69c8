import Foundation
import MercerCore
import MercerData
import Testing

/// Transforms of the target: there and back, which are offered, and that far values stay finite.
@Suite struct TargetTransformTests {
  @Test func transformsSayWhatTheyAre() throws {
    let values = [1.0, 2, 5]
    let forms: [(TargetTransform.Form, String)] = [
      (.logarithm(shift: 0, isReflected: false), "log(y)"),
      (.logarithm(shift: 2.5, isReflected: false), "log(y + 2.5)"),
      (.logarithm(shift: -0.5, isReflected: false), "log(y − 0.5)"),
      (.logarithm(shift: 10, isReflected: true), "−log(10.0 − y)"),
    ]
    for (form, text) in forms {
      #expect(try #require(TargetTransform(form, for: values)).description == text)
    }
    #expect(TargetTransform.identity.description == "y")
  }

  private func draw(
    _ count: Int, seed: UInt64, _ body: (inout RandomStream) -> Double
  ) -> [Double] {
    var stream = RandomStream(seed: seed, purpose: "target transform tests")
    return (0..<count).map { _ in body(&stream) }
  }

  private func names(_ values: [Double]) -> [String] {
    TargetTransform.candidates(for: values).map {
      switch $0.form {
      case .identity: "identity"
      case .logarithm(let shift, let isReflected):
        isReflected ? "reflected" : shift == 0 ? "logarithm" : "shifted"
      case .normalScores: "scores"
      }
    }
  }

  /// A prediction far beyond all targets is no surer than one at the last of them; between them σ is the
  /// slope of the way back times that of the transformed target.
  @Test func farPredictionsAreNotSure() throws {
    let values = draw(400, seed: 8) { exp(2 * $0.normal()) }
    for transform in TargetTransform.candidates(for: values) {
      for far in [-1e3, 1e3] {
        let deviation = transform.deviation(0.3, about: far)
        #expect(deviation.isFinite && deviation > 1e-6, "\(transform): \(deviation)")
      }
      let middle = transform.forward(values.sorted()[200])
      let slope = (transform.inverse(middle + 1e-3) - transform.inverse(middle - 1e-3)) / 2e-3
      #expect(abs(transform.deviation(1e-3, about: middle) / (1e-3 * slope) - 1) < 1e-9)
    }
  }

  @Test func whatIsOffered() {
    #expect(names(draw(500, seed: 1) { $0.normal() }) == ["identity"])
    #expect(names(draw(500, seed: 1) { $0.uniform() }) == ["identity"])
    #expect(
      names(draw(500, seed: 2) { exp($0.normal()) }) == ["identity", "logarithm", "scores"])
    #expect(
      names(draw(500, seed: 3) { exp($0.normal()) - 2 }) == ["identity", "shifted", "scores"])
    #expect(
      names(draw(500, seed: 4) { 7 - exp($0.normal()) }) == ["identity", "reflected", "scores"])
    // Counts with zeros.
    #expect(
      names(draw(500, seed: 5) { exp(1.5 * $0.normal() + 1).rounded(.down) })
        == ["identity", "shifted", "scores"])
    // Heavy tails on both sides have no logarithm.
    #expect(
      names(draw(500, seed: 6) { tan(1.5 * (2 * $0.uniform() - 1)) }) == ["identity", "scores"])
    // Few different values, and none.
    #expect(names((0..<500).map { Double($0 % 9 == 8 ? 1000 : $0 % 9) }) == ["identity"])
    #expect(names([]) == ["identity"])
  }

  @Test func thereAndBack() {
    for (seed, shift) in [(2, 0.0), (3, -2.0), (4, 100)] {
      let values = draw(400, seed: UInt64(seed)) { exp($0.normal()) + shift }
      for sign in [1.0, -1] {
        let values = values.map { sign * $0 }
        let candidates = TargetTransform.candidates(for: values)
        #expect(candidates.count == 3)
        for transform in candidates {
          for value in values {
            let back = transform.inverse(transform.forward(value))
            // Exact but for the rounding of a logarithm near the shift: 10⁻¹⁶ of |y| + |shift|.
            #expect(abs(back - value) < 1e-12 * (1 + abs(value)))
          }
          let sorted = values.sorted().map { transform.forward($0) }
          #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0 < $1 })
        }
      }
    }
  }

  /// 1,500 different values, more than are kept: scores between are interpolated, and still inverted.
  @Test func scoresOfManyValuesAreInverted() throws {
    let values = draw(1500, seed: 7) { exp($0.normal()) }
    let transform = try #require(TargetTransform.candidates(for: values).last)
    for value in values {
      #expect(abs(transform.inverse(transform.forward(value)) / value - 1) < 1e-9)
    }
  }

  @Test func farValuesAreFinite() throws {
    for scale in [1.0, 1e-300, 1e300] {
      let values = draw(300, seed: 8) { scale * exp($0.normal()) }
      for transform in TargetTransform.candidates(for: values) where transform != .identity {
        let far = [-1e308, -1e9, -40, 40, 1e9, 1e308].map { transform.inverse($0) }
        #expect(far.allSatisfy { $0.isFinite })
        #expect(zip(far, far.dropFirst()).allSatisfy { $0 <= $1 })
        // At most one deviation of the logarithm beyond: e times the largest, and no sign changes.
        #expect(far[5] <= 3 * values.max()! && far[0] > 0)
        for value in [-1e308, -1, 0, 1e308] { #expect(transform.forward(value).isFinite) }
      }
    }
    #expect(TargetTransform.identity.inverse(-1e308) == -1e308)
  }

  @Test func formsThatDoNotFitAreNone() {
    #expect(TargetTransform(.logarithm(shift: 0, isReflected: false), for: [0, 1, 2]) == nil)
    #expect(TargetTransform(.logarithm(shift: 1, isReflected: false), for: [3, 3]) == nil)
    #expect(TargetTransform(.logarithm(shift: 1, isReflected: false), for: [0, 1, 2]) != nil)
    #expect(TargetTransform(.logarithm(shift: 2, isReflected: true), for: [0, 1, 2]) == nil)
  }

  @Test func theySurviveJSONAndRefuseDamage() throws {
    let values = draw(200, seed: 9) { exp($0.normal()) }
    for transform in TargetTransform.candidates(for: values) {
      let json = try JSONEncoder().encode(transform)
      #expect(try JSONDecoder().decode(TargetTransform.self, from: json) == transform)
    }
    for text in [
      #"{"form":{"logarithm":{"shift":0,"isReflected":false}}}"#,
      #"{"form":{"identity":{}},"lowerLimit":1,"upperLimit":2}"#,
      #"{"form":{"logarithm":{"shift":0,"isReflected":false}},"lowerLimit":3,"upperLimit":2}"#,
      #"{"form":{"normalScores":{"_0":{"knots":[1,2],"scores":[2,1]}}},"lowerLimit":1,"upperLimit":2}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(TargetTransform.self, from: Data(text.utf8))
      }
    }
  }
}
