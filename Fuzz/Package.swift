// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Mercer builds what only `make fuzz` needs. Each target
// is a program of libFuzzer's, built with `--sanitize=fuzzer`, which brings its `main`.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-parse-as-library"]),
]

let mercer = Target.Dependency.product(name: "Mercer", package: "mercer")

func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: "fuzz-\(name)", dependencies: [mercer, "FuzzSupport"], swiftSettings: swiftSettings)
}

let package = Package(
  name: "mercer-fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "mercer", path: "..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [mercer], swiftSettings: swiftSettings),
    fuzzer("csv"), fuzzer("npy"), fuzzer("npz"), fuzzer("safetensors"), fuzzer("model"),
    fuzzer("kernel"),
  ]
)
