internal import EmbeddedPostgres
public import EventStore
internal import FoundationEssentials

/// What a backup says of itself, in `backup.json`, which is written last.
public struct BackupManifest: Codable, Equatable, Sendable {
    /// The end of a shard.
    public struct ShardHead: Codable, Equatable, Sendable {
        /// The shard's number.
        public var shard: UInt16
        /// Its last position, 0 for none.
        public var position: Int64
        /// The hash of that event, 64 hexadecimal digits.
        public var hash: String
    }

    /// A file that lay beside the cluster.
    public struct File: Codable, Equatable, Sendable {
        /// Its name in the data directory.
        public var name: String
        /// How much of it is in the backup.
        public var bytes: Int64
        /// SHA-256 of that, in hexadecimal digits.
        public var sha256: String
    }

    /// The version of this format.
    public var formatVersion = Self.formatVersionKnown
    /// The log's id.
    public var log: String
    /// The build that made the backup.
    public var bifrostVersion: String
    /// The major version of the server.
    public var postgresMajor: Int
    /// When the backup was begun, RFC 3339.
    public var begunAt: String
    /// When it was complete: a restore leads there or further.
    public var completedAt: String
    /// Where the shards ended when it was begun; a restored log holds these and maybe more.
    public var heads: [ShardHead]
    /// What lay beside the cluster.
    public var files: [File]

    /// The version that this build writes and reads.
    public static let formatVersionKnown = 1
    /// The manifest's name in a backup.
    public static let fileName = "backup.json"

    private static let bytesMax = 1 << 20

    /// Reads the manifest of a backup.
    public static func read(ofBackup path: String) throws(BackupError) -> BackupManifest {
        let file = path + "/" + fileName
        guard FileSystem.exists(file) else {
            if Staging.isMarked(path) { throw .unfinished(path: path) }
            if !FileSystem.exists(path), Staging.isMarked(Staging.path(for: path)) {
                throw .unfinished(path: Staging.path(for: path))
            }
            throw .noBackup(path: path)
        }
        guard let text = FileSystem.read(file, bytesMax: bytesMax) else {
            throw .unreadable(path: file, reason: "it is there, but may not be read")
        }
        let manifest: BackupManifest
        do {
            manifest = try JSONDecoder().decode(BackupManifest.self, from: Data(text.utf8))
        } catch {
            throw .unreadable(path: file, reason: "it is not a manifest of a backup")
        }
        guard manifest.formatVersion == formatVersionKnown else {
            throw .unreadable(
                path: file,
                reason: "expected format \(formatVersionKnown), was \(manifest.formatVersion)"
            )
        }
        guard manifest.heads.allSatisfy({ $0.shard < KnownHead.shardsMax }) else {
            throw .unreadable(path: file, reason: "it names a shard that there cannot be")
        }
        return manifest
    }

    /// The text of the file.
    func text() throws(BackupError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        } catch {
            throw .failed("The manifest cannot be written: \(error)")
        }
    }
}

/// The hash of an event that somebody noted down, and where it stands.
public struct KnownHead: Equatable, Sendable {
    /// The shard.
    public var shard: ShardNumber
    /// The position.
    public var position: Int64
    /// 64 hexadecimal digits.
    public var hash: String

    /// Shards are numbered with 14 bits.
    static let shardsMax: UInt16 = 1 << 14

    /// Puts the parts together.
    public init(shard: ShardNumber, position: Int64, hash: String) {
        self.shard = shard
        self.position = position
        self.hash = hash
    }

    init(_ head: BackupManifest.ShardHead) {
        self.init(
            shard: ShardNumber(head.shard),
            position: head.position,
            hash: head.hash
        )
    }

    /// Reads `SHARD:POSITION:HASH`, `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let shard = UInt16(parts[0]), let position = Int64(parts[1]), position > 0,
            shard < Self.shardsMax, parts[2].utf8.count == 64, parts[2].allSatisfy(\.isHexDigit)
        else { return nil }
        self.init(shard: ShardNumber(shard), position: position, hash: parts[2].lowercased())
    }
}
