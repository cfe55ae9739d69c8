import Mercer
import MercerPlatform
import Synchronization

/// What makes a fit go on where it was ended.
extension FitCommand {
  /// Where finished parts of this fit are kept; nil where the table cannot be read again.
  ///
  /// - Throws: `.invalidParameter` and `.invalidData` when there is a checkpoint of another fit to be
  ///   resumed, `.unreadableFile`, `.unwritableFile`.
  func makeCheckpoint(_ context: ExecutionContext) throws(MercerError) -> Checkpoint? {
    let files = learning.files + [test, testTarget].compactMap(\.self)
    let directory = OutputDirectory.path(of: "checkpoint", in: output)
    let options = checkpointOptions(context)
    let checkpoint: Checkpoint
    if resume {
      if !Checkpoint.exists(in: directory) {
        common.note("there is no checkpoint in \(directory): the fit begins anew")
      }
      checkpoint = try Checkpoint(
        resuming: directory, manifest: try Self.manifest(options, files))
    } else {
      // Files that are pipes are gone when they have been read.
      let looks = files.compactMap(FileStamp.init(path:))
      guard looks.count == files.count else { return nil }
      checkpoint = Checkpoint(directory: directory) {
        // What has changed since it was opened is not what the fit is made from.
        guard looks == files.compactMap(FileStamp.init(path:)) else { return nil }
        return try? Self.manifest(options, files)
      }
    }
    Terminal.checkpoint.withLock { $0 = checkpoint }
    return checkpoint
  }

  /// Does the work, and removes its checkpoint where it fails for a reason that would come again.
  func keeping<Result>(
    _ checkpoint: Checkpoint?, _ work: () throws(MercerError) -> Result
  ) throws(MercerError) -> Result {
    do throws(MercerError) { return try work() } catch {
      if error.code != .cancelled { checkpoint?.discard() }
      throw error
    }
  }

  private static func manifest(
    _ options: [String: String], _ files: [String]
  ) throws(MercerError) -> CheckpointManifest {
    var inputs: [CheckpointManifest.Input] = []
    for file in files { inputs.append(try CheckpointManifest.Input(path: file)) }
    return CheckpointManifest(version: MercerVersion.current, options: options, inputs: inputs)
  }

  /// Every option that the model depends on. The memory is one: it limits how many rows are searched on.
  private func checkpointOptions(_ context: ExecutionContext) -> [String: String] {
    let options: [String: String?] = [
      "--target": learning.target, "--task": learning.task?.rawValue,
      "--kernel": learning.kernel, "--ridge": learning.ridge.map { "\($0)" },
      "--solver": solver == .automatic ? nil : solver.rawValue,
      "--budget": budget.map { "\($0)" }, "--group": learning.group,
      "--time": time, "--weight": weight, "--balance": balance ? "on" : nil,
      "--folds": folds.map { "\($0)" }, "--precision": precision.rawValue,
      "--ignore": learning.ignored.isEmpty ? nil : learning.ignored.joined(separator: ", "),
      "--seed": "\(common.seed)", "--memory": "\(context.memoryLimit)",
    ]
    return options.compactMapValues(\.self)
  }
}
