import Foundation
import MercerReport
import Testing

/// Writes the gallery where a person can look at it; see docs/recipes/add-a-plot.md.
@Suite struct GalleryTests {
  static let folder = ProcessInfo.processInfo.environment["MERCER_GALLERY"]

  @Test(.enabled(if: folder != nil, "writes only into the folder that MERCER_GALLERY names"))
  func write() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(Gallery.page.html().utf8).write(to: folder.appendingPathComponent("gallery.html"))
    for (index, figure) in Gallery.figures.enumerated() {
      let file = folder.appendingPathComponent("plot-\(index + 1).svg")
      try Data(figure.plot.svgFile().utf8).write(to: file)
    }
  }
}
