import Foundation

#if os(Linux)
  // In <malloc.h>, which no module of the toolchain has.
  @_silgen_name("malloc_trim")
  private func malloc_trim(_ pad: Int) -> Int32
#endif

/// How far the memory of this process rises during work.
enum PeakMemory {
  /// Runs the work, and returns by how many bytes the resident memory rose above what it was before;
  /// nil where the system does not tell (anything but Linux).
  static func rise<R>(during work: () throws -> R) rethrows -> (result: R, bytes: Int?) {
    #if os(Linux)
      // What earlier work freed must not be used again unseen, nor count as a peak.
      _ = malloc_trim(0)
      let resets = FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")
      if resets { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }
      let before = bytes(of: "VmHWM")
      let result = try work()
      guard resets, let before, let after = bytes(of: "VmHWM") else { return (result, nil) }
      return (result, after - before)
    #else
      return (try work(), nil)
    #endif
  }

  /// An entry of /proc/self/status, such as `VmHWM:   1234 kB`.
  private static func bytes(of key: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(key):") }),
      let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first,
      let kilobytes = Int(number)
    else { return nil }
    return kilobytes * 1024
  }
}
