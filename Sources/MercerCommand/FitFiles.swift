import Mercer

/// The files of a fit, each written whole or not at all.
struct FitFiles {
  /// What every fit writes.
  static let names = ["model.safetensors", "metrics.json", "report.html"]

  /// Where they are, for the user; the plots as their directory.
  let paths: [String]

  /// Writes them.
  ///
  /// - Parameter plots: names and drawings; none for no directory of plots.
  /// - Throws: `.unwritableFile`.
  init(
    _ directory: OutputDirectory, model: TableModel, metrics: String, page: String,
    plots: [(name: String, svg: String)]
  ) throws(MercerError) {
    var paths = Self.names.map { directory.path(of: $0) }
    try directory.make()
    try model.write(to: paths[0])
    try AtomicFile.write(metrics, to: paths[1])
    try AtomicFile.write(page, to: paths[2])
    if !plots.isEmpty {
      let folder = try OutputDirectory(
        path: directory.path(of: "plots"), for: plots.map(\.name))
      try folder.make()
      for plot in plots { try AtomicFile.write(plot.svg, to: folder.path(of: plot.name)) }
      paths.append(directory.path(of: "plots"))
    }
    self.paths = paths
  }
}
