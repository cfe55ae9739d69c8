import MercerPlatform

/// What a path leads to, links followed.
enum FileKind {
  case plain, directory
  /// A pipe, a terminal, a device.
  case other

  /// Nil where there is nothing.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .plain
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}
