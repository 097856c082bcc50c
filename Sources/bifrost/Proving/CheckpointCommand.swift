internal import ArgumentParser
internal import EventStore
internal import Nodes
internal import Proofs

/// Signs the log as it is.
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the log as it is now, and keep the signature outside the database.",
        discussion: """
            A checkpoint is a signed note of a shard's size and Merkle root. Whoever holds one can show later that \
            nothing up to it was changed: give copies away. `bifrost up` writes them by itself.
            """,
        subcommands: [Sign.self, Keys.self, RotateKey.self],
        defaultSubcommand: Sign.self
    )
}

extension CheckpointCommand {
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Sign each shard and print the files; refuses a log that an earlier one does not agree with."
        )

        @OptionGroup var signing: SigningOptions

        func run() throws {
            try signing.run { checkpointer in
                for shard in OpenLog.shards {
                    guard let made = try checkpointer.sign(shard) else { continue }
                    CheckpointText.print(made, checkpointer.folder)
                }
            }
        }
    }

    struct Keys: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the public keys that check signatures from now on, one for each shard."
        )

        @OptionGroup var signing: SigningOptions

        func run() throws {
            let keys = try signing.run { checkpointer in try checkpointer.keys(OpenLog.shards) }
            var output = Output()
            for key in keys { output.line(key.text) }
        }
    }

    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key",
            abstract: "Make a new signing key; the old one vouches for it in a checkpoint that both sign.",
            discussion:
                "The old key stays beside the new one as signing.key.HASH. Restart `bifrost up` after it."
        )

        @OptionGroup var signing: SigningOptions

        func run() throws {
            try signing.run { checkpointer in
                for made in try checkpointer.rotate(OpenLog.shards) {
                    CheckpointText.print(made, checkpointer.folder)
                }
                var output = Output()
                for key in try checkpointer.keys(OpenLog.shards) { output.line("new key \(key.text)") }
            }
        }
    }
}

/// The log that is signed, and where its checkpoints go.
struct SigningOptions: ParsableArguments {
    @OptionGroup var checkpoints: CheckpointOptions
    @OptionGroup var placeOptions: PlaceOptions

    func run<Answer>(_ body: (Checkpointer) throws -> Answer) throws -> Answer {
        let place = placeOptions.place
        return try OpenLog.readStored(place) { log in
            try ProofFailure.explained { try body(checkpoints.checkpointer(log, place)) }
        }
    }
}

/// What people read about checkpoints.
enum CheckpointText {
    static func print(_ checkpoint: Checkpoint, _ folder: CheckpointFolder) {
        var output = Output()
        output.line(
            "shard \(checkpoint.origin.shard.value): \(checkpoint.head.size) events signed in"
                + " \(folder.file(checkpoint))"
        )
        output.flush()
    }
}
