internal import ArgumentParser
internal import BifrostKernel
internal import Engine
internal import EventStore
internal import EventStorePostgres
internal import HTTPAPI
internal import Nodes

/// What engines know, kept to shorten their restart.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Keep what the engines know, so that a restart need not read the whole log.",
        discussion: """
            `bifrost up` makes one of a shard every \(SnapshotMaker.everyEvents) events, less often beyond ten \
            million of them. A snapshot is used by the very build that made it: run `bifrost snapshot make` of \
            a new build before you start it, beside the old one, and its first start is short too. The log \
            decides; any snapshot may be dropped.
            """,
        subcommands: [SnapshotList.self, SnapshotMake.self, SnapshotDrop.self]
    )
}

/// Work on snapshots.
enum SnapshotWork {
    /// The maker of this build; `nil` where the program does not say which build it is.
    static func maker(_ log: PostgresLog, _ shard: ShardNumber) -> SnapshotMaker? {
        BuildIdentity.current.map {
            SnapshotMaker(log, shard, EngineSnapshots(PostgresSnapshots(log), build: $0))
        }
    }

    /// The snapshots of accounts that this build makes and uses.
    static func accounts(_ log: PostgresLog, _ shard: ShardNumber) -> PostgresAccountSnapshots? {
        BuildIdentity.current.map { PostgresAccountSnapshots(log, shard, build: $0) }
    }

    /// The maker of them, with a reader of its own: it reads the whole log at first.
    static func accountMaker(_ log: PostgresLog, _ shard: ShardNumber) -> sending AccountSnapshotMaker? {
        guard let snapshots = accounts(log, shard) else { return nil }
        return AccountSnapshotMaker(log.withReaders(atMost: 1), shard, snapshots)
    }

    static func run<Answer>(
        _ place: PlaceOptions,
        _ body: (PostgresLog) throws -> Answer
    ) throws -> Answer {
        try OpenLog.readStored(place.place) { log in
            do {
                return try body(log)
            } catch let error as SnapshotError {
                throw BifrostExit.failed.failure("Snapshots: \(error.reason). Try again.")
            } catch let error as SnapshotMakingError {
                guard case .refused = error else { throw BifrostExit.failed.failure(error.description) }
                throw BifrostExit.tampering.failure(error.description)
            }
        }
    }
}

/// Lists snapshots.
struct SnapshotList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the snapshots there are."
    )

    @OptionGroup var place: PlaceOptions

    func run() throws {
        try SnapshotWork.run(place) { log in
            var table = Table([
                ("SHARD", .left), ("POSITION", .right), ("MADE AT", .left), ("BYTES", .right),
                ("STORED", .right), ("BUILD", .left),
            ])
            for shard in OpenLog.shards {
                for kept in try PostgresSnapshots(log).list(shard) {
                    let isOwn = kept.label.build == BuildIdentity.current
                    table.add([
                        "\(shard.value)", "\(kept.label.position)", kept.madeAt.text, "\(kept.contentBytes)",
                        "\(kept.storedBytes)", isOwn ? "this one" : kept.label.build,
                    ])
                }
            }
            var output = Output()
            for line in table.lines { output.line(line) }
            if let accounts = SnapshotWork.accounts(log, Node.tradingShard) {
                let (count, end) = (try accounts.count(), try accounts.end())
                output.line("accounts: \(count) of this build, the last at position \(end)")
            }
            output.flush()
        }
    }
}

/// Makes snapshots.
struct SnapshotMake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make a snapshot of each shard for this build, beside the engine that runs.",
        discussion:
            "It takes as much memory as the engine, and proves the hashes of the events that it reads."
    )

    @OptionGroup var place: PlaceOptions

    func run() throws {
        Interruption.watch()
        try SnapshotWork.run(place) { log in
            var output = Output()
            for shard in OpenLog.shards {
                guard let maker = SnapshotWork.maker(log, shard) else {
                    throw BifrostExit.failed.failure(
                        "This program does not say which build it is, so nobody could use its snapshots."
                            + " Link it with --build-id."
                    )
                }
                let made = try maker.make(while: { !Interruption.isAsked })
                if Interruption.isAsked { throw BifrostExit.failed.failure("Stopped. No snapshot was made.") }
                guard let made else {
                    output.line("shard \(shard.value): nothing has come since the last snapshot")
                    continue
                }
                output.line(
                    "shard \(shard.value): made at position \(made.kept.label.position), from "
                        + (made.fromPosition == 0
                            ? "the first event" : "the snapshot at \(made.fromPosition)")
                        + ", \(made.kept.contentBytes) bytes kept in \(made.kept.storedBytes)"
                )
            }
            if let made = try SnapshotWork.accountMaker(log, Node.tradingShard)?.advance(while: {
                !Interruption.isAsked
            }) {
                output.line("accounts: \(made.made) made, looked at up to position \(made.through)")
            }
            output.flush()
        }
    }
}

/// Drops snapshots.
struct SnapshotDrop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Drop snapshots: the next start of their build reads the log instead.",
        discussion: """
            Without a position all of both shards are dropped, those of other builds and those of accounts too.
            """
    )

    @Option(help: "Only those at this position.") var at: Int64?
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try SnapshotWork.run(place) { log in
            let snapshots = PostgresSnapshots(log)
            var count = 0
            for shard in OpenLog.shards {
                for kept in try snapshots.list(shard) where at.map({ $0 == kept.label.position }) ?? true {
                    if try snapshots.drop(kept.label) { count += 1 }
                }
            }
            if at == nil {
                count += try SnapshotWork.accounts(log, Node.tradingShard)?.drop(all: true) ?? 0
            }
            if let at, count == 0 {
                throw BifrostExit.failed.failure(
                    "There is no snapshot at \(at): `bifrost snapshot list` shows them."
                )
            }
            var output = Output()
            output.line("\(count) \(count == 1 ? "snapshot is" : "snapshots are") dropped")
            output.flush()
        }
    }
}
