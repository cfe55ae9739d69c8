import ArgumentParser
import Mercer
import MercerReport

/// The page that a verb writes when asked to.
struct ReportOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("An HTML page to write: one file that needs no network.", valueName: "file"))
  var report: String?

  /// No page.
  static var none: ReportOption {
    var option = ReportOption()
    option.report = nil
    return option
  }

  /// Finds out whether the page can be written, before any long work.
  ///
  /// - Throws: `.unwritableFile`.
  func check() throws(MercerError) {
    if let report { try AtomicFile.check(report) }
  }

  /// Writes the page, if one was asked for.
  ///
  /// - Throws: `.unwritableFile`, and what making the page throws.
  func write(_ page: () throws(MercerError) -> Page) throws(MercerError) {
    guard let report else { return }
    let page = try page()
    try AtomicFile.write(page.html(), to: report)
  }
}
