public import MercerCore

extension ColumnStore {
  /// The store of a table of text: the one that is there, if it was made from this very file, or a new
  /// one.
  ///
  /// The table is never in memory as a whole: rows are parsed in parallel into columns on the disk, from
  /// which the store is written column by column.
  /// - Parameters:
  ///   - path: the table: a file, also when compressed by gzip (which is inflated in memory), or `-`.
  ///   - storePath: the store; its directory must be there.
  ///   - options: separator, missing markers, kinds; a store is used again only by default options.
  ///   - context: threads, and cancellation.
  /// - Throws: as `CSVReader.read`; `.unwritableFile` where there is no room.
  /// - Complexity: O(bytes) time; on the disk eight bytes a cell meanwhile, and the store.
  public static func make(
    from path: String, at storePath: String, options: CSVOptions = .init(),
    context: ExecutionContext = .default
  ) throws(MercerError) -> ColumnStore {
    if options.kinds.isEmpty, let old = try? ColumnStore(readingFrom: storePath),
      try old.isMade(from: path)
    {
      return old
    }
    let input = try InputFile.open(path: path, context: context)
    let source = InputFile.displayName(of: path)
    let place = MercerError.Place(file: source)
    let stamp = FileStamp(path: path)
    try AtomicFile.write(to: storePath) { (file) throws(MercerError) in
      var rowCount = 0
      var writer = ColumnStoreWriter()
      do throws(MercerError) {
        var assembly = try CSVReader.assembly(
          of: CSVInput(bytes: input.bytes, owner: input), source: source, options, context)
        try writer.begin(&file)
        try assembly.store(
          in: &writer, &file, directory: AtomicFile.directory(of: storePath),
          context: context)
        rowCount = assembly.rowCount
      } catch {
        try input.checkUnchanged(place)
        throw error
      }
      let made = try stamp.map { (stamp) throws(MercerError) in
        ColumnStoreLayout.Input(stamp, digest: try SHA256.hexadecimal(ofFile: path))
      }
      try input.checkUnchanged(place)
      try writer.finish(source: source, rowCount: rowCount, input: made, to: &file)
    }
    return try ColumnStore(readingFrom: storePath, verifies: false)
  }
}
