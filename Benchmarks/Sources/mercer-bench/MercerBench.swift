import Foundation
import Mercer

/// Times one benchmark and prints one JSON object on one line, as the peer scripts do.
@main
enum MercerBench {
  struct Report: Encodable {
    let name: String
    let peer: String
    let size: [String: Int]
    let threads: Int
    let seconds: [Double]
    let check: Double
    let versions: [String: String]
  }

  static func main() {
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      guard let name = options.name else {
        for benchmark in Benchmark.all { print(benchmark.name) }
        return
      }
      guard let benchmark = Benchmark.all.first(where: { $0.name == name }) else {
        throw MercerError(.invalidParameter, "no benchmark is called \(name)")
      }
      try report(benchmark, options)
    } catch {
      FileHandle.standardError.write(Data("mercer-bench: \(error)\n".utf8))
      exit(2)
    }
  }

  static func report(_ benchmark: Benchmark, _ options: Options) throws {
    let work = try benchmark.prepare(options)
    try work.warmUp()
    var seconds: [Double] = []
    var check = 0.0
    for _ in 0..<options.repeats {
      let clock = ContinuousClock()
      let start = clock.now
      let result = try work.run()
      seconds.append((clock.now - start) / .seconds(1))
      check = result()
    }
    let report = Report(
      name: benchmark.name, peer: "mercer", size: work.size, threads: options.threads,
      seconds: seconds, check: check,
      versions: ["loops": Float.loops.instructionSet])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }
}
