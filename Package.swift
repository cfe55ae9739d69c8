// swift-tools-version: 6.2
import PackageDescription

// Rooms, from the ground up. An arrow of imports only ever points to an earlier line.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(of name: String, also dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "MercerTestSupport"] + dependencies,
    resources: [.copy("Resources")],
    swiftSettings: swiftSettings)
}

let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

let package = Package(
  name: "mercer",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "mercer", targets: ["MercerCommand"]),
    .library(name: "Mercer", targets: ["Mercer"]),
    .library(name: "MercerReport", targets: ["MercerReport"]),
    .library(name: "MercerTestSupport", targets: ["MercerTestSupport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "COpenBLAS"),
    .target(name: "CLibZip"),
    .target(name: "CMercerTiles"),
    .target(name: "CMercerBounds"),
    room("MercerPlatform", on: []),
    room("MercerCore", on: ["MercerPlatform", "COpenBLAS", "CMercerTiles", realModule]),
    room("MercerData", on: ["MercerPlatform", "MercerCore", "CZlib", "CLibZip"]),
    room("MercerKernels", on: ["MercerCore", realModule]),
    room("MercerOperators", on: ["MercerCore", realModule]),
    room("MercerSolvers", on: ["MercerCore", "MercerOperators", realModule]),
    room(
      "MercerLearning",
      on: [
        "MercerPlatform", "MercerCore", "MercerData", "MercerKernels", "MercerOperators",
        "MercerSolvers",
      ]),
    room("MercerReport", on: ["MercerPlatform", "MercerCore"]),
    room(
      "Mercer",
      on: [
        "MercerCore", "MercerData", "MercerKernels", "MercerOperators", "MercerSolvers",
        "MercerLearning",
      ]),
    .executableTarget(
      name: "MercerCommand",
      dependencies: [
        "Mercer", "MercerPlatform", "MercerReport", "CMercerBounds",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    room("MercerTestSupport", on: ["MercerCore"]),
    tests(of: "MercerCore"),
    tests(of: "MercerData"),
    tests(of: "MercerKernels", also: ["MercerOperators"]),
    tests(of: "MercerOperators", also: ["MercerKernels"]),
    tests(of: "MercerSolvers", also: ["MercerKernels", "MercerOperators"]),
    tests(of: "MercerLearning"),
    tests(of: "MercerReport", also: ["MercerCommand"]),
    .target(name: "MercerSandbox", path: "Tests/Sandbox", swiftSettings: swiftSettings),
    .testTarget(
      name: "MercerCommandTests",
      dependencies: ["MercerCommand", "Mercer", "MercerSandbox", "MercerTestSupport"],
      resources: [.copy("Resources")], swiftSettings: swiftSettings),
    .testTarget(
      name: "MercerHostileTests",
      dependencies: ["MercerCommand", "MercerSandbox", "MercerTestSupport"],
      path: "Tests/Hostile", swiftSettings: swiftSettings),
  ]
)
