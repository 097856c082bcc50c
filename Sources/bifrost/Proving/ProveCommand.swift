internal import ArgumentParser
internal import BifrostKernel
internal import EventStorePostgres
internal import Nodes
internal import Proofs
internal import Replays
internal import Sagas

/// Writes proofs for somebody who trusts nothing but a public key.
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write a proof that is checked without this software: see ops/verify-proof.",
        subcommands: [Order.self, Consistency.self]
    )
}

extension ProveCommand {
    struct Order: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that the events of an order are in the log, unchanged, where they say they are.",
            discussion: """
                Signs a checkpoint first, unless one is given. The proof shows that these events were recorded; that \
                there were no others shows only in the whole log, which `bifrost verify` checks.
                """
        )

        @Argument(help: "An order id, a client order id, or the id of a command that was refused.")
        var order: String
        @Option(help: "The account, by alias or id, when the name was given in several.")
        var account: String?
        @Option(help: "Prove against this checkpoint instead of a new one.")
        var checkpoint: String?
        @Option(help: "Write to this file instead of standard output.")
        var out: String?
        @OptionGroup var keys: KeyOptions
        @OptionGroup var checkpoints: CheckpointOptions
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let place = placeOptions.place
            let proof = try OpenLog.readStored(place) { log in
                let opened = try account.map { try AccountDirectory(log, Node.tradingShard).resolve($0) }
                let story = try OrderStory.find(order, account: opened, log, Node.tradingShard)
                return try ProofFailure.explained {
                    let under = try head(log, place)
                    return try ProofFile(log).order(
                        story.subject,
                        story.events.map(\.recorded),
                        in: story.shard,
                        under: under
                    )
                }
            }
            try ProofOutput.write(proof, out)
        }

        private func head(_ log: PostgresLog, _ place: LogPlace) throws -> Checkpoint {
            if let checkpoint {
                let trusted = try keys.trusted(checkpoints.folder(place))
                return try CheckpointFolder.read(checkpoint, signedBy: trusted)
            }
            guard let made = try checkpoints.checkpointer(log, place).sign(Node.tradingShard) else {
                throw BifrostExit.failed.failure("The log is empty: there is nothing to prove.")
            }
            return made
        }
    }

    struct Consistency: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that what one checkpoint signs is the beginning of what a later one signs."
        )

        @Argument(help: "The older checkpoint's file.") var old: String
        @Argument(help: "The newer one's file; a new one is signed when there is none.") var new: String?
        @Option(help: "Write to this file instead of standard output.") var out: String?
        @OptionGroup var keys: KeyOptions
        @OptionGroup var checkpoints: CheckpointOptions
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let place = placeOptions.place
            let proof = try OpenLog.readStored(place) { log in
                try ProofFailure.explained {
                    let trusted = try keys.trusted(checkpoints.folder(place))
                    let first = try CheckpointFolder.read(old, signedBy: trusted)
                    let second: Checkpoint
                    if let new {
                        second = try CheckpointFolder.read(new, signedBy: trusted)
                    } else {
                        let made = try checkpoints.checkpointer(log, place).sign(first.origin.shard)
                        second = made ?? first
                    }
                    return try ProofFile(log).consistency(first, second)
                }
            }
            try ProofOutput.write(proof, out)
        }
    }
}

/// Where proofs go.
private enum ProofOutput {
    static func write(_ proof: String, _ file: String?) throws {
        guard let file else {
            var output = Output()
            output.line(String(proof.dropLast()))
            return
        }
        try ProofFailure.explained { try ProofFile.write(proof, to: file) }
        BifrostExit.complain(
            "\(proof.utf8.count) bytes in \(file); check them with ops/verify-proof --key KEY \(file)"
        )
    }
}
