// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Mercer resolves what only benchmarks need.
let package = Package(
  name: "mercer-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "mercer", path: "..")],
  targets: [
    .executableTarget(
      name: "mercer-bench",
      dependencies: [.product(name: "Mercer", package: "mercer")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
      ]),
    .executableTarget(
      name: "local-models",
      dependencies: [.product(name: "Mercer", package: "mercer")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
      ]),
  ]
)
