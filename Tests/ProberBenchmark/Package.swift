// swift-tools-version: 6.3

import PackageDescription

/// Measures the prober; apart from the main package, so that nobody who builds ringd builds it.
///
/// The targets under test are compiled here from the same files, because their interface is for the package they
/// belong to alone.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "prober-benchmark",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        // The values alone: the rings are nothing to a prober, and take long to compile.
        .target(name: "RingCore", sources: ["Probes", "Values"], swiftSettings: house),
        .target(
            name: "RingMemcached",
            dependencies: [
                "RingCore", nioCore, nioPosix, .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: house
        ),
        .target(name: "RingTestSupport", swiftSettings: house),
        .executableTarget(
            name: "proberbench",
            dependencies: ["RingCore", "RingMemcached", "RingTestSupport", nioCore, nioPosix],
            swiftSettings: house
        ),
    ],
    swiftLanguageModes: [.v6]
)
