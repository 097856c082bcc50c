internal import ArgumentParser
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import Nodes
internal import Proofs

/// Where checkpoints are kept.
struct CheckpointOptions: ParsableArguments {
    @Option(
        name: .customLong("checkpoints"),
        help:
            "The folder of signed checkpoints, best on another machine's disk (default: DATA-DIR/checkpoints)."
    )
    var folder: String?

    func validate() throws {
        if folder == "" { throw ValidationError("--checkpoints is empty: name a folder.") }
    }

    func folder(_ place: LogPlace) -> CheckpointFolder {
        CheckpointFolder(folder ?? place.dataDirectory + "/checkpoints")
    }

    func checkpointer(_ log: PostgresLog, _ place: LogPlace) -> Checkpointer {
        Checkpointer(log, dataDirectory: place.dataDirectory, folder(place))
    }
}

/// The public keys that a person trusts.
struct KeyOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help:
            "A public key as it was handed to you, or a file of them; may repeat (default: those in the folder)."
    )
    var keys: [String] = []

    /// The keys that were given, else those in the folder.
    func trusted(_ folder: CheckpointFolder) throws(ProofError) -> [VerifierKey] {
        guard !keys.isEmpty else { return try folder.keys() }
        var trusted: [VerifierKey] = []
        for text in keys {
            if let key = VerifierKey(text) {
                trusted.append(key)
            } else if text.contains("+"), access(text, F_OK) != 0 {
                throw .refused(
                    "--key '\(text)' is no public key: its name, hash and bytes do not belong together."
                )
            } else {
                trusted += try CheckpointFolder.keys(at: text)
            }
        }
        return trusted
    }
}

/// Turns what proofs refuse into the end of a command.
enum ProofFailure {
    static func explained<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let error as ProofError {
            guard case .tampered = error else { throw BifrostExit.failed.failure(error.description) }
            throw BifrostExit.tampering.failure(error.description)
        }
    }
}
