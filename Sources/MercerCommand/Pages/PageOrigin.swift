import Mercer
import MercerPlatform
import MercerReport

/// From what a page was made, and how to make it again.
struct PageOrigin {
  /// A file that was read.
  struct File {
    /// What it was read as, such as `table`.
    let role: String
    /// As the user named it.
    let path: String
    /// Its SHA-256; nil for what is no file, such as standard input.
    let hash: String?

    /// - Throws: `.unreadableFile` for a file that is there no more.
    init(_ role: String, _ path: String) throws(MercerError) {
      self.init(role, path, hash: try ModelOrigin.hash(ofInput: path))
    }

    init(_ role: String, _ path: String, hash: String?) {
      (self.role, self.path, self.hash) = (role, InputFile.displayName(of: path), hash)
    }
  }

  let command: String
  /// Nil where nothing was random.
  let seed: UInt64?
  let files: [File]
  /// Seconds since 1970.
  let time: Int

  init(
    files: [File], seed: UInt64?, command: String? = nil, time: Int? = nil
  ) {
    self.command = command ?? ModelOrigin.command(CommandLine.arguments)
    (self.files, self.seed) = (files, seed)
    self.time = time ?? ModelOrigin.now
  }

  /// The last section of a page.
  var section: Section {
    var table = DataTable(
      "Files that were read", columns: [.text("role"), .text("file"), .text("SHA-256")])
    for file in files {
      table.rows.append([
        InlineText(file.role), .code(file.path),
        file.hash.map { .code($0) } ?? "not a file, so not known",
      ])
    }
    return Section(
      "To make it again", id: "reproduce",
      [
        .paragraph(
          "The same command on the same files with the same version gives the same numbers, however many threads work on it, unless it ran out of its time."
        ),
        .code(command, label: "Command"),
        .definitions(
          [Block.Definition("Version", "mercer \(MercerVersion.current)")]
            + (seed.map { [Block.Definition("Seed", InlineText(String($0)))] } ?? [])
            + [Block.Definition("Made", "\(timeText) UTC")]), .table(table),
      ])
  }

  /// The last line of a page.
  var footer: InlineText { "mercer \(MercerVersion.current), \(timeText) UTC" }

  private var timeText: String { CellText.date(Double(time)) }
}
