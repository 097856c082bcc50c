internal import ArgumentParser
internal import BifrostKernel
internal import Bundles
internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import Proofs
internal import Replays
internal import Sagas

/// Hands history to somebody outside.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write history for somebody who has neither the database nor this software.",
        subcommands: [ExportBundle.self]
    )
}

/// Writes an account's history with its proofs.
struct ExportBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Write an account's events in a span, with schemas, proofs, and a summary for people.",
        discussion: """
            The span is what was recorded behind the first moment, up to and including the second: each is a position, \
            or a time in UTC such as 2026-11-29T14:03:07Z, as in `bifrost diff`. Check a bundle with ops/verify-bundle.
            """
    )

    @Option(help: "The account, by alias or id.") var account: String
    @Option(help: "The moment behind which the span begins (default: the beginning of the log).")
    var from: String?
    @Option(help: "The last moment of the span (default: the present).") var to: String?
    @Option(help: "A new folder, or a file whose name ends with .tar.") var out: String
    @Option(help: "Prove against this checkpoint instead of a new one.") var checkpoint: String?
    @OptionGroup var keys: KeyOptions
    @OptionGroup var checkpoints: CheckpointOptions
    @OptionGroup var placeOptions: PlaceOptions

    func validate() throws {
        _ = try MomentOption.read(from, "--from")
        _ = try MomentOption.read(to, "--to")
        if out.isEmpty {
            throw ValidationError("--out is empty: name a new folder, or a file ending in .tar.")
        }
    }

    func run() throws {
        let place = placeOptions.place
        let said = try OpenLog.readStored(place) { log in
            let shard = Node.tradingShard
            let opened = try AccountDirectory(log, shard).resolve(account)
            let positions = try positions(log)
            return try ProofFailure.explained {
                let checkpointer = checkpoints.checkpointer(log, place)
                let under = try head(checkpointer, place)
                let span = try AccountSpan.read(positions, of: opened, log, shard, upTo: under.head.size)
                let bundle = try Bundle(span, log, shard, under: under, signedBy: checkpointer)
                let bytes = try bundle.write(to: out)
                return "\(bundle.eventCount) events, \(bytes) bytes in \(out); check them with"
                    + " ops/verify-bundle --key KEY \(out)"
            }
        }
        BifrostExit.complain(said)
    }

    private func positions(_ log: PostgresLog) throws -> ClosedRange<Int64> {
        let after = try MomentOption.position(from, "--from", log) ?? 0
        let last = try MomentOption.position(to, "--to", log) ?? log.head(of: Node.tradingShard).position
        guard after < last else {
            throw BifrostExit.failed.failure(
                "The span begins behind position \(after) and ends at \(last): nothing is in it. Give the earlier moment"
                    + " to --from."
            )
        }
        return after + 1...last
    }

    private func head(_ checkpointer: Checkpointer, _ place: LogPlace) throws -> Checkpoint {
        if let checkpoint {
            let trusted = try keys.trusted(checkpoints.folder(place))
            return try CheckpointFolder.read(checkpoint, signedBy: trusted)
        }
        guard let made = try checkpointer.sign(Node.tradingShard) else {
            throw BifrostExit.failed.failure("The log is empty: there is nothing to export.")
        }
        return made
    }
}
