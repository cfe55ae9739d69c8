public import MercerData

/// Whether more rows would help: the errors of a learner measured on parts of a table, and where they
/// lead.
public struct TableForecast: Sendable, Equatable {
  /// The task.
  public let task: LearningTask
  /// N, the rows of the table that have a target.
  public let rows: Int
  /// Rows without a target.
  public let droppedRows: Int
  /// How many fits were made.
  public let runs: Int
  /// The kernel whose spectrum was taken, of the largest fit, in its text form.
  public let kernel: String
  /// What the spectrum tells.
  public let spectrum: Spectrum
  /// One curve a measure: the rmse of numbers; the error rate and the log loss of classes.
  public let curves: [Curve]

  /// What the eigenlearning equations read from the spectrum of the table.
  public struct Spectrum: Sendable, Equatable, Codable {
    /// Rows of the sample.
    public let rows: Int
    /// How many modes are learned from N rows, Σ Lᵢ.
    public let learnedModes: Double
    /// The share of the target's variance that is not learned from N rows.
    public let unlearnedShare: Double
    /// The share of the target's variance that no number of rows explains to this kernel.
    public let noiseShare: Double

    enum CodingKeys: String, CodingKey {
      case rows
      case learnedModes = "learned_modes"
      case unlearnedShare = "unlearned_share"
      case noiseShare = "noise_share"
    }
  }

  /// An error that is expected.
  public struct Estimate: Sendable, Equatable, Codable {
    /// The error as likely too low as too high.
    public let error: Double
    /// The lower of the bounds between which it lies nine times of ten.
    public let lower: Double
    /// The upper of the bounds between which it lies nine times of ten.
    public let upper: Double
  }

  /// A forecast for one number of rows.
  public struct Point: Sendable, Equatable {
    /// Rows learned from.
    public let rows: Int
    /// The error that is expected.
    public let expected: Estimate
    /// The error if it went on from N rows as the eigenlearning equations have it.
    public let eigenlearning: Double
  }

  /// What is known of one measure.
  public struct Curve: Sendable, Equatable {
    /// What was measured on parts of the table.
    public let measured: LearningCurve
    /// At the numbers of rows measured, at N, and at those asked for, ascending.
    public let forecasts: [Point]
    /// The error with twice as many rows over that with N.
    public let doubling: Estimate
    /// By how much the rows have to be multiplied for an error a tenth lower; nil if not by a thousand
    /// times as many.
    public let tenthLess: Growth?
  }

  /// A multiple of the rows.
  public struct Growth: Sendable, Equatable, Codable {
    /// The multiple at which the expected error is low enough.
    public let factor: Double
    /// The multiple at which the lower bound is; nil beyond a thousand.
    public let least: Double?
    /// The multiple at which the upper bound is; nil beyond a thousand.
    public let most: Double?
  }
}
