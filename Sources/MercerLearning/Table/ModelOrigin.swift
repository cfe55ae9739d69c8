/// When and from what a model was made, for whoever finds the file.
public struct ModelOrigin: Sendable, Codable, Equatable {
  /// When it was fitted, in seconds since 1970-01-01 00:00 UTC.
  public var time: Int?
  /// The SHA-256 of the table's file, in hexadecimal digits; nil where it was no file.
  public var sourceHash: String?
  /// The command that made it, but for arguments that the model does not depend on.
  public var command: String?

  /// An origin.
  public init(time: Int? = nil, sourceHash: String? = nil, command: String? = nil) {
    self.time = time
    self.sourceHash = sourceHash
    self.command = command
  }
}
