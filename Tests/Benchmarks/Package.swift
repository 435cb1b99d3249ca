// swift-tools-version: 6.3

import PackageDescription

/// The benchmarks stand apart from the main package, so that nobody who builds ringd builds them.
///
/// The core is compiled here as a target of this package, from the same files, because its interface is for the
/// package it belongs to alone.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1")
    ],
    targets: [
        .target(
            name: "RingCore",
            dependencies: [.product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: house
        ),
        .executableTarget(
            name: "ringbench",
            dependencies: ["RingCore"],
            resources: [.copy("Peers")],
            swiftSettings: house
        ),
    ],
    swiftLanguageModes: [.v6]
)
