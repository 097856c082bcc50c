internal import Glibc

/// Where a journal keeps its bytes.
package protocol JournalStorage: Sendable {
    /// What messages call it.
    var path: String { get }
    /// How many bytes there are.
    func size() throws(PaperJournalError) -> Int64
    /// The `count` bytes at `offset`, which are known to be there.
    func read(at offset: Int64, count: Int) throws(PaperJournalError) -> [UInt8]
    /// Adds bytes, which may be lost until the next `sync`.
    func append(_ bytes: [UInt8]) throws(PaperJournalError)
    /// Returns when all bytes will survive a loss of power.
    func sync() throws(PaperJournalError)
    /// Drops what is behind `size`, durably.
    func cut(to size: Int64) throws(PaperJournalError)
    /// Makes the name durable.
    func syncFolder() throws(PaperJournalError)
}

/// The file below a journal, locked against a second user for as long as it is open.
final class JournalFile: JournalStorage {
    let path: String
    private let descriptor: Int32

    init(path: String) throws(PaperJournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: path) }
            throw .system(operation: "lock", path: path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func size() throws(PaperJournalError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed("look at") }
        return Int64(status.st_size)
    }

    func read(at offset: Int64, count: Int) throws(PaperJournalError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = buffer.baseAddress?.advanced(by: filled)
                let got = pread(descriptor, rest, count - filled, off_t(offset) + off_t(filled))
                if got > 0 {
                    filled += got
                } else if got == 0 || errno != EINTR {
                    code = got == 0 ? EIO : errno
                    return
                }
            }
        }
        guard code == 0 else { throw .system(operation: "read", path: path, code: code) }
        return bytes
    }

    func append(_ bytes: [UInt8]) throws(PaperJournalError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { throw failed("write to") }
        }
    }

    func sync() throws(PaperJournalError) {
        guard fdatasync(descriptor) == 0 else { throw failed("sync") }
    }

    func cut(to size: Int64) throws(PaperJournalError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failed("cut") }
        try sync()
    }

    func syncFolder() throws(PaperJournalError) {
        let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed("open the folder of") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed("sync the folder of") }
    }

    private func failed(_ operation: String) -> PaperJournalError {
        .system(operation: operation, path: path, code: errno)
    }
}
