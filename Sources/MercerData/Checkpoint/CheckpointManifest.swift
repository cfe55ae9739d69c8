public import MercerCore
import MercerPlatform

/// What a run was asked to do, and on which files: a run goes on from a checkpoint only when all of this
/// is the same.
public struct CheckpointManifest: Sendable, Codable, Equatable {
  /// The format that is written.
  static let currentFormat = 1

  /// A file that the run reads.
  public struct Input: Sendable, Codable, Equatable {
    /// As the user named it.
    public let path: String
    /// Its size in bytes.
    public let bytes: Int
    /// The SHA-256 of its bytes, in hexadecimal digits.
    public let digest: String

    /// Looks at a file.
    ///
    /// - Complexity: reads the file once.
    /// - Throws: `.unreadableFile`.
    public init(path: String) throws(MercerError) {
      self.path = path
      var status = stat()
      bytes = stat(path, &status) == 0 ? Int(status.st_size) : 0
      digest = try SHA256.hexadecimal(ofFile: path)
    }
  }

  /// The version of this file's format.
  var format = Self.currentFormat
  /// The version of Mercer.
  public let version: String
  /// Everything that the result depends on but the inputs: names of options, and their values.
  public let options: [String: String]
  /// The files that are read, in order.
  public let inputs: [Input]

  /// What a run is asked to do.
  public init(version: String, options: [String: String], inputs: [Input]) {
    self.version = version
    self.options = options
    self.inputs = inputs
  }

  /// Refuses to go on with another task than this one was.
  ///
  /// - Parameter directory: where the checkpoint is, for messages.
  /// - Throws: `.invalidParameter` for another version or option, `.invalidData` for another input.
  func check(_ now: CheckpointManifest, in directory: String) throws(MercerError) {
    let remedy = "give the same again, or leave out --resume to begin anew"
    func refused(_ code: MercerError.Code, _ message: String, _ file: String) -> MercerError {
      MercerError(code, message, at: .init(file: file), remedy: remedy)
    }
    guard format == Self.currentFormat, version == now.version else {
      throw refused(
        .invalidParameter,
        "the checkpoint was written by Mercer \(version), this is \(now.version)",
        directory)
    }
    for (old, new) in zip(inputs, now.inputs) where old.path != new.path {
      throw refused(
        .invalidParameter, "the run to resume read \(quoted(old.path)), not \(quoted(new.path))",
        directory)
    }
    for name in Set(options.keys).union(now.options.keys).sorted(by: isOrderedBefore)
    where options[name] != now.options[name] {
      let old = options[name].map { "had \(name) \($0)" } ?? "had no \(name)"
      let new = now.options[name].map { "this one has \($0)" } ?? "this one has none"
      throw refused(.invalidParameter, "the run to resume \(old), \(new)", directory)
    }
    guard inputs.count == now.inputs.count else {
      throw refused(.invalidParameter, "the run to resume read other files", directory)
    }
    for (old, new) in zip(inputs, now.inputs) where old != new {
      throw MercerError(
        .invalidData, "the file has changed since the run that is to be resumed read it",
        at: .init(file: new.path), remedy: "leave out --resume to begin anew")
    }
  }

  /// The manifest in a checkpoint; nil when there is none that can be read.
  init?(readingFrom path: String) {
    guard let data = FileManager.default.contents(atPath: path),
      let found = try? JSONDecoder().decode(Self.self, from: data)
    else { return nil }
    self = found
  }

  /// The text of the file.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(self)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
