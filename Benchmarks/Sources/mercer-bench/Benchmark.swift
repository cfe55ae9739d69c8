import Mercer

/// One thing that is timed.
struct Benchmark: Sendable {
  /// The name, which the peer scripts share.
  let name: String
  /// Makes the data, outside the timer.
  let prepare: @Sendable (Options) throws -> Work

  /// All benchmarks.
  static let all: [Benchmark] = [
    .gaussianProduct, .inputGradient, .productLaplace, .tangentKernel, .ridgeFit, .nystromRidge,
    .imageNetworkPooled, .imageNetworkFlat, .csvRead, .predictStream, .firstPrediction,
  ]
}

/// What is done between starting and stopping the clock.
struct Work {
  /// The sizes, for the report.
  let size: [String: Int]
  /// The bytes of what the work returns; nil where memory is not reported.
  var outputBytes: Int?
  /// How many kernel values are made, and what arithmetic that takes; nil where it is not counted.
  var counted: Counted?
  /// The same on little data: starts threads, touches code.
  let warmUp: () throws -> Void
  /// Does the work. What it returns makes one number of the result, after the clock has stopped; it
  /// must agree with the peers'.
  let run: () throws -> () -> Double
}

/// What the machine has to do at least for some kernel values.
struct Counted: Encodable {
  /// Kernel values that come out.
  let entries: Double
  /// Operations of vector units, a multiply-add being two, and each other instruction as well, as it
  /// takes as long.
  let operations: Double
  /// Elementary functions, each counted as an exponential.
  var functions = 0.0
}
