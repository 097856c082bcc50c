internal import BifrostKernel
internal import EmbeddedPostgres
public import EventStore
internal import EventStorePostgres
internal import Glibc
internal import Nodes

/// Makes a data directory out of a backup, and proves the log in it before it is put in place.
///
/// Everything is made beside the place and is there at once, or not at all.
public struct Restore: Sendable {
    /// The backup's directory, without links: the server's programs do not work in ours.
    public private(set) var backup: String
    /// Where the data directory will be: nothing may be there, or an empty directory.
    public var dataDirectory: String
    /// Where `bifrost up --wal-archive` kept the write-ahead log, `nil` for the backup alone.
    public var archive: String?
    /// How far.
    public var target = RestoreTarget.end
    /// Heads that were kept outside and have to be in the restored log.
    public var heads: [KnownHead] = []
    /// The paper venue's journal, where there is a later one than the backup's.
    public var journal: String?

    /// The shards of the log.
    public let shards: [ShardNumber]

    /// Restores all that is in `backup`, unless told otherwise.
    public init(backup: String, dataDirectory: String, shards: [ShardNumber]) {
        self.backup = FileSystem.resolved(backup) ?? backup
        self.dataDirectory = dataDirectory
        self.shards = shards
    }

    /// The same restore from another directory.
    public func reading(_ backup: String) -> Restore {
        var other = self
        other.backup = FileSystem.resolved(backup) ?? backup
        return other
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// The backup's manifest.
        public let manifest: BackupManifest
        /// Where the data directory is.
        public let dataDirectory: String
        /// Where the shards end, each proven from its first event.
        public let heads: [KnownHead]
        /// The last position of the batch that holds the target's, where the target was a position.
        public let batchEnd: Int64?
        /// Whether the log goes on behind the backup's heads, while the venue's journal is the backup's.
        public let isJournalOlder: Bool
    }

    /// Restores.
    public func run() throws(BackupError) -> Outcome {
        let manifest = try BackupManifest.read(ofBackup: backup)
        try check(manifest)
        let staging = try Staging(for: dataDirectory, mode: geteuid() == 0 ? 0o711 : 0o700) {
            path throws(EmbeddedPostgresError) in
            // A killed restore leaves the server that it was recovering with.
            try EmbeddedCluster.running(dataDirectory: path)?.stop(.immediate)
        }
        do throws(BackupError) {
            let outcome = try make(manifest, in: staging.path, place: staging.place)
            try staging.finish()
            return outcome
        } catch {
            let path = staging.path
            try BackupError.translating { () throws(EmbeddedPostgresError) in
                try EmbeddedCluster.running(dataDirectory: path)?.stop(.immediate)
                try EmbeddedCluster.removeSocket(ofDataDirectory: path)
            }
            try staging.abandon()
            throw error
        }
    }

    /// Everything that can be known before anything is written.
    private func check(_ manifest: BackupManifest) throws(BackupError) {
        if target != .end, archive == nil { throw .needsArchive(target: target.text) }
        let cluster = backup + "/" + Backup.cluster
        let version = EmbeddedCluster.version(of: cluster)
        let tools: ClusterTools
        do throws(EmbeddedPostgresError) {
            tools = try ClusterTools(version: String(manifest.postgresMajor), path: cluster)
        } catch .wrongMajorVersion {
            throw .wrongMajorVersion(wanted: manifest.postgresMajor, path: backup)
        } catch {
            throw BackupError(error)
        }
        guard version == String(manifest.postgresMajor) else {
            throw .damaged(
                path: cluster,
                reason: "expected a cluster of PostgreSQL \(manifest.postgresMajor), was \(version ?? "none")"
            )
        }
        try checkTarget(manifest)
        try prove(manifest, tools)
        if let archive { try ArchivedSegments.check(archive, of: cluster) }
    }

    private func checkTarget(_ manifest: BackupManifest) throws(BackupError) {
        switch target {
        case .end: return
        case .moment(let moment):
            guard let begun = Timestamp(manifest.begunAt), moment < begun else { return }
            throw .tooEarly(target: target.text)
        case .position(let shard, let position):
            guard shards.contains(shard) else {
                throw .tooLate(target: target.text, reason: "there is no such shard")
            }
            guard let head = manifest.heads.first(where: { $0.shard == shard.value }),
                position <= head.position
            else { return }
            throw .tooEarly(target: target.text)
        }
    }

    /// Each file of the backup is what it was when the backup was made.
    private func prove(_ manifest: BackupManifest, _ tools: ClusterTools) throws(BackupError) {
        let cluster = backup + "/" + Backup.cluster
        do throws(EmbeddedPostgresError) {
            try tools.verify(cluster)
        } catch {
            throw .damaged(path: cluster, reason: error.description)
        }
        for file in manifest.files {
            let path = backup + "/" + Backup.files + "/" + file.name
            guard !file.name.contains("/"), FileSystem.exists(path) else {
                throw .damaged(path: path, reason: "it is not there")
            }
            let found = try KeptFiles.read(file.name, from: path)
            guard found == file else {
                throw .damaged(
                    path: path,
                    reason:
                        "expected \(file.bytes) bytes with SHA-256 \(file.sha256), was \(found.bytes) with"
                        + " \(found.sha256)"
                )
            }
        }
    }

    private func make(
        _ manifest: BackupManifest,
        in directory: String,
        place: String
    ) throws(BackupError) -> Outcome {
        var batchEnd: Int64?
        switch target {
        case .end: try recover(.end, in: directory)
        // The server reads its settings before it knows what Z is.
        case .moment(let moment): try recover(.moment(moment.text.dropLast() + "+00"), in: directory)
        case .position(let shard, let position):
            try recover(.end, in: directory)
            let commit = try commit(of: position, in: shard, directory)
            try BackupError.translating { () throws(EmbeddedPostgresError) in
                try FileSystem.removeTree(directory + "/" + Backup.cluster)
            }
            try recover(.transaction(commit.transaction), in: directory)
            batchEnd = commit.lastPosition
        }
        try placeFiles(manifest, in: directory)
        let heads = try proveLog(manifest, in: directory)
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try EmbeddedCluster.removeSocket(ofDataDirectory: directory)
        }
        let isLater = zip(heads, manifest.heads).contains { $0.position > $1.position }
        let hasJournal = manifest.files.contains { $0.name == KeptFiles.journal }
        return Outcome(
            manifest: manifest,
            dataDirectory: place,
            heads: heads,
            batchEnd: batchEnd,
            isJournalOlder: archive != nil && isLater && hasJournal && journal == nil
        )
    }

    /// Copies the cluster into `directory` and recovers it.
    private func recover(
        _ end: ClusterRecovery.Target,
        in directory: String
    ) throws(BackupError) {
        let (backup, archive, target) = (backup, archive, target)
        do throws(EmbeddedPostgresError) {
            try ClusterTools.place(backup + "/" + Backup.cluster, in: directory)
            let resolved = archive.map { FileSystem.resolved($0) ?? $0 }
            try EmbeddedCluster.recover(
                dataDirectory: directory,
                ClusterRecovery(archive: resolved, target: end)
            )
        } catch .startFailed(_, let tail) where tail.contains("before consistent recovery point") {
            throw .tooEarly(target: target.text)
        } catch .startFailed(_, let tail) where tail.contains("before configured recovery target") {
            // A transaction is there, as it was found: what is replayed begins behind it.
            if case .transaction = end { throw .tooEarly(target: target.text) }
            throw .tooLate(target: target.text, reason: "backup and archive end before it")
        } catch .startFailed(_, let tail) where tail.contains("could not restore file") {
            let line = tail.split(whereSeparator: \.isNewline).first { $0.contains("could not restore file") }
            throw .noArchive(
                path: archive ?? "",
                reason:
                    "a segment is there and cannot be read by the server's user (\(line ?? "")). Allow that"
                    + " user to read it"
            )
        } catch {
            throw BackupError(error)
        }
    }

    /// The transaction of an event, found in the log when it is recovered as far as it goes.
    private func commit(
        of position: Int64,
        in shard: ShardNumber,
        _ directory: String
    ) throws(BackupError) -> EventCommit {
        let place = LogPlace(dataDirectory: directory, databaseURL: nil)
        return try BackupError.reading(place) { access throws(BackupError) in
            do throws(ReadError) {
                if let commit = try access.log.commit(of: position, in: shard) { return commit }
                let last = try access.log.head(of: shard).position
                throw ReadError.unavailable("the shard ends at position \(last)")
            } catch .unavailable(let reason) {
                throw BackupError.tooLate(target: target.text, reason: reason)
            } catch {
                throw BackupError.failed("The log cannot be read: \(error)")
            }
        }
    }

    private func placeFiles(_ manifest: BackupManifest, in directory: String) throws(BackupError) {
        for file in manifest.files {
            let isReplaced = file.name == KeptFiles.journal && journal != nil
            guard !isReplaced else { continue }
            let source = backup + "/" + Backup.files + "/" + file.name
            _ = try KeptFiles.copy(file.name, from: source, into: directory)
        }
        if let journal {
            _ = try KeptFiles.copy(KeptFiles.journal, from: journal, into: directory)
        }
    }

    /// Walks every shard from its first event and compares it with the heads that are known.
    private func proveLog(
        _ manifest: BackupManifest,
        in directory: String
    ) throws(BackupError) -> [KnownHead] {
        let known = manifest.heads.filter { $0.position > 0 }.map(KnownHead.init) + heads
        let place = LogPlace(dataDirectory: directory, databaseURL: nil)
        return try BackupError.reading(place) { access throws(BackupError) in
            guard access.log.id.text == manifest.log else {
                throw BackupError.otherLog(
                    reason: "expected log \(manifest.log), was \(access.log.id.text)"
                )
            }
            var proven: [KnownHead] = []
            for shard in shards {
                let proof = LogProof(access.log, shard, known.filter { $0.shard == shard })
                proven.append(try proof.run())
            }
            if let stray = known.first(where: { !shards.contains($0.shard) }) {
                throw BackupError.otherLog(reason: "it has no shard \(stray.shard.value)")
            }
            return proven
        }
    }
}
