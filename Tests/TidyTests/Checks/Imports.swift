/// Who may import what: arrows point down only, so this table is the architecture.
enum Imports {
    enum Allowed: Equatable {
        case only(Set<String>)
        /// The edge: anything of ours and any library, but C through the target that wraps it.
        case anythingButC
    }

    private static let kernel: Set = ["BifrostKernel"]
    private static let domain: Set = ["References", "Orders", "RiskLimits", "ComplianceRules", "Portfolios"]

    private static let projected = kernel.union(domain).union(["Sagas", "EventRegistry", "ProjectionKit"])

    /// A new target gets a row here; test targets need none.
    static let table: [String: Allowed] = [
        "BifrostKernel": .only([]),
        "References": .only(kernel),
        "Orders": .only(kernel),
        "RiskLimits": .only(kernel),
        "ComplianceRules": .only(kernel),
        // Rows of long ago are kept compressed.
        "Packing": .only(kernel.union(["LZ4Codec"])),
        "Portfolios": .only(kernel.union(["Packing"])),
        // Executions are known by the hash of what tells one from another.
        "Sagas": .only(kernel.union(domain).union(["Packing", "Crypto"])),
        "EventRegistry": .only(kernel.union(domain).union(["Sagas"])),

        // The form of rows is that of PostgreSQL's binary copy.
        "ProjectionKit": .only(kernel.union(["Sagas", "PostgresClient"])),
        "OrdersViewProjection": .only(projected),
        "PortfolioViewProjection": .only(projected),
        "ExposureViewProjection": .only(projected),
        "AuditViewProjection": .only(projected),
        "AccountsViewProjection": .only(projected),
        "ReadModels": .only(
            kernel.union([
                "Orders", "Portfolios", "Sagas", "EventRegistry", "EventStore", "EventStorePostgres",
                "PostgresClient", "Threads", "Crypto", "ProjectionKit", "OrdersViewProjection",
                "PortfolioViewProjection",
                "ExposureViewProjection", "AuditViewProjection", "AccountsViewProjection",
            ])
        ),

        "Prices": .only(
            kernel.union(["EventStore", "EventStorePostgres", "PostgresClient", "Threads", "Crypto"])
        ),
        "Proofs": .only(
            kernel.union([
                "EventStore", "EventStorePostgres", "PostgresClient", "Crypto", "FoundationEssentials",
                "Glibc",
            ])
        ),
        "People": .only(kernel.union(["EventStore", "EventStorePostgres", "PostgresClient"])),
        "SchemaTexts": .only([]),
        "Bundles": .only(
            kernel.union([
                "EventStore", "EventStorePostgres", "Proofs", "Replays", "Sagas", "SchemaTexts",
            ])
        ),
        "EventStore": .only(kernel.union(["Crypto", "Synchronization", "Threads"])),
        "EventStoreTesting": .only(
            kernel.union(["EventStore", "Threads", "Dispatch", "Synchronization", "Testing"])
        ),
        "ColdSegments": .only(kernel.union(["EventStore", "LZ4Codec", "Crypto", "Glibc"])),
        "EventStorePostgres": .only(
            kernel.union([
                "ColdSegments", "EventStore", "LZ4Codec", "PostgresClient", "Threads", "Glibc",
                "Synchronization",
            ])
        ),
        "EmbeddedPostgres": .only(["CSpawn", "PostgresClient", "Glibc", "FoundationEssentials"]),

        "Threads": .only(["Glibc"]),
        "PostgresClient": .only(["CLibPQ", "Glibc"]),
        "AMQPClient": .only(["CRabbitMQ", "Glibc"]),
        "Publishers": .only(
            kernel.union([
                "AMQPClient", "EventRegistry", "EventStore", "EventStorePostgres", "Threads", "Glibc",
            ])
        ),
        "LZ4Codec": .only(["CLZ4"]),
        "DemoMarket": .only(kernel.union(["LZ4Codec", "Crypto", "Glibc"])),

        "Engine": .only(
            kernel.union(domain).union([
                "Sagas", "EventRegistry", "EventStore", "Venues", "Threads",
            ])
        ),
        "Replays": .only(kernel.union(domain).union(["Sagas", "EventRegistry", "EventStore"])),
        "Venues": .only(kernel.union(["Orders", "SeededChoices", "Synchronization", "Glibc"])),
        "Nodes": .only(
            kernel.union([
                "Engine", "EventStore", "EventStorePostgres", "EmbeddedPostgres", "PostgresClient", "Venues",
                "Glibc", "Synchronization",
            ])
        ),
        "Backups": .only(
            kernel.union([
                "EmbeddedPostgres", "EventStore", "EventStorePostgres", "Nodes", "Crypto", "Glibc",
                "FoundationEssentials",
            ])
        ),
        "SeededChoices": .only([]),
        "Simulation": .only(
            kernel.union(domain).union([
                "Sagas", "EventRegistry", "EventStore", "Engine", "Replays", "Venues", "SeededChoices",
                "Synchronization", "Threads",
            ])
        ),
        "PostgresTesting": .anythingButC,
        "Demos": .anythingButC,
        "Faults": .anythingButC,
        "HTTPAPI": .anythingButC,
        "bifrost": .anythingButC,
        "bifrost-bench": .anythingButC,
        "bifrost-fuzz": .anythingButC,
    ]

    /// The one target that wraps each C module of `Sources/C`.
    static let wrappers: [String: String] = [
        "CLibPQ": "PostgresClient",
        "CRabbitMQ": "AMQPClient",
        "CLZ4": "LZ4Codec",
        "CSpawn": "EmbeddedPostgres",
        "CAllocations": "bifrost-bench",
    ]

    static func forbidden(in file: SourceFile) -> [Finding] {
        guard file.isSwift, let target = Targets.name(of: file.path) else { return [] }
        return file.lines.compactMap { line in
            guard let module = module(importedBy: line.code) else { return nil }
            if let wrapper = wrappers[module], wrapper != target {
                return file.finding(line, "\(target) imports the C module \(module)", "go through \(wrapper)")
            }
            guard case .only(let modules) = table[target], !modules.contains(module) else { return nil }
            let remedy = "move the code, or change the architecture in \(tablePath)"
            return file.finding(line, "\(target) imports \(module)", remedy)
        }
    }

    /// One finding a target, at its first file.
    static func unknownTargets(in files: [SourceFile]) -> [Finding] {
        var reported: Set<String> = []
        return files.compactMap { file in
            guard file.isSwift, file.path != "Package.swift", let first = file.lines.first else { return nil }
            guard let target = Targets.name(of: file.path) else {
                return file.finding(first, "Swift outside the layout", "move it below the folder of a target")
            }
            guard table[target] == nil, !file.isTest, reported.insert(target).inserted else { return nil }
            return file.finding(first, "unknown target \(target)", "add its row to \(tablePath)")
        }
    }

    static func unknownCModules(in files: [SourceFile]) -> [Finding] {
        files.compactMap { file in
            guard file.path.hasSuffix("/module.modulemap"), let first = file.lines.first,
                let module = Targets.name(of: file.path), wrappers[module] == nil
            else { return nil }
            return file.finding(
                first,
                "C module \(module) has no wrapper",
                "name its one importer in \(tablePath)"
            )
        }
    }

    private static let tablePath = "Tests/TidyTests/Checks/Imports.swift"

    private static func module(importedBy code: String) -> String? {
        let pattern =
            /^(?:@\w+(?:\([^)]*\))? +|\w+ +)*?import +(?:(?:struct|class|enum|protocol|func|var|let|typealias) +)?(\w+)/
        return code.trimmingPrefix { $0 == " " }.firstMatch(of: pattern).map { String($0.1) }
    }
}
