import MercerCore

/// The file cut into ranges of bytes, and what a first look at each found.
struct CSVChunks: Sendable {
  /// Where each range begins, and where the last one ends.
  let bounds: [Int]
  /// Line ends before each bound.
  private let linesBefore: [Int]
  /// Whether each bound is inside a quoted cell, if all quotes in the file mean what they should.
  private let isInQuotes: [Bool]

  /// How many ranges there are.
  var count: Int { bounds.count - 1 }
  /// Line ends in the whole file.
  var lineEndCount: Int { linesBefore[count] }

  /// Looks at the whole file once.
  ///
  /// - Throws: `.malformedFile` at the first byte that no text has.
  init(
    _ input: CSVInput, document: CSVDocument, from start: Int, chunkByteCount: Int?,
    context: ExecutionContext
  ) throws(MercerError) {
    let bytes = document.bytes
    let size = max(1, chunkByteCount ?? min(1 << 22, max(1 << 16, (bytes.count - start) / 8)))
    let bounds = Array(stride(from: start, to: bytes.count, by: size)) + [bytes.count]
    let surveys = try context.map(bounds.count - 1) {
      (index) throws(MercerError) -> (survey: CSVSurvey, error: MercerError?) in
      let range = bounds[index]..<bounds[index + 1]
      let survey = CSVSurvey(document.bytes, range)
      if let error = Self.fault(survey, range, document) { return (survey, error) }
      input.forget(range)
      return (survey, nil)
    }
    if let error = surveys.lazy.compactMap(\.error).first { throw error }
    var linesBefore = [0]
    var isInQuotes = [false]
    for (index, (survey, _)) in surveys.enumerated() {
      linesBefore.append(linesBefore[index] + survey.lineEndCount)
      isInQuotes.append(isInQuotes[index] != (survey.quoteCount % 2 == 1))
    }
    self.bounds = bounds
    self.linesBefore = linesBefore
    self.isInQuotes = isInQuotes
  }

  /// Where the first record of a range probably begins: after the first line end outside quotes.
  /// Nil when there is none in the range, so that only the records before it can tell.
  func guessedStart(of index: Int, in document: CSVDocument) -> Int? {
    let bytes = document.bytes
    let bound = bounds[index]
    var isInQuotes = isInQuotes[index]
    func endsLine(_ place: Int) -> Bool {
      bytes[place] == Byte.lineFeed
        || bytes[place] == Byte.carriageReturn
          && (place + 1 == bytes.count || bytes[place + 1] != Byte.lineFeed)
    }
    if bound == bounds[0] || !isInQuotes && endsLine(bound - 1) { return bound }
    for place in bound..<bounds[index + 1] {
      if bytes[place] == Byte.quote {
        isInQuotes.toggle()
      } else if !isInQuotes, endsLine(place) {
        return place + 1
      }
    }
    return nil
  }

  /// How many line ends are before a place at or after the bound of a range.
  func lineEndCount(before place: Int, from index: Int, in document: CSVDocument) -> Int {
    linesBefore[index] + CSVSurvey(document.bytes, bounds[index]..<place).lineEndCount
  }

  /// The range that a place is in; the last one for the end of the file.
  func index(of place: Int) -> Int {
    max(0, min(count, bounds.firstIndex { $0 > place } ?? count) - 1)
  }

  /// What is wrong with the bytes of a range, when they are not text.
  static func fault(
    _ survey: CSVSurvey, _ range: Range<Int>, _ document: CSVDocument
  ) -> MercerError? {
    if survey.hasNul {
      let offset = range.first { document.bytes[$0] == 0 } ?? range.lowerBound
      return notText("there is a NUL byte", offset, document)
    }
    if survey.hasNonASCII, let offset = firstInvalidUTF8(in: document.bytes, range) {
      return notUTF8(offset, document)
    }
    return nil
  }

  private static func notText(
    _ what: String, _ offset: Int, _ document: CSVDocument
  ) -> MercerError {
    MercerError(
      .malformedFile, "this is not a table of text: \(what)", at: document.place(offset),
      remedy: "export the table as CSV in UTF-8")
  }

  private static func notUTF8(_ offset: Int, _ document: CSVDocument) -> MercerError {
    MercerError(
      .malformedFile, "the text is not UTF-8", at: document.place(offset),
      remedy: "convert the file, e.g. with iconv -f LATIN1 -t UTF-8")
  }
}
