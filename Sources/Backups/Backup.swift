// A backup is a directory:
//
//     backup.json    what it holds, written last
//     postgres/      a base backup with the write-ahead log that makes it whole, and a manifest of its own
//     files/         what lay beside the cluster
//
// The heads in the manifest are read before the cluster is copied, the files after it: a restored log holds
// these heads, and the paper venue knows at least what the log says that it said.

internal import BifrostKernel
internal import EmbeddedPostgres
public import EventStore
internal import EventStorePostgres
public import Nodes

/// Copies a whole log, while it is written or not, into a directory that is there wholly or not at all.
public enum Backup {
    static let cluster = "postgres"
    static let files = "files"

    /// Makes the backup `directory` of an embedded cluster; `version` is this build's.
    public static func take(
        of place: LogPlace,
        _ shards: [ShardNumber],
        version: String,
        into directory: String
    ) throws(BackupError) -> BackupManifest {
        let source = place.dataDirectory
        guard let major = EmbeddedCluster.version(of: source + "/postgres").flatMap({ Int($0) }) else {
            throw .nothingThere(dataDirectory: source)
        }
        let staging = try Staging(for: directory, mode: 0o700)
        do throws(BackupError) {
            let path = staging.path
            let manifest = try BackupError.reading(place) { access throws(BackupError) in
                try copy(access, source, shards, major: major, version: version, into: path)
            }
            try write(manifest, into: path)
            try staging.finish()
            return manifest
        } catch {
            try staging.abandon()
            throw error
        }
    }

    private static func copy(
        _ access: LogAccess,
        _ source: String,
        _ shards: [ShardNumber],
        major: Int,
        version: String,
        into directory: String
    ) throws(BackupError) -> BackupManifest {
        let begun = WallTime().now()
        let heads = try heads(of: access.log, shards)
        try copyCluster(of: source, major: major, into: directory + "/" + cluster)
        let completed = WallTime().now()
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try FileSystem.makeDirectories(directory + "/" + files, mode: 0o700)
        }
        var kept: [BackupManifest.File] = []
        for name in KeptFiles.names(in: source) {
            kept.append(
                try KeptFiles.copy(name, from: source + "/" + name, into: directory + "/" + files)
            )
        }
        return BackupManifest(
            log: access.log.id.text,
            bifrostVersion: version,
            postgresMajor: major,
            begunAt: begun.text,
            completedAt: completed.text,
            heads: heads,
            files: kept
        )
    }

    private static func copyCluster(
        of source: String,
        major: Int,
        into directory: String
    ) throws(BackupError) {
        let isCopied = try BackupError.translating { () throws(EmbeddedPostgresError) -> Bool in
            guard let running = try EmbeddedCluster.running(dataDirectory: source) else { return false }
            let tools = try ClusterTools(version: String(major), path: source + "/postgres")
            try tools.copy(running, into: directory)
            try tools.verify(directory)
            return true
        }
        guard isCopied else {
            throw .failed("The server was stopped before its cluster was copied. Run the backup again.")
        }
    }

    private static func heads(
        of log: PostgresLog,
        _ shards: [ShardNumber]
    ) throws(BackupError) -> [BackupManifest.ShardHead] {
        var heads: [BackupManifest.ShardHead] = []
        do throws(ReadError) {
            for shard in shards {
                let head = try log.head(of: shard)
                heads.append(.init(shard: shard.value, position: head.position, hash: head.hash.text))
            }
        } catch {
            throw .failed("The ends of the shards cannot be read: \(error)")
        }
        return heads
    }

    private static func write(
        _ manifest: BackupManifest,
        into directory: String
    ) throws(BackupError) {
        let text = try manifest.text()
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try FileSystem.syncDirectory(directory + "/" + files)
            try FileSystem.replace(directory + "/" + BackupManifest.fileName, with: text)
        }
    }
}
