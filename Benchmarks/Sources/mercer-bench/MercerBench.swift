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
    /// What the work took at its peak, beside its inputs and what it returns.
    let peakBytesBeyond: Int?
    let counted: Counted?
    let versions: [String: String]

    enum CodingKeys: String, CodingKey {
      case name, peer, size, threads, seconds, check, counted, versions
      case peakBytesBeyond = "peak_bytes_beyond"
    }
  }

  static func main() {
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      guard let name = options.name else {
        for benchmark in Benchmark.all { print(benchmark.name) }
        return
      }
      if name == "count" {
        guard let shape = options.shape else {
          for shape in CountedShape.all { print(shape.name) }
          return
        }
        return try CountedShape.named(shape).run()
      }
      if name == "preconditioners" { return try PreconditionerComparison.run(options) }
      if name == "centres" {
        var scaling = CentreScaling(threads: options.threads)
        if let rows = options.rows { scaling.rows = rows }
        if let features = options.features { scaling.features = features }
        return try scaling.run()
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
    var peak: Int?
    for _ in 0..<options.repeats {
      let (result, rise) = try PeakMemory.rise {
        let clock = ContinuousClock()
        let start = clock.now
        let result = try work.run()
        seconds.append((clock.now - start) / .seconds(1))
        return result
      }
      check = result()
      if let rise, let outputBytes = work.outputBytes {
        peak = max(peak ?? 0, rise - outputBytes)
      }
    }
    let report = Report(
      name: benchmark.name, peer: "mercer", size: work.size, threads: options.threads,
      seconds: seconds, check: check, peakBytesBeyond: peak, counted: work.counted,
      versions: ["loops": Float.loops.instructionSet])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }
}
