internal import EmbeddedPostgres
internal import Glibc

/// A directory that is made under another name beside its place and put there by one rename.
///
/// While it is made it holds a marked and locked file: a later run tells what a killed one left, which it
/// replaces, from what is somebody else's or still being made, which it leaves alone.
struct Staging: ~Copyable {
    /// Where the result will be, absolute.
    let place: String
    /// Where it is made.
    let path: String
    private let lock: FileLock

    private static let mark = "UNFINISHED"

    /// The name under which the directory is made.
    static func path(for place: String) -> String { place + ".partial" }

    /// Whether a directory is one that is made, or was when its maker was killed.
    static func isMarked(_ path: String) -> Bool { FileSystem.exists(path + "/" + mark) }

    /// Begins anew; `release` stops what a killed run left running in the directory.
    init(
        for name: String,
        mode: UInt32,
        releasing release: (String) throws(EmbeddedPostgresError) -> Void = { _ in }
    ) throws(BackupError) {
        let place = try BackupError.translating { () throws(EmbeddedPostgresError) in
            try Self.absolute(name)
        }
        let path = Self.path(for: place)
        guard Self.isFree(place) else { throw .inTheWay(path: place) }
        if FileSystem.exists(path) { try Self.clear(path, for: place, release) }
        let lock = try Self.begin(path, for: place, mode: mode)
        self.place = place
        self.path = path
        self.lock = lock
    }

    /// Removes what a killed run left: whoever has the lock is at work, and what is left without one is of
    /// no use to anybody.
    private static func clear(
        _ path: String,
        for place: String,
        _ release: (String) throws(EmbeddedPostgresError) -> Void
    ) throws(BackupError) {
        guard isMarked(path) || isEmpty(path) else { throw .notOurs(path: path) }
        let left = try begin(path, for: place, mode: nil)
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try release(path)
            try FileSystem.removeTree(path)
        }
        _ = consume left
    }

    /// Marks the directory, which is made with these permissions, and locks the mark.
    private static func begin(
        _ path: String,
        for place: String,
        mode: UInt32?
    ) throws(BackupError) -> FileLock {
        do throws(EmbeddedPostgresError) {
            if let mode { try FileSystem.makeDirectories(path, mode: mode) }
            if let lock = try FileLock(path: path + "/" + mark) { return lock }
        } catch {
            throw BackupError(error)
        }
        throw .underWay(path: place)
    }

    /// Puts the directory in its place.
    ///
    /// The mark goes last: a crash in between leaves a result that is whole, with a file too many.
    func finish() throws(BackupError) {
        try BackupError.translating { () throws(EmbeddedPostgresError) in
            try FileSystem.syncDirectory(path)
            guard rename(path, place) == 0 else { throw FileSystem.failure("Putting \(path) into \(place)") }
            guard unlink(place + "/" + Self.mark) == 0 else {
                throw FileSystem.failure("Removing \(place)/\(Self.mark)")
            }
            try FileSystem.syncDirectory(place)
            try FileSystem.syncDirectory(FileSystem.parent(of: place))
        }
    }

    /// Removes what was made.
    func abandon() throws(BackupError) {
        try BackupError.translating { () throws(EmbeddedPostgresError) in try FileSystem.removeTree(path) }
    }

    /// Nothing is there, or an empty directory, which a rename replaces.
    private static func isFree(_ path: String) -> Bool { !FileSystem.exists(path) || isEmpty(path) }

    private static func isEmpty(_ path: String) -> Bool {
        // A directory that may not be read counts as full.
        FileSystem.directoryOwner(path) != nil && access(path, R_OK) == 0
            && FileSystem.entries(of: path).isEmpty
    }

    /// The path without links, of a name that need not exist yet.
    private static func absolute(_ name: String) throws(EmbeddedPostgresError) -> String {
        var path = name
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        if let there = FileSystem.resolved(path) { return there }
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let last = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if parent != "." { try FileSystem.makeDirectories(parent, mode: 0o755) }
        guard let found = FileSystem.resolved(parent) else { throw FileSystem.failure("Finding \(parent)") }
        return found == "/" ? "/" + last : found + "/" + last
    }
}
