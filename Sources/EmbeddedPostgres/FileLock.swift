import Glibc

/// An exclusive lock on a file, which the kernel releases when the process ends in whatever way.
package struct FileLock: ~Copyable, Sendable {
    private let file: Int32

    /// Takes the lock, or returns nil while another process has it.
    package init?(path: String) throws(EmbeddedPostgresError) {
        // Without O_CLOEXEC the server would inherit the lock and keep it after our death.
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw FileSystem.failure("Opening the lock \(path)") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            guard code == EWOULDBLOCK else { throw .system(doing: "Locking \(path)", code: code) }
            return nil
        }
        file = opened
    }

    // The file stays: to remove it would let two processes lock two files of one name. Closing alone would
    // leave the lock to a child that another thread is just starting and that has not yet closed its copy.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }

    /// Replaces the contents of the lock file.
    func write(_ text: String) throws(EmbeddedPostgresError) {
        let bytes = Array(text.utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
            throw FileSystem.failure("Writing into a lock file")
        }
    }
}

/// The right to work with a data directory, held by one process of this machine at a time.
///
/// The kernel ends it with the process, so a crash leaves nothing to clean up.
public struct DataDirectoryLock: ~Copyable, Sendable {
    private let lock: FileLock

    /// Takes the right at once, or throws `heldBy` with the process that has it.
    public static func acquire(
        dataDirectory: String
    ) throws(EmbeddedPostgresError) -> DataDirectoryLock {
        let directory = try ClusterLayout.prepareDataDirectory(dataDirectory)
        let path = directory + "/bifrost.lock"
        guard let lock = try FileLock(path: path) else {
            let holder = FileSystem.read(path).flatMap { Int32($0.filter(\.isNumber)) }
            throw .heldBy(pid: holder, dataDirectory: directory)
        }
        try lock.write("\(getpid())\n")
        return DataDirectoryLock(lock: lock)
    }

    /// Gives the right up before the end of the scope.
    public consuming func release() {}

    private init(lock: consuming FileLock) { self.lock = lock }
}
