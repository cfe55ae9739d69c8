internal import CLibZip
public import MercerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files of several named NumPy arrays (`.npz`): a zip archive, stored or deflated, of NPY files.
public struct NPZFile: ~Copyable {
  /// The file as the user named it.
  public let source: String
  /// The names of the arrays (without `.npy`), in the order of the archive.
  public let names: [String]
  private let zip: mercer_zip
  private let archive: OpaquePointer
  private let entries: [UInt64]

  /// Opens an archive and lists what is in it.
  ///
  /// - Throws: `.unreadableFile`; `.malformedFile` when it is not a zip archive or its directory is
  ///   damaged; `.unsupportedFormat` where libzip is not installed.
  public init(path: String) throws(MercerError) {
    // Found out here, since libzip's messages do not tell a directory from a damaged archive.
    _ = try WholeFile.read(path, limit: 1)
    let zip = try ZipLibrary.functions(toRead: path)
    var code: Int32 = 0
    guard let archive = zip.zip_open(path, Int32(ZIP_RDONLY), &code) else {
      var error = zip_error_t()
      zip.zip_error_init_with_code(&error, code)
      throw Self.unreadable(path, &error, zip)
    }
    self.init(archive, zip, source: path)
  }

  /// Opens an archive that is in memory, and lists what is in it; `source` is its name in messages.
  ///
  /// - Throws: `.malformedFile` and `.unsupportedFormat`, as for a path.
  public init(bytes: [UInt8], source: String) throws(MercerError) {
    let zip = try ZipLibrary.functions(toRead: source)
    var error = zip_error_t()
    zip.zip_error_init(&error)
    // libzip frees this copy when the archive is closed.
    let copy = UnsafeMutableRawBufferPointer(start: malloc(max(bytes.count, 1)), count: bytes.count)
    copy.copyBytes(from: bytes)
    guard
      let buffer = zip.zip_source_buffer_create(copy.baseAddress, UInt64(bytes.count), 1, &error)
    else {
      free(copy.baseAddress)
      throw Self.unreadable(source, &error, zip)
    }
    guard let archive = zip.zip_open_from_source(buffer, Int32(ZIP_RDONLY), &error) else {
      zip.zip_source_free(buffer)
      throw Self.unreadable(source, &error, zip)
    }
    self.init(archive, zip, source: source)
  }

  private static func unreadable(
    _ source: String, _ error: inout zip_error_t, _ zip: mercer_zip
  ) -> MercerError {
    defer { zip.zip_error_fini(&error) }
    return MercerError(
      .malformedFile,
      "is not a readable NPZ file: \(zip.zip_error_strerror(&error).map { String(cString: $0) } ?? "")",
      at: .init(file: source))
  }

  private init(_ archive: OpaquePointer, _ zip: mercer_zip, source: String) {
    var names: [String] = []
    var entries: [UInt64] = []
    for index in 0..<UInt64(max(zip.zip_get_num_entries(archive, 0), 0)) {
      guard let name = zip.zip_get_name(archive, index, 0).map({ String(cString: $0) }),
        name.hasSuffix(".npy")
      else { continue }
      names.append(String(name.dropLast(4)))
      entries.append(index)
    }
    self.source = source
    self.names = names
    self.zip = zip
    self.archive = archive
    self.entries = entries
  }

  deinit { zip.zip_discard(archive) }

  /// Reads one array.
  ///
  /// - Throws: `.invalidParameter` when there is none of this name; `.malformedFile` when its bytes
  ///   are damaged (by the archive's checksum); `.unsupportedFormat` for an encrypted archive or
  ///   values that are not numbers.
  public func array(named name: String) throws(MercerError) -> NumericArray {
    guard let place = names.firstIndex(of: name) else {
      throw MercerError(
        .invalidParameter,
        "there is no array \(quoted(name))" + Suggestion.text(for: name, among: names),
        at: .init(file: source), remedy: "it holds \(listed(names))")
    }
    let bytes = try content(of: entries[place], name: name)
    return try NPYFile.decode(bytes[...], source: "\(source):\(name).npy")
  }

  private func content(of entry: UInt64, name: String) throws(MercerError) -> [UInt8] {
    var status = zip_stat_t()
    guard zip.zip_stat_index(archive, entry, 0, &status) == 0 else { throw damaged(name) }
    guard status.encryption_method == ZIP_EM_NONE else {
      throw MercerError(.unsupportedFormat, "is encrypted", at: .init(file: source))
    }
    // Deflate gains at most a factor of 1032, so a larger claim is false, and is not allocated.
    let claim = status.size
    guard claim <= UInt64(Int.max) / 2, claim / 1100 <= status.comp_size &+ 1 else {
      throw damaged(name)
    }
    guard let file = zip.zip_fopen_index(archive, entry, 0) else { throw damaged(name) }
    defer { _ = zip.zip_fclose(file) }
    var isDamaged = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(claim)) { buffer, count in
      while count < Int(claim), let base = buffer.baseAddress {
        let got = zip.zip_fread(file, base + count, claim - UInt64(count))
        if got <= 0 {
          isDamaged = true
          return
        }
        count += Int(got)
      }
    }
    // The checksum is compared when the end is read.
    var probe: UInt8 = 0
    guard !isDamaged, zip.zip_fread(file, &probe, 1) == 0 else { throw damaged(name) }
    return bytes
  }

  private func damaged(_ name: String) -> MercerError {
    MercerError(
      .malformedFile, "the array \(quoted(name)) is damaged or cut off", at: .init(file: source))
  }
}
