// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// Targets that hold C handles: every unsafe expression is marked, and spans of borrowed memory may be
/// returned.
let bridge: [SwiftSetting] = strict + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]

/// Code that a generator writes answers to the generator and not to our warnings.
let generated: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A pure target: no clock, no I/O, no Foundation.
func domain(_ name: String, _ extra: [Target.Dependency] = []) -> Target {
    .target(
        name: name,
        dependencies: ["BifrostKernel"] + extra,
        path: "Sources/Domain/\(name)",
        swiftSettings: strict
    )
}

/// A read model: its folder below `Projections` holds its fold and the tables that it fills.
func projection(_ name: String, _ extra: [Target.Dependency]) -> Target {
    .target(
        name: "\(name)Projection",
        dependencies: ["BifrostKernel", "ProjectionKit", "Sagas"] + extra,
        path: "Projections/\(name)",
        exclude: ["README.md"],
        resources: [.embedInCode("schema.sql")],
        swiftSettings: strict
    )
}

/// Set by `ops/fuzz` alone: libFuzzer brings `main` then, and what tests share is linked into its program.
let isFuzzing = Context.environment["BIFROST_FUZZ"] != nil

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    guard isFuzzing else {
        return .testTarget(
            name: name,
            dependencies: dependencies,
            resources: resources,
            swiftSettings: strict
        )
    }
    return .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// The SQL of the log, each file a constant in the binary.
let logSQL: [Resource] = [
    "account_snapshot.sql", "add_fence.sql", "add_leaf.sql", "add_price_month.sql", "beat.sql",
    "cold_frame.sql", "cold_index.sql",
    "drop_leaf.sql", "event_template.sql", "grants.sql", "heartbeat.sql", "hold.sql", "hold_release.sql",
    "leaf.sql", "lease.sql", "log.sql", "migration.sql", "open_shard.sql", "order.txt", "pace_vacuum.sql",
    "price.sql", "price_segment.sql", "publisher_checkpoint.sql", "refresh_event_view.sql",
    "refresh_table_view.sql",
    "refuse_change.sql", "release_lease.sql", "retention.sql", "roles.sql", "schemas.sql", "seal_leaf.sql",
    "segment.sql", "shard.sql", "snapshot.sql", "snapshot_part.sql", "subtree.sql", "take_lease.sql",
    "turn_leaf.sql",
].map { .embedInCode("SQL/\($0)") }

/// The SQL of the read side, beside its read models.
let readSQL: [Resource] = [
    "build.sql", "build_indexes.sql", "checkpoint.sql", "migration.sql", "milestone.sql",
    "move_checkpoint.sql", "order.txt", "pace_vacuum.sql", "read_model.sql",
].map { .embedInCode("SQL/\($0)") }

let package = Package(
    name: "Bifrost",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibPQ",
            path: "Sources/C/CLibPQ",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]
        ),
        .systemLibrary(
            name: "CLZ4",
            path: "Sources/C/CLZ4",
            pkgConfig: "liblz4",
            providers: [.apt(["liblz4-dev"])]
        ),
        .systemLibrary(
            name: "CRabbitMQ",
            path: "Sources/C/CRabbitMQ",
            pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]
        ),
        .target(name: "CAllocations", path: "Sources/C/CAllocations"),
        .target(name: "BifrostKernel", swiftSettings: strict),
        domain("References"), domain("Orders"), domain("RiskLimits"), domain("ComplianceRules"),
        domain("Packing", ["LZ4Codec"]), domain("Portfolios", ["Packing"]),
        domain(
            "Sagas",
            [
                "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios", "Packing", crypto,
            ]
        ),
        .target(
            name: "EventRegistry",
            dependencies: [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios",
                "Sagas",
            ],
            path: "EventSchemas/Registry",
            swiftSettings: strict
        ),
        .target(
            name: "EventMessages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            path: "EventSchemas/Generated",
            exclude: ["STAMP"],
            swiftSettings: generated
        ),
        .target(
            name: "SchemaTexts",
            path: "EventSchemas/proto",
            resources: [
                "accounts", "common", "compliance", "envelope", "orders", "portfolio", "references",
                "risk", "sagas", "shard", "suspense",
            ].map { .embedInCode("bifrost/v1/\($0).proto") },
            swiftSettings: strict
        ),
        library(
            "Engine",
            [
                "BifrostKernel", "References", "Orders", "Sagas", "EventRegistry", "EventStore",
                "Venues", "Threads",
            ]
        ),
        library(
            "Nodes",
            [
                "BifrostKernel", "Engine", "EventStore", "EventStorePostgres", "EmbeddedPostgres",
                "PostgresClient", "Venues",
            ]
        ),
        library(
            "Backups",
            [
                "BifrostKernel", "EmbeddedPostgres", "EventStore", "EventStorePostgres", "Nodes", crypto,
            ]
        ),
        tests(
            "BackupTests",
            [
                "Backups", "bifrost", "BifrostKernel", "EmbeddedPostgres", "EventStore",
                "EventStorePostgres", "EventStoreTesting", "Faults", "HTTPAPI", "Nodes",
                "PostgresClient", "PostgresTesting", "Threads",
            ]
        ),
        library(
            "Replays",
            [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios",
                "Sagas", "EventRegistry", "EventStore",
            ]
        ),
        .executableTarget(
            name: "bifrost",
            dependencies: [
                "Backups", "BifrostKernel", "Bundles", "ColdSegments", "EventRegistry", "EventStore",
                "Nodes", "Replays", "References", "Sagas", "Engine", "Venues", "HTTPAPI", "Orders",
                "Portfolios", "RiskLimits", "Demos", "People", "Prices", "Proofs", "ReadModels",
                "EventStorePostgres", "AMQPClient", "Publishers", "PortfolioViewProjection",
                "PostgresClient", "Threads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        library(
            "Demos",
            [
                "BifrostKernel", "DemoMarket", "References", "Orders", "RiskLimits", "Portfolios",
                "Sagas", "EventRegistry", "EventStore", "Engine", "Nodes", "Replays", "Venues",
            ]
        ),
        library("Venues", ["BifrostKernel", "Orders", "SeededChoices"]),
        library("EventStore", ["BifrostKernel", "Threads", crypto]),
        library("ColdSegments", ["BifrostKernel", "EventStore", "LZ4Codec", crypto]),
        library("EventStoreTesting", ["EventStore", "BifrostKernel", "Threads"]),
        .target(
            name: "EventStorePostgres",
            dependencies: [
                "BifrostKernel", "ColdSegments", "EventStore", "LZ4Codec", "PostgresClient", "Threads",
            ],
            resources: logSQL,
            swiftSettings: strict
        ),
        .target(
            name: "ProjectionKit",
            dependencies: ["BifrostKernel", "Sagas", "PostgresClient"],
            path: "Projections/Kit",
            swiftSettings: strict
        ),
        projection("OrdersView", ["Orders", "EventRegistry"]),
        projection("AuditView", ["References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios"]),
        projection("PortfolioView", ["References", "Portfolios"]),
        projection("AccountsView", ["RiskLimits", "Portfolios"]),
        .target(
            name: "ReadModels",
            dependencies: [
                "BifrostKernel", "Orders", "Sagas", "EventRegistry", "EventStore", "EventStorePostgres",
                "PostgresClient", "Threads", "ProjectionKit", "OrdersViewProjection",
                "AuditViewProjection",
                "PortfolioViewProjection", "AccountsViewProjection", "Portfolios", crypto,
            ],
            resources: readSQL,
            swiftSettings: strict
        ),
        library(
            "Prices",
            [
                "BifrostKernel", "EventStore", "EventStorePostgres", "PostgresClient", "Threads", crypto,
            ]
        ),
        library(
            "Proofs",
            [
                "BifrostKernel", "EventStore", "EventStorePostgres", "PostgresClient", crypto,
            ]
        ),
        library(
            "Bundles",
            [
                "BifrostKernel", "EventStore", "EventStorePostgres", "Proofs", "Replays", "Sagas",
                "SchemaTexts",
            ]
        ),
        .target(
            name: "People",
            dependencies: ["BifrostKernel", "EventStore", "EventStorePostgres", "PostgresClient"],
            resources: ["erasure.sql", "link.sql", "migration.sql", "order.txt", "person.sql"].map {
                .embedInCode("SQL/\($0)")
            },
            swiftSettings: strict
        ),
        tests(
            "BundleTests",
            [
                "Bundles", "BifrostKernel", "EventMessages", "EventStore", "EventStoreTesting",
                "SchemaTexts",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        tests(
            "ProofTests",
            [
                "Proofs", "BifrostKernel", "EventStore", "EventStorePostgres", "EventStoreTesting",
                "PostgresClient", "PostgresTesting", "SeededChoices",
            ]
        ),
        tests(
            "PriceTests",
            [
                "Prices", "BifrostKernel", "EventStore", "EventStorePostgres", "PostgresClient",
                "PostgresTesting", "Threads",
            ]
        ),
        tests(
            "ReadModelTests",
            [
                "ReadModels", "ProjectionKit", "OrdersViewProjection", "AuditViewProjection",
                "AccountsViewProjection", "PortfolioViewProjection", "Simulation", "Replays",
                "BifrostKernel", "References", "Orders", "RiskLimits", "Portfolios", "Sagas", "EventRegistry",
                "EventStore", "EventStorePostgres", "EventStoreTesting", "Engine", "Nodes",
                "PostgresClient", "PostgresTesting", "SeededChoices", "Threads", "Venues",
            ]
        ),
        .target(name: "PostgresClient", dependencies: ["CLibPQ"], swiftSettings: bridge),
        .target(name: "AMQPClient", dependencies: ["CRabbitMQ"], swiftSettings: bridge),
        library(
            "Publishers",
            [
                "AMQPClient", "BifrostKernel", "EventRegistry", "EventStore", "EventStorePostgres",
                "Threads",
            ]
        ),
        tests(
            "PublisherTests",
            [
                "AMQPClient", "Publishers", "bifrost", "BifrostKernel", "EventRegistry", "EventStore",
                "EventStorePostgres", "EventStoreTesting", "EmbeddedPostgres", "Faults",
                "PostgresClient", "PostgresTesting", "SeededChoices", "Threads",
            ],
            resources: [.copy("Resources/consume.py"), .copy("Resources/keep.py")]
        ),
        .target(name: "Threads", swiftSettings: strict),
        .target(name: "CSpawn", path: "Sources/C/CSpawn"),
        library("EmbeddedPostgres", ["PostgresClient", "CSpawn"]),
        tests(
            "ReplayTests",
            [
                "Replays", "BifrostKernel", "References", "Orders", "Portfolios", "RiskLimits", "Sagas",
                "EventRegistry", "EventStore", "Engine",
            ]
        ),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "BifrostKernel", "References", "Orders", "RiskLimits", "Portfolios", "Sagas",
                "EventRegistry", "EventStore", "EventStorePostgres", "Engine", "Replays", "Prices",
                "Threads", "Venues", "ReadModels", "PostgresClient", "AccountsViewProjection",
                "AuditViewProjection", "OrdersViewProjection", "PortfolioViewProjection",
                "ProjectionKit",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: ["OpenAPI/openapi.json", "Page/page.html", "Page/page.css", "Page/page.js"].map {
                .embedInCode($0)
            },
            swiftSettings: strict
        ),
        tests(
            "HTTPAPITests",
            [
                "HTTPAPI", "BifrostKernel", "Engine", "EventStore", "EventStorePostgres",
                "EventStoreTesting", "Orders", "Prices", "PostgresClient", "PostgresTesting",
                "ReadModels", "References", "Sagas", "Venues", "SeededChoices",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        tests("TidyTests", []),
        tests(
            "EngineTests",
            [
                "BifrostKernel", "References", "Orders", "RiskLimits", "Portfolios", "Sagas",
                "EventRegistry", "EventStore", "EventStorePostgres", "EventStoreTesting", "Engine",
                "Venues", "PostgresClient", "PostgresTesting", "EmbeddedPostgres", "Threads",
            ]
        ),
        .target(name: "SeededChoices", swiftSettings: strict),
        library(
            "Simulation",
            [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios",
                "Sagas", "EventRegistry", "EventStore", "Engine", "Replays", "Venues", "SeededChoices",
                "Threads",
            ]
        ),
        tests(
            "FuzzTests",
            [
                "BifrostKernel", "Orders", "Sagas", "HTTPAPI", "LZ4Codec", "PostgresClient", "Venues",
                "SeededChoices",
            ]
        ),
        tests("SimulationTests", ["Simulation", "BifrostKernel", "EventRegistry"]),
        .target(name: "LZ4Codec", dependencies: ["CLZ4"], swiftSettings: bridge),
        tests("LZ4CodecTests", ["LZ4Codec"]),
        .target(
            name: "DemoMarket",
            dependencies: ["BifrostKernel", "LZ4Codec", crypto],
            resources: [
                .copy("Resources/SOURCE.md"), .copy("Resources/us-20-daily-close-1990-2022.csv.lz4"),
            ],
            swiftSettings: strict
        ),
        tests("DemoMarketTests", ["BifrostKernel", "DemoMarket"]),
        tests("VenueTests", ["BifrostKernel", "Orders", "SeededChoices", "Venues"]),
        tests(
            "EventSchemaTests",
            [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios",
                "Sagas",
                "EventRegistry", "EventMessages", "EventStore", "SeededChoices", crypto,
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        tests("KernelTests", ["BifrostKernel", "SeededChoices"]),
        tests(
            "DomainTests",
            [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios",
                "Packing", "Sagas", "SeededChoices",
            ]
        ),
        tests("ColdSegmentTests", ["BifrostKernel", "ColdSegments", "EventStore", "EventStoreTesting"]),
        tests(
            "EventStoreTests",
            [
                "EventStore", "EventStorePostgres", "EventStoreTesting", "BifrostKernel",
                "PostgresTesting", "SeededChoices", "Threads",
            ]
        ),
        library(
            "Faults",
            [
                "BifrostKernel", "Orders", "Portfolios", "Sagas", "EventRegistry", "EventStore",
                "EventStorePostgres", "EmbeddedPostgres", "PostgresClient", "Threads", "Engine",
                "Venues", "Nodes", "Replays", "HTTPAPI", "ReadModels", "SeededChoices",
            ]
        ),
        tests(
            "FaultTests",
            [
                "Faults", "bifrost", "BifrostKernel", "Orders", "Sagas", "Engine", "EventStore",
                "EventStorePostgres", "EventStoreTesting", "EmbeddedPostgres", "HTTPAPI", "Nodes",
                "PostgresClient", "PostgresTesting", "Replays", "SeededChoices", "Threads", "Venues",
            ]
        ),
        .executableTarget(
            name: "bifrost-bench",
            dependencies: [
                "BifrostKernel", "References", "Orders", "Sagas", "Engine", "EventStore",
                "EventStorePostgres", "EventStoreTesting", "PostgresClient", "EmbeddedPostgres",
                "DemoMarket", "CAllocations", "Threads", "Nodes", "Venues", "Faults", "Simulation",
                "Replays", "EventRegistry", "ReadModels", "HTTPAPI", "OrdersViewProjection",
                "AccountsViewProjection", "AuditViewProjection", "PortfolioViewProjection",
                "Portfolios", "RiskLimits", "SeededChoices",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "EventStoreProbe",
            dependencies: ["EventStore", "EventStorePostgres", "EventStoreTesting"],
            path: "Tests/EventStoreProbe",
            swiftSettings: strict
        ),
        tests(
            "EventStorePostgresTests",
            [
                "ColdSegments", "EventStore", "EventStorePostgres", "EventStoreTesting", "BifrostKernel",
                "PostgresClient", "PostgresTesting", "EventStoreProbe", "Threads",
            ]
        ),
        library("PostgresTesting", ["PostgresClient", "EmbeddedPostgres"]),
        .executableTarget(
            name: "EmbeddedPostgresProbe",
            dependencies: ["EmbeddedPostgres", "Threads"],
            path: "Tests/EmbeddedPostgresProbe",
            swiftSettings: strict
        ),
        tests(
            "PostgresClientTests",
            ["PostgresClient", "EmbeddedPostgres", "PostgresTesting", "EmbeddedPostgresProbe"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzing {
    package.targets.append(
        .executableTarget(
            name: "bifrost-fuzz",
            dependencies: [
                "BifrostKernel", "References", "Orders", "Sagas", "EventRegistry", "Venues", "Replays",
                "HTTPAPI", "LZ4Codec", "PostgresClient", "SeededChoices", "DomainTests", "FuzzTests",
                "VenueTests",
            ],
            swiftSettings: strict
        )
    )
}
