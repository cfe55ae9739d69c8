/// The one error type of Mercer: what went wrong, where, and what to do about it.
///
/// Anything that depends on data, files or parameters throws a `MercerError`; only a mistake of the
/// calling program (an index out of range) is a precondition.
public struct MercerError: Error, Sendable, Equatable {
  /// The kind of failure, stable across releases, for programs to switch over.
  public enum Code: String, Sendable, CaseIterable {
    /// A parameter is outside its valid range.
    case invalidParameter
    /// A kernel expression could not be read.
    case invalidExpression
    /// The data cannot be used: empty, constant, missing, infinite, too few rows.
    case invalidData
    /// Two arrays whose sizes must agree do not.
    case shapeMismatch
    /// A file is absent, a directory, or may not be read.
    case unreadableFile
    /// A file is damaged or not in the format it claims.
    case malformedFile
    /// A file was written by a newer Mercer, or uses a feature this one does not read.
    case unsupportedFormat
    /// A file could not be written.
    case unwritableFile
    /// Who read standard output has closed it, having seen enough: nothing is wrong.
    case closedOutput
    /// A matrix is not positive definite, even with the jitter that was allowed.
    case notPositiveDefinite
    /// An iteration stopped before it reached its target.
    case didNotConverge
    /// The work needs more memory than the limit allows.
    case memoryLimit
    /// The user stopped the work.
    case cancelled
    /// A library routine failed in a way that no input explains.
    case internalFailure
  }

  /// Where in the user's material the mistake is; every part is optional, lines and columns from 1.
  public struct Place: Sendable, Equatable {
    /// The file as the user named it.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column, by name where it has one and by number (from 1) otherwise.
    public var column: String?

    /// A place made of the parts that are known.
    public init(file: String? = nil, line: Int? = nil, column: String? = nil) {
      self.file = file
      self.line = line
      self.column = column
    }
  }

  /// The kind of failure.
  public let code: Code
  /// One line that a user understands: what is wrong.
  public let message: String
  /// Where it is, if it is somewhere.
  public var place: Place?
  /// One line saying what to do, if there is something to do.
  public let remedy: String?

  /// An error with everything known about it.
  public init(_ code: Code, _ message: String, at place: Place? = nil, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.place = place
    self.remedy = remedy
  }

  /// The exit status of the command line: 2 for bad input or usage, 130 when interrupted, 0 when the
  /// reader of standard output had enough, else 1.
  public var exitStatus: Int32 {
    switch code {
    case .cancelled: 130
    case .closedOutput: 0
    case .notPositiveDefinite, .didNotConverge, .memoryLimit, .internalFailure: 1
    default: 2
    }
  }
}

extension MercerError.Place: CustomStringConvertible {
  /// `file, line 3, column "age"`, leaving out what is not known.
  public var description: String {
    var parts: [String] = []
    if let file { parts.append(file) }
    if let line { parts.append("line \(line)") }
    if let column { parts.append("column \(column)") }
    return parts.joined(separator: ", ")
  }
}

extension MercerError: CustomStringConvertible {
  /// The whole error on one line: place, message, remedy.
  public var description: String {
    var text = message
    if let place, !place.description.isEmpty { text = "\(place): \(text)" }
    if let remedy { text += " (\(remedy))" }
    return text
  }
}
