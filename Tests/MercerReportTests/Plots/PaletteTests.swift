import MercerReport
import Testing

/// The contrast of WCAG 2.2: 4.5 for text, 3 for marks.
@Suite struct PaletteTests {
  @Test func referenceContrasts() {
    // Values of the definition: black on white, and #777777 on white as the guidelines' examples give.
    #expect(abs(Colour(0x000000).contrast(with: Colour(0xFFFFFF)) - 21) < 1e-9)
    #expect(abs(Colour(0x777777).contrast(with: Colour(0xFFFFFF)) - 4.48) < 0.005)
    #expect(Colour(0x1A2B3C).css == "#1a2b3c")
  }

  @Test func themesHaveContrast() {
    for palette in [Palette.light, .dark] {
      for ground in [palette.paper, palette.surface] {
        for text in [palette.ink, palette.softInk, palette.accent] {
          #expect(text.contrast(with: ground) >= 4.5, "\(text.css) on \(ground.css)")
        }
      }
      #expect(palette.warning.contrast(with: palette.warningSurface) >= 4.5)
      #expect(palette.ink.contrast(with: palette.warningSurface) >= 4.5)
      for mark in palette.series + [palette.line, palette.sequential, palette.positive] {
        #expect(mark.contrast(with: palette.paper) >= 3, "\(mark.css)")
      }
    }
  }
}
