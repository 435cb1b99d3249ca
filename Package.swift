// swift-tools-version: 6.3

import PackageDescription

/// The compiler settings of every target: warnings are errors, and the import and isolation rules of Swift to come.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

/// How the programs are linked for use.
///
/// Without symbols for others and with a packed table of what the loader has to move, a process keeps some megabytes less
/// in memory and starts sooner.
let slim: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
        ],
        .when(platforms: [.linux], configuration: .release)
    )
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let tomlKit = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "ringd",
    products: [
        .executable(name: "ringd", targets: ["ringd"]),
        .executable(name: "ringctl", targets: ["ringctl"]),
        .executable(name: "ringsim", targets: ["ringsim"]),
        .library(name: "RingClient", targets: ["RingClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Pure: these decide. No clock, randomness, task or IO.
        .target(name: "RingCore", dependencies: [realModule], swiftSettings: house),
        .target(name: "RingSnapshots", dependencies: ["RingCore"], swiftSettings: house),
        .target(name: "RingPlanner", dependencies: ["RingCore", heap, deque], swiftSettings: house),
        .target(
            name: "RingSimulator",
            dependencies: ["RingCore", "RingPlanner", "RingSnapshots"],
            swiftSettings: house
        ),
        // Shells: these touch the world.
        .target(name: "RingSigning", dependencies: ["RingCore", "RingSnapshots", crypto], swiftSettings: house),
        .target(
            name: "RingMigrations",
            path: "Migrations",
            resources: [
                .embedInCode("V0001__create_audit.sql"),
                .embedInCode("V0002__create_roster.sql"),
                .embedInCode("V0003__create_ring_versions.sql"),
                .embedInCode("V0004__create_health_history.sql"),
                .embedInCode("V0005__create_views.sql"),
                .embedInCode("V0006__bound_history.sql"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "RingStore",
            dependencies: ["RingCore", "RingPlanner", "RingSnapshots", "RingMigrations", grdb, grdbSQLite],
            swiftSettings: house
        ),
        .target(name: "RingMemcached", dependencies: ["RingCore", nioCore, nioPosix, deque], swiftSettings: house),
        .target(name: "RingAPI", dependencies: ["RingCore"], swiftSettings: house),
        .target(name: "RingDocuments", dependencies: [tomlKit, yams], swiftSettings: house),
        .target(
            name: "RingServer",
            dependencies: [
                "RingCore", "RingPlanner", "RingAPI", hummingbird, logging, metrics, mustache, nioCore, nioPosix,
                serviceLifecycle,
            ],
            resources: (["OpenAPI/openapi.json"]
                + [
                    "error.mustache", "events.mustache", "layout.mustache", "live.js", "mark.mustache", "node.mustache",
                    "notices.mustache", "pool.mustache", "pools.mustache", "shares.mustache", "style.css",
                    "version.mustache", "versions-table.mustache", "versions.mustache", "what-if.mustache",
                ].map { "Dashboard/Templates/\($0)" }).map { .embedInCode($0) },
            swiftSettings: house
        ),
        .target(
            name: "RingDaemon",
            dependencies: [
                "RingCore", "RingPlanner", "RingStore", "RingMemcached", "RingServer", "RingAPI", "RingSigning",
                "RingSnapshots", "RingDocuments", "RingMigrations", logging, metrics, nioCore, nioPosix,
                serviceLifecycle, unixSignals,
            ],
            swiftSettings: house
        ),
        .target(
            name: "RingAgent",
            dependencies: [
                "RingCore", "RingDaemon", "RingSnapshots", asyncHTTPClient, logging, nioCore, nioHTTP1,
                serviceLifecycle, unixSignals,
            ],
            swiftSettings: house
        ),
        .target(
            name: "RingClient",
            dependencies: [
                "RingCore", "RingSnapshots", "RingSigning", "RingMemcached", metrics, nioCore, nioPosix, nioSSL,
            ],
            swiftSettings: house
        ),
        // Commands only.
        .executableTarget(
            name: "ringd",
            dependencies: ["RingAgent", "RingCore", "RingDaemon", "RingStore", argumentParser],
            swiftSettings: house,
            linkerSettings: slim
        ),
        .executableTarget(
            name: "ringctl",
            dependencies: [
                "RingCore", "RingAPI", "RingDocuments", "RingSigning", "RingSnapshots", argumentParser, asyncHTTPClient,
                nioCore,
                nioHTTP1,
            ],
            swiftSettings: house,
            linkerSettings: slim
        ),
        .executableTarget(
            name: "ringsim",
            dependencies: ["RingCore", "RingSimulator", argumentParser],
            swiftSettings: house
        ),
        .executableTarget(
            name: "ringdemo",
            dependencies: ["RingClient", argumentParser],
            swiftSettings: house
        ),
        // An application of the client, for tests and measurements.
        .executableTarget(
            name: "clientdriver",
            dependencies: ["RingCore", "RingSnapshots", "RingClient", argumentParser],
            path: "Tests/ClientDriver",
            swiftSettings: house
        ),
        // Tests: one a target, and what they share.
        .target(name: "RingTestSupport", path: "Tests/RingTestSupport", swiftSettings: house),
        .target(
            name: "RingServerTesting",
            dependencies: ["RingCore", "RingPlanner", "RingAPI", "RingServer", logging, serviceLifecycle],
            path: "Tests/RingServerTesting",
            swiftSettings: house
        ),
        .target(
            name: "RingMemcachedTesting",
            dependencies: [nioCore, nioPosix],
            path: "Tests/RingMemcachedTesting",
            swiftSettings: house
        ),
        .testTarget(
            name: "RingCoreTests",
            dependencies: ["RingCore"],
            resources: [.copy("Vectors")],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingSnapshotsTests",
            dependencies: ["RingCore", "RingSnapshots", "RingTestSupport"],
            exclude: ["independent_digest.py"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingSigningTests",
            dependencies: ["RingCore", "RingSnapshots", "RingSigning", "RingTestSupport"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingPlannerTests",
            dependencies: ["RingCore", "RingPlanner"],
            exclude: ["Scenarios"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingSimulatorTests",
            dependencies: ["RingCore", "RingPlanner", "RingSimulator", "ringsim"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingStoreTests",
            dependencies: [
                "RingCore", "RingPlanner", "RingSigning", "RingSnapshots", "RingMigrations", "RingStore", grdb,
            ],
            exclude: ["Cookbook"],
            resources: [.copy("schema.sql"), .copy("migrations.sha256")],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingMemcachedTests",
            dependencies: [
                "RingCore", "RingMemcached", "RingMemcachedTesting", "RingTestSupport", nioCore, nioEmbedded, nioPosix,
            ],
            swiftSettings: house
        ),
        .testTarget(name: "RingAPITests", dependencies: ["RingAPI", "RingCore"], swiftSettings: house),
        .testTarget(name: "RingDocumentsTests", dependencies: ["RingDocuments"], swiftSettings: house),
        .testTarget(
            name: "RingServerTests",
            dependencies: ["RingAPI", "RingCore", "RingPlanner", "RingServer", "RingServerTesting", metrics],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingctlTests",
            dependencies: [
                "ringctl", "RingAPI", "RingCore", "RingPlanner", "RingServerTesting", "RingSnapshots",
                "RingTestSupport",
                argumentParser,
            ],
            exclude: ["Golden"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingClientTests",
            dependencies: [
                "RingCore", "RingSnapshots", "RingSigning", "RingClient", "RingMemcachedTesting", "RingTestSupport",
                metrics, metricsTestKit,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "RingDaemonTests",
            dependencies: [
                "RingAPI", "RingCore", "RingSnapshots", "RingStore", "RingDaemon", "RingPlanner", "RingServer", logging,
            ],
            swiftSettings: house
        ),
        .testTarget(name: "TidyTests", swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
