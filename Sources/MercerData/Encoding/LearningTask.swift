/// What is to be learned from a target. (Not `Task`, which is Swift's unit of concurrency.)
public enum LearningTask: String, Sendable, Codable, CaseIterable {
  /// A number.
  case regression
  /// One of two classes.
  case binary
  /// One of several classes.
  case multiclass
}
