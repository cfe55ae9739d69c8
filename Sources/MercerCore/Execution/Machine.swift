internal import CMercerTiles
import MercerPlatform

/// What this machine has.
public enum Machine {
  /// Cores that this process may use.
  public static let coreCount = ProcessInfo.processInfo.activeProcessorCount
  /// Bytes of physical memory.
  public static let physicalMemory = Int(ProcessInfo.processInfo.physicalMemory)

  /// Bytes of addresses that this process may still take, where a limit is set (`ulimit -v`); nil
  /// where there is none.
  public static var addressSpaceLeft: Int? {
    #if os(Linux)
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
        limit.rlim_cur < rlim_t(Int.max)
      else { return nil }
      // The first number of /proc/self/statm: the pages in use.
      guard let file = fopen("/proc/self/statm", "re") else { return nil }
      defer { fclose(file) }
      var text = [CChar](repeating: 0, count: 64)
      guard fgets(&text, 64, file) != nil else { return nil }
      let used = strtol(text, nil, 10) * Int(sysconf(Int32(_SC_PAGESIZE)))
      return max(Int(limit.rlim_cur) - used, 0)
    #else
      return nil
    #endif
  }

  /// Gives memory that was freed back to the system, where an allocator keeps it, so that the peaks of
  /// one stage of work and of the next do not add up.
  public static func releaseFreeMemory() {
    mercer_release_free_memory()
  }

  /// The most memory that this process has held so far, in bytes.
  public static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #else
      if let bytes = highWaterMark { return bytes }
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Int(usage.ru_maxrss) * 1024
    #endif
  }

  #if !canImport(Darwin)
    /// What Linux says of this program alone: `getrusage` counts what the process held before it became
    /// this program, too, which is as much as its parent had.
    private static var highWaterMark: Int? {
      guard let file = fopen("/proc/self/status", "re") else { return nil }
      defer { fclose(file) }
      let label = "VmHWM:"
      var line = [CChar](repeating: 0, count: 256)
      while fgets(&line, Int32(line.count), file) != nil {
        guard strncmp(line, label, label.utf8.count) == 0 else { continue }
        let kilobytes = strtol(Array(line.dropFirst(label.utf8.count)), nil, 10)
        return kilobytes > 0 ? kilobytes * 1024 : nil
      }
      return nil
    }
  #endif
}

/// A number of bytes as people write it: `1.6 GB`, `512 MB` (powers of ten).
public struct ByteCount: CustomStringConvertible, Sendable {
  /// The number of bytes.
  public let bytes: Int

  /// A number of bytes.
  public init(_ bytes: Int) { self.bytes = bytes }

  /// Reads `4GB`, `512 MB`, `1.5g`, `2000000`; nil when it is none of these.
  public init?(_ text: String) {
    let trimmed = text.lowercased().filter { $0 != " " }
    let digits = trimmed.prefix { $0.isNumber || $0 == "." }
    let units: [Substring: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12,
      "tb": 1e12, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
    ]
    guard let value = Double(digits), let unit = units[trimmed.dropFirst(digits.count)],
      value * unit >= 1, value * unit < 1e18
    else { return nil }
    bytes = Int(value * unit)
  }

  /// Three significant digits and the unit.
  public var description: String {
    for (size, unit) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    where Double(bytes) >= size {
      let value = Double(bytes) / size
      return String(printf: value < 10 ? "%.1f" : "%.0f", value) + " \(unit)"
    }
    return "\(bytes) B"
  }
}
