internal import Crypto
internal import EmbeddedPostgres
internal import Glibc

/// What lies in a data directory beside the cluster and cannot be made again: the paper venue's book, and
/// batches that the store refused.
enum KeptFiles {
    static let journal = "paper-venue.journal"
    private static let refusedBatch = "refused-batch-"
    private static let pageBytes = 1 << 20

    /// The names of those that there are.
    static func names(in directory: String) -> [String] {
        FileSystem.entries(of: directory).filter { $0 == journal || $0.hasPrefix(refusedBatch) }
    }

    /// Copies a file as it is now, durably, and says what was copied.
    ///
    /// One that is only ever appended to may grow meanwhile: a torn end is what its reader expects.
    static func copy(
        _ name: String,
        from source: String,
        into directory: String
    ) throws(BackupError) -> BackupManifest.File {
        let target = directory + "/" + name
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("Making \(target)") }
        defer { close(output) }
        let file = try read(name, from: source) { page throws(BackupError) in
            var rest = page[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
                guard written > 0 else { throw failure("Writing \(target)") }
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(output) == 0 else { throw failure("Syncing \(target)") }
        return file
    }

    /// Reads a file to its end and says what it holds.
    static func read(
        _ name: String,
        from source: String,
        _ body: ([UInt8]) throws(BackupError) -> Void = { _ in }
    ) throws(BackupError) -> BackupManifest.File {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("Opening \(source)") }
        defer { close(input) }
        var hasher = SHA256()
        var bytes: Int64 = 0
        var page = [UInt8](repeating: 0, count: pageBytes)
        while true {
            let count = page.withUnsafeMutableBytes { Glibc.read(input, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("Reading \(source)") }
            guard count > 0 else { break }
            let part = Array(page[..<count])
            hasher.update(data: part)
            bytes += Int64(count)
            try body(part)
        }
        let digest = hasher.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return BackupManifest.File(name: name, bytes: bytes, sha256: digest)
    }

    private static func failure(_ doing: String) -> BackupError {
        BackupError(FileSystem.failure(doing))
    }
}
