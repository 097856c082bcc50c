internal import Glibc

/// The few file operations that checkpoints, keys and bundles need.
package enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func makeDirectory(_ path: String) throws(ProofError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .unavailable("The folder \(path) cannot be made: \(reason).")
        }
    }

    /// Makes a directory that must not exist yet.
    package static func makeNewDirectory(_ path: String) throws(ProofError) {
        guard mkdir(path, 0o755) != 0 else { return }
        guard errno == EEXIST else { throw .unavailable("The folder \(path) cannot be made: \(reason).") }
        throw .refused("\(path) is there already: name a new one, or remove it first.")
    }

    static func read(_ path: String, bytesMax: Int) throws(ProofError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .refused("\(path) cannot be read: \(reason).") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { room in
                Glibc.read(file, room.baseAddress.map { $0 + count }, room.count - count)
            }
            guard got >= 0 else { throw .refused("\(path) cannot be read: \(reason).") }
            guard got > 0 else { break }
            count += got
        }
        guard count <= bytesMax, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw .refused(
                "\(path) is not what it should be: expected UTF-8 text of at most \(bytesMax) bytes. If it was cut off"
                    + " or changed, take another copy."
            )
        }
        return text
    }

    /// Writes a file at once and durably: a reader or a crash sees the old one or the new.
    ///
    /// One that is there stays as it is unless it is `replacing`: of two processes the first one wins.
    static func write(
        _ text: String,
        to path: String,
        mode: UInt32,
        replacing: Bool = true
    ) throws(ProofError) {
        try write(Array(text.utf8), to: path, mode: mode, replacing: replacing)
    }

    /// The same for bytes.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32,
        replacing: Bool = true
    ) throws(ProofError) {
        let staged = "\(path).\(getpid()).new"
        let file = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw .unavailable("\(staged) cannot be written: \(reason).") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .unavailable("\(staged) cannot be written: \(reason).") }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0, place(staged, path, replacing) else {
            throw .unavailable("\(path) cannot be written: \(reason).")
        }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .unavailable("\(parent) cannot be synced: \(reason).") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .unavailable("\(parent) cannot be synced: \(reason).") }
    }

    private static func place(_ staged: String, _ path: String, _ replacing: Bool) -> Bool {
        guard !replacing else { return rename(staged, path) == 0 }
        return (link(staged, path) == 0 || errno == EEXIST) && unlink(staged) == 0
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
