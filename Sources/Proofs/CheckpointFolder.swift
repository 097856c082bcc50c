internal import EventStore
internal import Glibc

/// A folder of checkpoints outside the database, a file each, and the public keys that signed them.
///
/// A file appears whole or not at all. It is changed only where a new key's signature joins the old one's.
public struct CheckpointFolder: Sendable {
    /// Where it is.
    public let path: String

    /// The folder at `path`; made when the first checkpoint is written.
    public init(_ path: String) { self.path = path }

    private static let suffix = ".checkpoint"
    /// Digits of a size in a file's name, so that names sort as sizes do.
    private static let digits = 15
    private static let bytesMax = 65_536

    /// The path of the file of a checkpoint.
    public func file(_ checkpoint: Checkpoint) -> String { file(checkpoint.origin, checkpoint.head.size) }

    private func file(_ origin: Checkpoint.Origin, _ size: Int64) -> String {
        let number = String(repeating: "0", count: max(0, Self.digits - "\(size)".count)) + "\(size)"
        return "\(path)/shard-\(origin.shard.value)-\(number)\(Self.suffix)"
    }

    /// The paths of a shard's checkpoints, the smallest first.
    func files(of origin: Checkpoint.Origin) -> [String] {
        names.filter { $0.hasPrefix("shard-\(origin.shard.value)-") && $0.hasSuffix(Self.suffix) }
            .map { "\(path)/\($0)" }
    }

    /// The paths of all checkpoints, in order.
    public var files: [String] { names.filter { $0.hasSuffix(Self.suffix) }.map { "\(path)/\($0)" } }

    private var names: [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
            }
        }
        return names.sorted()
    }

    /// The keys in `keys.txt`, a line each; none where there is no such file.
    public func keys() throws(ProofError) -> [VerifierKey] {
        let file = keysFile
        return Files.exists(file) ? try Self.keys(at: file) : []
    }

    /// The file of the public keys.
    public var keysFile: String { path + "/keys.txt" }

    /// Reads a file of public keys, a line each.
    public static func keys(at file: String) throws(ProofError) -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for line in try Files.read(file, bytesMax: bytesMax).split(separator: "\n") {
            guard let key = VerifierKey(line) else {
                throw .refused("\(file) holds a line that is no public key: expected NAME+HASH+BASE64.")
            }
            keys.append(key)
        }
        return keys
    }

    /// Adds what is not there yet.
    func add(_ keys: [VerifierKey]) throws(ProofError) {
        let known = try self.keys()
        let new = keys.filter { !known.contains($0) }
        guard !new.isEmpty else { return }
        try Files.makeDirectory(path)
        try Files.write((known + new).map { $0.text + "\n" }.joined(), to: keysFile, mode: 0o644)
    }

    /// Writes a checkpoint; one of the same size stays as it is.
    func add(_ checkpoint: Checkpoint, replacing: Bool = false) throws(ProofError) {
        let file = file(checkpoint)
        guard replacing || !Files.exists(file) else { return }
        try Files.makeDirectory(path)
        try Files.write(checkpoint.note, to: file, mode: 0o644)
    }

    /// Reads a checkpoint.
    public static func read(_ file: String, signedBy keys: [VerifierKey]) throws(ProofError) -> Checkpoint {
        try Checkpoint(try Files.read(file, bytesMax: bytesMax), named: file, signedBy: keys)
    }
}
