internal import ArgumentParser
internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import ReadModels

/// Looks after read models.
struct ProjectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projections",
        abstract: "Look after read models: how far they are, rebuild, roll back, prove.",
        subcommands: [
            ProjectionsList.self, ProjectionsStatus.self, ProjectionsRebuild.self, ProjectionsRollback.self,
            ProjectionsDrop.self, ProjectionsVerify.self,
        ]
    )

    /// Opens the log, makes the read side ready, runs `body`, and says what went wrong in its own words.
    static func run<Answer>(_ place: LogPlace, _ body: (PostgresLog) throws -> Answer) throws -> Answer {
        try OpenLog.read(place) { log in
            guard let log = log as? PostgresLog else {
                throw BifrostExit.failed.failure("read models live beside a log in PostgreSQL")
            }
            do {
                try ReadModelSetup.migrate(log.access.projector)
                return try body(log)
            } catch let error as ProjectionError {
                throw BifrostExit.failed.failure("\(error)")
            } catch let error as SetupError {
                throw BifrostExit.failed.failure("The read side cannot be made ready: \(error)")
            }
        }
    }
}

/// Names the read models and their builds.
struct ProjectionsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List the read models of this build of Bifrost, and the builds that the database has of each."
    )

    @OptionGroup var place: PlaceOptions

    func run() throws {
        var table = Table([("NAME", .left), ("BUILD", .left), ("FOLD", .right), ("STATE", .left)])
        try ProjectionsCommand.run(place.place) { log in
            for model in Catalogue.all {
                let shards = try Upkeep(log).status(model.name)
                if shards.isEmpty { table.add([model.name, "", "\(model.foldVersion)", "not built"]) }
                for status in shards where status.shard == shards.first?.shard {
                    table.add([
                        model.name, status.build.schema, "\(status.build.foldVersion)", Self.state(status),
                    ])
                }
            }
        }
        var output = Output()
        for line in table.lines { output.line(line) }
    }

    static func state(_ status: Upkeep.Status) -> String {
        if status.failure != nil { return "stopped" }
        if status.isActive { return status.isFollowed ? "read, followed" : "read, not followed" }
        if !status.build.isFinished { return status.isFollowed ? "being built" : "begun" }
        return status.isPrevious ? "kept for rollback" : "kept"
    }
}

/// Shows how far read models are, and what stopped them.
struct ProjectionsStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show position, lag and hash of each build, what stopped it, and the way out.",
        discussion: "Ends with status 1 when a read model that readers read is stopped."
    )

    @Argument(help: "The read models (default: all).")
    var names: [String] = []

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let models = try Catalogue.models(names)
        var table = Table([
            ("BUILD", .left), ("SHARD", .right), ("POSITION", .right), ("BEHIND", .right), ("STATE", .left),
            ("HASH", .left),
        ])
        var notes: [String] = []
        var isStopped = false
        try ProjectionsCommand.run(place.place) { log in
            for status in try models.flatMap({ try Upkeep(log).status($0.name) }) {
                table.add([
                    status.build.schema, "\(status.shard)", "\(status.position)", "\(status.lag)",
                    ProjectionsList.state(status), status.stateHash,
                ])
                guard let failure = status.failure else { continue }
                isStopped = isStopped || status.isActive
                notes.append("\(status.build.schema), shard \(status.shard): \(failure)")
                if let wayOut = status.wayOut { notes.append("  way out: \(wayOut)") }
            }
        }
        var output = Output()
        for line in table.lines + notes { output.line(line) }
        output.flush()
        if isStopped { throw BifrostExit.failed.failure("a read model is stopped") }
    }
}

/// Proves read models.
struct ProjectionsVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove read models: their rows, their checkpoints and the log folded anew have one hash."
    )

    @Argument(help: "The read models (default: all).")
    var names: [String] = []

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let models = try Catalogue.models(names)
        var table = Table([
            ("NAME", .left), ("SHARD", .right), ("POSITION", .right), ("VERDICT", .left), ("HASH", .left),
        ])
        var isProven = true
        try ProjectionsCommand.run(place.place) { log in
            for model in models {
                var bar = ProgressBar("Verifying \(model.name)")
                let verdicts = try ReadModelVerification(model, log).run { bar.show($0, of: $1) }
                bar.end()
                for verdict in verdicts {
                    isProven = isProven && verdict.isProven
                    table.add([
                        model.name, "\(verdict.shard.value)", "\(verdict.position)", Self.text(verdict),
                        verdict.stored.text,
                    ])
                }
            }
        }
        var output = Output()
        for line in table.lines { output.line(line) }
        output.flush()
        guard isProven else {
            throw BifrostExit.failed.failure("a read model is not what its log folds to: rebuild it")
        }
    }

    /// What a verdict says, in words.
    static func text(_ verdict: ReadModelVerification.Verdict) -> String {
        if verdict.isProven { return "proven" }
        return verdict.stored == verdict.folded ? "checkpoint differs" : "rows differ from the log"
    }
}
