import MercerCore
import MercerKernels
import Testing

/// A mistake is told with the expression and a caret under it. In the table `‸` stands before the
/// character that the caret must point to.
@Suite struct DiagnosticsTests {
  @Test(arguments: [
    ("‸gausian(lengthScale: 1)", "unknown kernel \"gausian\"; did you mean \"gaussian\"?"),
    ("linear + 2 * ‸Gaussian", "unknown kernel \"Gaussian\"; did you mean \"gaussian\"?"),
    ("‸rbf", "did you mean \"gaussian\"?"), ("‸qqqqq", "; known are gaussian"),
    ("normalised(linear + ‸gausian)", "did you mean \"gaussian\"?"),
    ("‸normalized(linear)", "did you mean \"normalised\"?"),
    ("gaussian(‸lengthscale: 1)", "no argument \"lengthscale\"; did you mean \"lengthScale\"?"),
    ("gaussian(‸foo: 1)", "no argument \"foo\"; it takes lengthScale, scales, transform, on"),
    ("gaussian(lengthScale: ‸[1, 2])", "\"lengthScale\" of gaussian must be a number"),
    ("gaussian(lengthScale: ‸same)", "\"lengthScale\" of gaussian must be a number"),
    ("gaussian(lengthScale: ‸-1)", "must be finite and greater than zero"),
    ("gaussian + gaussian(scales: ‸[1, -2])", "finite and not negative"),
    ("gaussian(‸2)", "needs a label before this argument, as in lengthScale: …"),
    ("gaussian(lengthScale: 1, ‸lengthScale: 2)", "\"lengthScale\" is given twice"),
    ("linear(on: ‸[0, 0])", "each once"), ("linear(on: ‸[0.5])", "whole numbers from 0"),
    ("linear(on: ‸[])", "must be a list of columns"),
    ("linear(on: ‸2)", "must be a list of columns"),
    ("‸select(linear)", "select needs 'on'"), ("‸centred", "centred needs a kernel"),
    ("centred(‸base: (linear))", "centred takes a kernel without a label"),
    ("ntk(dense > ‸rleu > dense)", "unknown layer \"rleu\"; did you mean \"relu\"?"),
    ("ntk(dense > leakyRelu(‸slop: 1) > dense)", "no argument 'slop'"),
    ("nngp(dense > relu > dense(weightVariance: ‸-2))", "must be above zero"),
    ("nngp(dense(weightVariance: 2) > dense(weightVariance: ‸-3))", "must be above zero"),
    ("centred(centred(centred(centred(‸centred(linear)))))", "nests deeper than 4"),
    ("‸ntk", "needs a network"), ("ntk(‸2)", "must be a network"),
    ("powerExponential(q: 1, p: ‸2)", "at most q"),
    ("polynomial(degree: ‸1.5)", "must be a whole number"),
    ("matern(smoothness: ‸2)", "smoothness"),
    ("normalised(linear, ‸gaussian)", "normalised takes one kernel"),
  ])
  func placesMistakesOfMeaning(marked: String, problem: String) {
    check(marked, problem) { _ = try makeKernel(parsing: $0, of: Double.self) }
  }

  @Test(arguments: [
    ("gaussian‸(lengthScale: 1", "this \"(\" is never closed"),
    ("‸(linear + gaussian", "this \"(\" is never closed"), ("linear‸)", "has no \"(\" before it"),
    ("f(x: ‸[1, 2", "this \"[\" is never closed"),
    ("f(x: [1 ‸2])", "expected \",\" or \"]\", found \"2\""),
    ("linear ‸linear", "expected \"+\", \"*\", \"^\" or the end"),
    ("linear +‸", "expected a kernel, found the end"),
    ("linear + ‸* linear", "expected a kernel, found \"*\""), ("‸", "is empty"),
    ("linear ‸- linear", "cannot be subtracted"), ("‸2", "a number must multiply a kernel"),
    ("linear + ‸3", "a number must multiply a kernel"), ("‸0 * linear", "greater than 0"),
    ("‸-1 * linear", "greater than 0"), ("linear ^ ‸0", "whole number from 1 to 1000"),
    ("linear ^ ‸2.5", "whole number from 1 to 1000"), ("linear ^ 2 ‸^ 2", "needs parentheses"),
    ("linear ‸> relu", "inside nngp(…) or ntk(…)"), ("f(x: ‸1.2.3)", "\"1.2.3\" is not a number"),
    ("f(x: ‸0x10)", "is not a number"), ("f(x: ‸1e999)", "is not a number"),
    ("linear + ‸#", "unexpected character \"#\""), ("ntk(dense > ‸)", "expected a layer"),
    ("f(m: [[1, 2], ‸[3]])", "equally long"), ("f(x: ‸)", "expected a kernel, found \")\""),
    // One caret column a character, whatever it is made of: no-break and wide spaces are two bytes
    // and more, a line break is shown as a space.
    ("linear\u{A0}+\u{3000}‸é👩‍🚀", "unexpected character \"é\""),
    ("linear + \n\t‸!", "unexpected character \"!\""),
  ])
  func placesMistakesOfForm(marked: String, problem: String) {
    check(marked, problem) { _ = try KernelExpression(parsing: $0) }
  }

  @Test func showsThePartOfALongExpression() throws {
    let text =
      String(repeating: "linear + ", count: 40) + "#" + String(repeating: " + linear", count: 40)
    let error = #expect(throws: MercerError.self) { try KernelExpression(parsing: text) }
    let lines = (error?.message ?? "").split(separator: "\n").map(Array.init)
    try #require(lines.count == 3)
    #expect(lines[1].count == 102 && lines[1].first == "…" && lines[1].last == "…")
    #expect(lines[1][lines[2].count - 1] == "#")
  }

  private func check(_ marked: String, _ problem: String, _ body: (String) throws -> Void) {
    let column = marked.prefix { $0 != "‸" }.count
    let text = String(marked.filter { $0 != "‸" })
    let error = #expect(throws: MercerError.self) { try body(text) }
    guard let error else { return }
    #expect(error.code == .invalidExpression)
    let lines = error.message.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3, "\(error.message)")
    #expect(lines.first?.contains(problem) == true, "\(error.message)")
    #expect(
      lines.last.map(String.init) == String(repeating: " ", count: column) + "^", "\(error.message)"
    )
  }
}
