import MercerPlatform

/// A kernel as people read it: four digits of each number, and not longer than a line or two. The
/// whole of it is in metrics.json and in the model.
func readable(kernel text: String, atMost limit: Int) -> String {
  let rounded = text.replacing(#/[0-9]+\.[0-9]{4,}(e-?[0-9]+)?/#) { match in
    Double(match.output.0).map { String(printf: "%.4g", $0) } ?? String(match.output.0)
  }
  return rounded.count <= limit ? rounded : rounded.prefix(limit - 1) + "…"
}
