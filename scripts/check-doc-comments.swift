// Lists public declarations without a doc comment, and fails when there are any.
//
// It reads the symbol graphs that the documentation build leaves. The compiler gives a member that
// fulfils a protocol requirement the comment of that requirement, so only what nobody described is
// listed; the formatter's rule for this cannot see conformances.
//
// Usage: swift check-doc-comments.swift DIRECTORY MODULE…

import Foundation

struct Graph: Decodable {
  struct Symbol: Decodable {
    struct Kind: Decodable { let identifier: String }
    struct Comment: Decodable { let lines: [Line] }
    struct Line: Decodable { let text: String }
    struct Location: Decodable {
      struct Position: Decodable { let line: Int }
      let uri: String
      let position: Position
    }
    let kind: Kind
    let pathComponents: [String]
    let docComment: Comment?
    let location: Location?
  }
  let symbols: [Symbol]
}

let directory = CommandLine.arguments[1]
let graphs = (FileManager.default.subpaths(atPath: directory) ?? [])
  .filter { $0.hasSuffix(".symbols.json") }
  .map { URL(fileURLWithPath: directory).appendingPathComponent($0) }
var total = 0
var undocumented: [String] = []
for module in CommandLine.arguments.dropFirst(2) {
  // `Module@Other.symbols.json` holds what the module adds to types of another one.
  let files = graphs.filter {
    $0.lastPathComponent == "\(module).symbols.json"
      || $0.lastPathComponent.hasPrefix("\(module)@")
  }
  if files.isEmpty {
    print("no symbol graph of \(module) in \(directory)")
    exit(1)
  }
  for file in files.sorted(by: { $0.path < $1.path }) {
    let graph = try JSONDecoder().decode(Graph.self, from: Data(contentsOf: file))
    for symbol in graph.symbols {
      // Symbols without a place in our sources are made by the compiler; an extension is not a
      // declaration of its own, its members are.
      guard let location = symbol.location, symbol.kind.identifier != "swift.extension" else {
        continue
      }
      total += 1
      if symbol.docComment == nil {
        let path = URL(string: location.uri)?.path ?? location.uri
        undocumented.append(
          "\(path):\(location.position.line + 1): no doc comment: "
            + symbol.pathComponents.joined(separator: "."))
      }
    }
  }
}
for line in undocumented.sorted() { print(line) }
print("doc comments: \(total - undocumented.count) of \(total) public declarations")
exit(undocumented.isEmpty ? 0 : 1)
