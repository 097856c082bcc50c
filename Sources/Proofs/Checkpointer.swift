internal import BifrostKernel
public import EventStore
public import EventStorePostgres

/// Signs the heads of a log's shards and writes them to a folder outside the database.
///
/// It never signs two histories: the last checkpoint in the folder must be a beginning of what it signs.
public struct Checkpointer: Sendable {
    private let log: PostgresLog
    private let ring: KeyRing
    /// Where checkpoints go.
    public let folder: CheckpointFolder

    /// Signs `log` with the key of the data directory.
    public init(_ log: PostgresLog, dataDirectory: String, _ folder: CheckpointFolder) {
        self.log = log
        self.folder = folder
        ring = KeyRing(dataDirectory: dataDirectory, log: log.id)
    }

    /// The public keys of these shards, as whoever checks must have them.
    public func keys(_ shards: [ShardNumber]) throws(ProofError) -> [VerifierKey] {
        let key = try ring.current()
        return shards.map { key.verifier(name: origin($0).text) }
    }

    /// Signs the shard as it is now; answers the last checkpoint where nothing has come since, and `nil` for
    /// an empty shard.
    public func sign(_ shard: ShardNumber) throws(ProofError) -> Checkpoint? {
        let key = try ring.current()
        return try sign(shard, with: [key])
    }

    /// Makes a new key, and vouches for it with checkpoints that the old one signs too.
    public func rotate(_ shards: [ShardNumber]) throws(ProofError) -> [Checkpoint] {
        let (old, new) = try ring.rotate()
        var made: [Checkpoint] = []
        for shard in shards {
            if let checkpoint = try sign(shard, with: [old, new], isAnew: true) { made.append(checkpoint) }
        }
        return made
    }

    /// A statement about the shard as a signed note, by the name and the key that sign its checkpoints.
    ///
    /// Its first line must not be an origin, so that nobody can take it for a checkpoint.
    public func vouch(for statement: String, about shard: ShardNumber) throws(ProofError) -> String {
        precondition(!statement.hasPrefix("bifrost/"), "a statement is no checkpoint")
        precondition(statement.hasSuffix("\n"), "a signed text ends with a line feed")
        let key = try ring.current()
        try folder.add([key.verifier(name: origin(shard).text)])
        return statement + "\n" + (try key.signature(of: statement, name: origin(shard).text))
    }

    private func sign(
        _ shard: ShardNumber,
        with keys: [SigningKey],
        isAnew: Bool = false
    ) throws(ProofError) -> Checkpoint? {
        let origin = origin(shard)
        let end: Int64
        do throws(ReadError) {
            end = try log.head(of: shard).position
        } catch {
            throw ProofError(error)
        }
        let trusted = keys.map { $0.verifier(name: origin.text) }
        let last = try self.last(origin, trusted)
        guard end > 0 else {
            guard let last else { return nil }
            throw Self.shorter(last, end: 0, folder)
        }
        var tree = try SubtreeStore(log, shard).tree(size: end)
        if let last {
            guard last.head.size <= end else { throw Self.shorter(last, end: end, folder) }
            let root = try tree.head(at: last.head.size).root
            guard root == last.head.root else {
                throw .tampered(
                    "Shard \(shard.value) was rewritten: its first \(last.head.size) events are not those that"
                        + " \(folder.file(last)) signs. Nothing was signed. Keep the database as it is, and run"
                        + " `bifrost verify`."
                )
            }
            if last.head.size == end, !isAnew { return last }
        }
        let checkpoint = try Checkpoint.sign(try tree.head(at: end), of: origin, with: keys)
        try folder.add(trusted)
        try folder.add(checkpoint, replacing: isAnew)
        return checkpoint
    }

    /// The newest checkpoint in the folder, which one of our keys, old or new, has signed.
    private func last(_ origin: Checkpoint.Origin, _ trusted: [VerifierKey]) throws(ProofError) -> Checkpoint?
    {
        guard let file = folder.files(of: origin).last else { return nil }
        let checkpoint = try CheckpointFolder.read(file, signedBy: trusted + (try folder.keys()))
        guard checkpoint.origin == origin else {
            throw .refused(
                "\(file) is a checkpoint of \(checkpoint.origin.text), and this is \(origin.text): give each log a"
                    + " folder of its own with --checkpoints."
            )
        }
        return checkpoint
    }

    private func origin(_ shard: ShardNumber) -> Checkpoint.Origin {
        Checkpoint.Origin(log: log.id, shard: shard)
    }

    private static func shorter(_ last: Checkpoint, end: Int64, _ folder: CheckpointFolder) -> ProofError {
        .tampered(
            "Shard \(last.origin.shard.value) ends at \(end), and \(folder.file(last)) signs"
                + " \(last.head.size) events: its end was cut off, or an older backup was restored. Nothing was"
                + " signed. If it was you who restored, give the restored log a new folder with --checkpoints."
        )
    }
}
