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

/// A pure target: no clock, no I/O, no Foundation.
func domain(_ name: String, _ extra: [Target.Dependency] = []) -> Target {
    .target(
        name: name,
        dependencies: ["BifrostKernel"] + extra,
        path: "Sources/Domain/\(name)",
        swiftSettings: strict
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "Bifrost",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
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
        .target(name: "BifrostKernel", swiftSettings: strict),
        domain("References"), domain("Orders"), domain("RiskLimits"), domain("ComplianceRules"), domain("Portfolios"),
        domain("Sagas", ["References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios"]),
        .target(
            name: "EventRegistry",
            dependencies: [
                "BifrostKernel", "References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios", "Sagas",
            ], path: "EventSchemas/Registry", swiftSettings: strict),
        .target(name: "Venues", dependencies: ["BifrostKernel", "Orders"], swiftSettings: strict),
        .target(name: "EventStore", dependencies: ["BifrostKernel", crypto], swiftSettings: strict),
        .target(name: "PostgresClient", dependencies: ["CLibPQ"], swiftSettings: bridge),
        .target(name: "EmbeddedPostgres", dependencies: ["PostgresClient"], swiftSettings: strict),
        tests("TidyTests", []),
        tests("VenueTests", ["BifrostKernel", "Orders", "Venues"]),
        tests("KernelTests", ["BifrostKernel"]),
        tests("PostgresClientTests", ["PostgresClient", "EmbeddedPostgres"]),
    ],
    swiftLanguageModes: [.v6]
)
