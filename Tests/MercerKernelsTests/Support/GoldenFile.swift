import Foundation
import Testing

/// NNGP and NTK between two sets of inputs, as files of golden values hold them.
struct NetworkGrams: Decodable {
  let nngp: [[Double]]
  let ntk: [[Double]]
}

extension Decodable {
  /// What a JSON file among the resources holds.
  static func golden(_ name: String) throws -> Self {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil))
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }
}
