import Foundation
import MercerCore
import Testing

/// The path of a file in `Resources/arrays`.
func arrayPath(_ name: String) throws -> String {
  try #require(Bundle.module.url(forResource: "Resources/arrays/\(name)", withExtension: nil)).path
}

/// A directory of its own that is removed after use.
func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("mercer-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory.path)
}

/// The `MercerError` that the closure throws; a test issue when it throws none.
func mercerError(_ body: () throws -> Void) -> MercerError? {
  do {
    try body()
    Issue.record("no error was thrown")
  } catch let error as MercerError {
    return error
  } catch {
    Issue.record("not a MercerError: \(error)")
  }
  return nil
}
