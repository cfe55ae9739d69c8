import Foundation
@_exported import MercerSandbox
import Testing

extension Sandbox {
  /// Copies a file of `Resources`.
  func copyResource(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil))
    try FileManager.default.copyItem(at: url, to: directory.appendingPathComponent(name))
  }
}
