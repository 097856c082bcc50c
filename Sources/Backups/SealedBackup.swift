// What is sealed is a row of entries, the directories before what is in them:
//
//     kind 1 ("D" or "F") · length of the path 2 · path · of a file: its bytes 8, and these
//
// Numbers are big-endian, paths relative to the backup's directory.

internal import EmbeddedPostgres
public import EventStore
internal import Glibc
public import Nodes

/// A backup that only the holder of a private key can read: a directory with one file.
public enum SealedBackup {
    /// The file.
    public static let fileName = "backup.sealed"
    /// Where the backup is made before it is sealed: on the disk that holds the log in clear anyhow.
    private static let clearName = "backup-to-seal"

    /// Whether a backup is sealed.
    public static func isOne(_ directory: String) -> Bool {
        FileSystem.exists(directory + "/" + fileName)
    }

    /// Makes a backup in the data directory, seals it into `directory` for the public key in a file, and
    /// removes what was in clear.
    public static func take(
        of place: LogPlace,
        _ shards: [ShardNumber],
        version: String,
        into directory: String,
        for keyFile: String
    ) throws(BackupError) -> BackupManifest {
        let key = try BackupKey.publicKey(at: keyFile)
        let staging = try Staging(for: directory, mode: 0o700)
        let clear = place.dataDirectory + "/" + clearName
        do throws(BackupError) {
            if FileSystem.exists(clear) { try remove(clear) }
            let manifest = try Backup.take(of: place, shards, version: version, into: clear)
            var writer = try SealedWriter(staging.path + "/" + fileName, for: key)
            try seal(clear, "", into: &writer)
            try writer.finish()
            try remove(clear)
            try staging.finish()
            return manifest
        } catch {
            if FileSystem.exists(clear) { try remove(clear) }
            try staging.abandon()
            throw error
        }
    }

    /// Opens a sealed backup beside `place` with the private key in a file, lends it to `body`, and removes
    /// it again.
    public static func opened<Answer>(
        _ directory: String,
        with keyFile: String,
        beside place: String,
        _ body: (String) throws(BackupError) -> Answer
    ) throws(BackupError) -> Answer {
        let key = try BackupKey.privateKey(at: keyFile)
        var reader = try SealedReader(directory + "/" + fileName, with: key)
        let staging = try Staging(for: place + ".opened", mode: 0o700)
        do throws(BackupError) {
            let clear = staging.path + "/backup"
            try makeDirectory(clear)
            try open(&reader, directory, into: clear)
            let answer = try body(clear)
            try staging.abandon()
            return answer
        } catch {
            try staging.abandon()
            throw error
        }
    }

    private static func seal(
        _ root: String,
        _ path: String,
        into writer: inout SealedWriter
    ) throws(BackupError) {
        for name in FileSystem.entries(of: root + "/" + path) {
            let inner = path.isEmpty ? name : path + "/" + name
            let full = root + "/" + inner
            if FileSystem.directoryOwner(full) != nil {
                try writer.append(head("D", inner))
                try seal(root, inner, into: &writer)
            } else {
                let bytes = try KeptFiles.read(name, from: full).bytes
                try writer.append(head("F", inner) + number(UInt64(bytes)))
                _ = try KeptFiles.read(name, from: full) { page throws(BackupError) in try writer.append(page)
                }
            }
        }
    }

    private static func head(_ kind: Unicode.Scalar, _ path: String) -> [UInt8] {
        let name = Array(path.utf8)
        return [UInt8(ascii: kind), UInt8(name.count >> 8), UInt8(name.count & 255)] + name
    }

    private static func number(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - $0 * 8)) }
    }

    private static func open(
        _ reader: inout SealedReader,
        _ source: String,
        into root: String
    ) throws(BackupError) {
        var entries = SealedEntries(root: root, source: source + "/" + fileName)
        while let bytes = try reader.next() { try entries.take(bytes) }
        try entries.end()
    }

    static func makeDirectory(_ path: String) throws(BackupError) {
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try FileSystem.makeDirectories(path, mode: 0o700)
        }
    }

    private static func remove(_ path: String) throws(BackupError) {
        try BackupError.translating { () throws(EmbeddedPostgresError) in try FileSystem.removeTree(path) }
    }
}

/// Makes files out of the entries of a sealed backup, as the bytes come.
private struct SealedEntries: ~Copyable {
    private let root: String
    private let source: String
    private var waiting: [UInt8] = []
    private var file: Int32 = -1
    private var bytesLeft: UInt64 = 0

    private static let headBytes = 3

    init(root: String, source: String) {
        self.root = root
        self.source = source
    }

    deinit { if file >= 0 { close(file) } }

    mutating func take(_ bytes: [UInt8]) throws(BackupError) {
        waiting += bytes
        while try step() {}
    }

    /// Nothing may be half done at the end.
    func end() throws(BackupError) {
        guard waiting.isEmpty, file < 0 else { throw damaged("it ends within a file") }
    }

    /// One entry's head, or some bytes of a file; false when more bytes are needed.
    private mutating func step() throws(BackupError) -> Bool {
        if file >= 0 { return try write() }
        guard waiting.count >= Self.headBytes else { return false }
        let isFile = waiting[0] == UInt8(ascii: "F")
        guard isFile || waiting[0] == UInt8(ascii: "D") else {
            throw damaged("it holds neither file nor folder")
        }
        let length = Int(waiting[1]) << 8 | Int(waiting[2])
        let size = Self.headBytes + length + (isFile ? 8 : 0)
        guard waiting.count >= size else { return false }
        let name = String(decoding: waiting[Self.headBytes..<Self.headBytes + length], as: UTF8.self)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.contains("\0") else {
            throw damaged("it holds a file that would lie elsewhere")
        }
        if isFile {
            bytesLeft = waiting[(size - 8)..<size].reduce(0) { $0 << 8 | UInt64($1) }
            file = open(root + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else { throw BackupError(FileSystem.failure("Making \(root)/\(name)")) }
        } else {
            try SealedBackup.makeDirectory(root + "/" + name)
        }
        waiting.removeFirst(size)
        return true
    }

    private mutating func write() throws(BackupError) -> Bool {
        let part = waiting.prefix(Int(min(bytesLeft, UInt64(waiting.count))))
        var rest = part
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BackupError(FileSystem.failure("Writing below \(root)")) }
            rest = rest.dropFirst(count)
        }
        bytesLeft -= UInt64(part.count)
        waiting.removeFirst(part.count)
        guard bytesLeft == 0 else { return false }
        close(file)
        file = -1
        return true
    }

    private func damaged(_ reason: String) -> BackupError { .damaged(path: source, reason: reason) }
}
