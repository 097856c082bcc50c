import Glibc

/// The few file operations that a cluster needs, each with its failure named.
package enum FileSystem {
    package static func message(_ code: Int32) -> String { String(cString: strerror(code)) }

    package static func failure(_ doing: String) -> EmbeddedPostgresError {
        .system(doing: doing, code: errno)
    }

    /// Whether something, even a dangling link, has this name.
    package static func exists(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0
    }

    static func isExecutableFile(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// The owner of a directory that is not a link, or nil where there is none.
    package static func directoryOwner(_ path: String) -> UInt32? {
        var info = stat()
        guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return nil }
        return info.st_uid
    }

    /// The path without links and dots, or nil where it does not exist.
    package static func resolved(_ path: String) -> String? {
        guard let raw = realpath(path, nil) else { return nil }
        defer { free(raw) }
        return String(cString: raw)
    }

    static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &buffer, buffer.count)
        return length < 0
            ? nil : String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Makes the directory and what is missing above it, with exactly these permissions whatever the umask.
    package static func makeDirectories(_ path: String, mode: UInt32) throws(EmbeddedPostgresError) {
        guard !exists(path) else { return }
        let parent = parent(of: path)
        if parent != path { try makeDirectories(parent, mode: mode) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("Making the directory \(path)") }
        guard chmod(path, mode) == 0 else { throw failure("Setting the permissions of \(path)") }
    }

    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// The names in a directory in order; none where it cannot be read.
    package static func entries(of directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The last `bytesMax` bytes of a file from `offset` on, as text; nil where it cannot be read.
    package static func read(_ path: String, from offset: Int = 0, bytesMax: Int = 65_536) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // Files of /proc have no size, so the end is sought only where there is one.
        let size = Int(lseek(file, 0, SEEK_END))
        var buffer = [UInt8](repeating: 0, count: bytesMax)
        let start = max(offset, size - bytesMax, 0)
        let length = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(start)) }
        return length < 0 ? nil : String(decoding: buffer.prefix(length), as: UTF8.self)
    }

    static func size(of path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    /// Replaces a file at once and durably, so that a reader or a crash sees the old text or the new.
    package static func replace(_ path: String, with text: String) throws(EmbeddedPostgresError) {
        try replace(path, with: text, owner: nil)
    }

    /// The same for a file that is given to the server's user.
    static func replace(
        _ path: String,
        with text: String,
        owner: ServerUser?
    ) throws(EmbeddedPostgresError) {
        let staged = path + ".new"
        let file = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("Writing \(staged)") }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { throw failure("Writing \(staged)") }
            bytes = bytes.dropFirst(written)
        }
        guard fsync(file) == 0 else { throw failure("Syncing \(staged)") }
        try owner?.own(staged)
        guard rename(staged, path) == 0 else { throw failure("Replacing \(path)") }
        try syncDirectory(parent(of: path))
    }

    /// What an ordinary user may still write to the file system of a path; nil where it cannot be asked.
    static func freeBytes(at path: String) -> Int64? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int64(clamping: info.f_bavail.multipliedReportingOverflow(by: info.f_frsize).partialValue)
    }

    package static func syncDirectory(_ path: String) throws(EmbeddedPostgresError) {
        let file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("Opening \(path)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("Syncing \(path)") }
    }

    /// Removes a tree without following links; succeeds where there is none.
    package static func removeTree(_ path: String) throws(EmbeddedPostgresError) {
        guard directoryOwner(path) != nil else {
            guard unlink(path) == 0 || errno == ENOENT else { throw failure("Removing \(path)") }
            return
        }
        for entry in entries(of: path) { try removeTree(path + "/" + entry) }
        guard rmdir(path) == 0 else { throw failure("Removing \(path)") }
    }
}
