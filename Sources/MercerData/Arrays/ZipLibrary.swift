internal import CLibZip
import MercerCore

/// libzip, loaded when the first archive is opened.
enum ZipLibrary {
  private struct Missing: Error {
    let reason: String
  }

  private static let loaded: Result<mercer_zip, Missing> = load()

  /// The functions.
  ///
  /// - Throws: `.unsupportedFormat` where the library is not there.
  static func functions(toRead source: String) throws(MercerError) -> mercer_zip {
    switch loaded {
    case .success(let functions): return functions
    case .failure(let missing):
      throw MercerError(
        .unsupportedFormat,
        "cannot be read without libzip, which cannot be loaded: \(missing.reason)",
        at: .init(file: source), remedy: "install it (on Debian: libzip4 or libzip5)")
    }
  }

  private static func load() -> Result<mercer_zip, Missing> {
    withUnsafeTemporaryAllocation(of: mercer_zip.self, capacity: 1) { table in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { reason in
        guard let functions = table.baseAddress, let text = reason.baseAddress else {
          return .failure(Missing(reason: "there is no memory"))
        }
        guard mercer_load_zip(functions, text, reason.count) != 0 else {
          return .failure(Missing(reason: String(cString: text)))
        }
        return .success(functions.pointee)
      }
    }
  }
}
