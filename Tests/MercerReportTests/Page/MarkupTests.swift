import MercerReport
import Testing

@Suite struct MarkupTests {
  @Test func escapesContent() {
    #expect(Markup.text("<b>&\"'`") == "&lt;b&gt;&amp;\"'`")
    #expect(Markup.text("]]>&amp;") == "]]&gt;&amp;amp;")
    #expect(Markup.text("a\nb\tc") == "a\nb\tc")
  }

  @Test func escapesAttributes() {
    #expect(Markup.attribute("\"><script>'`") == "&quot;&gt;&lt;script&gt;&#39;&#96;")
    #expect(Markup.attribute("a\nb\tc") == "a&#10;b&#9;c")
  }

  /// No document may hold controls; a change of direction would reorder what follows.
  @Test func showsWhatCannotBeSeen() {
    #expect(Markup.text("a\u{0}\u{1B}\u{7F}b") == "a␀␛␡b")
    #expect(Markup.text("\u{85}\u{202E}\u{2066}\u{FFFE}") == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(Markup.text("שלום 价格 é 🙂") == "שלום 价格 é 🙂")
    #expect(Markup.singleLine("a\nb\r\nc\td") == "a⏎b␍⏎c⇥d")
  }

  @Test func shortens() {
    #expect(Markup.shortened("abcdef", to: 4) == "abc…")
    #expect(Markup.shortened("abcd", to: 4) == "abcd")
    // One character of many scalars.
    let tall = "e" + String(repeating: "\u{301}", count: 10_000)
    #expect(Markup.shortened(tall, to: 50).unicodeScalars.count == 50)
  }
}
