import Glibc

/// Where a cluster's write-ahead log is archived, noted in its data directory.
///
/// A note, and no option of each start: whatever starts the server, be it only to read, archives what it
/// writes, for one segment that is missing ends every later recovery.
public enum WALArchive {
    /// A segment is archived after so many seconds even when it is not full.
    static let delaySecondsMax = 60
    static let scriptName = "bifrost-archive.sh"

    /// The file by which an archive and a data directory know each other: it holds the id of the note.
    static let markName = "bifrost-archive"

    /// What is noted: the directory and the archive's id, a line each.
    private struct Note: Equatable {
        let directory: String
        let id: String

        var text: String { "\(directory)\n\(id)\n" }

        init(directory: String, id: String) {
            self.directory = directory
            self.id = id
        }

        init?(of layout: ClusterLayout) {
            let lines = FileSystem.read(layout.archiveNote)?.split(separator: "\n") ?? []
            guard lines.count == 2 else { return nil }
            self.init(directory: String(lines[0]), id: String(lines[1]))
        }
    }

    static func directory(of layout: ClusterLayout) -> String? { Note(of: layout)?.directory }

    /// Archives in `directory` from now on, or nowhere; a server that runs otherwise is stopped first, so
    /// that the next start goes by it.
    ///
    /// Hold the `DataDirectoryLock`.
    public static func set(
        _ directory: String?,
        dataDirectory: String
    ) throws(EmbeddedPostgresError) {
        let layout = try ClusterLayout(dataDirectory: dataDirectory)
        let old = Note(of: layout)
        var new: Note?
        if let directory {
            let user = try ServerUser.current()
            let archive = try prepare(directory, layout, user)
            new = Note(directory: archive, id: try id(of: archive, old))
        }
        guard new != old else { return }
        try EmbeddedCluster.running(dataDirectory: layout.dataDirectory)?.stop(.fast)
        if let new {
            try FileSystem.replace(new.directory + "/" + markName, with: new.id + "\n")
            try FileSystem.replace(layout.archiveNote, with: new.text)
        } else {
            guard unlink(layout.archiveNote) == 0 || errno == ENOENT else {
                throw FileSystem.failure("Removing \(layout.archiveNote)")
            }
        }
    }

    /// The id that an archive has, or gets when it is new.
    ///
    /// An archive holds one history: segments of a restored data directory, or of one that did not archive
    /// for a while, would hide that others are missing.
    private static func id(of archive: String, _ old: Note?) throws(EmbeddedPostgresError) -> String {
        let mark = FileSystem.read(archive + "/" + markName).map { $0.filter(\.isHexDigit) }
        if let old, mark == old.id { return old.id }
        guard old?.directory != archive else {
            throw .archiveUnusable(
                path: archive,
                reason:
                    "what was archived there is gone; mount its disk, or name a new directory and make a new"
                    + " backup"
            )
        }
        guard FileSystem.entries(of: archive).allSatisfy({ $0 == markName }) else {
            throw .archiveUnusable(
                path: archive,
                reason:
                    "it is not empty, and what is there is not the archive of this data directory up to now;"
                    + " name a new directory"
            )
        }
        return String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
    }

    /// Makes the directory, or sees that the server's user may write into the one that is there.
    private static func prepare(
        _ path: String,
        _ layout: ClusterLayout,
        _ user: ServerUser
    ) throws(EmbeddedPostgresError) -> String {
        let isNew = !FileSystem.exists(path)
        if isNew { try FileSystem.makeDirectories(path, mode: 0o700) }
        guard let archive = FileSystem.resolved(path) else { throw FileSystem.failure("Finding \(path)") }
        if isNew { try user.own(archive) }
        guard !archive.contains("\n") else {
            throw .archiveUnusable(path: path, reason: "its name has a line break in it")
        }
        guard !(archive + "/").hasPrefix(layout.dataDirectory + "/") else {
            throw .archiveUnusable(
                path: archive,
                reason: "it lies in the data directory and would be lost with it; name one on another disk"
            )
        }
        try user.checkSearchable(archive)
        guard try ChildProcess.run(user.command(["/usr/bin/test", "-w", archive])).code == 0 else {
            throw .archiveUnusable(
                path: archive,
                reason: "the user \(user.name), who runs the server, may not write there; hand it over with"
                    + " `chown \(user.name) \(archive)`"
            )
        }
        return archive
    }

    /// The command that archives a segment: written under another name, synced, and put in its place at
    /// once; a file that is there already is left, and is a failure unless it is the same.
    ///
    /// A segment that was cut short ends in zeros, which take no space as holes.
    static func script(archivingIn directory: String) -> String {
        """
        # Written by Bifrost: $1 is a segment, $2 its name. The server tries again until this succeeds.
        set -eu
        archive=\(shellQuoted(directory))
        # Without the mark this is not the archive: a disk that is not mounted leaves an empty directory.
        test -f "$archive/\(markName)"
        if test -e "$archive/$2"; then exec cmp "$1" "$archive/$2"; fi
        cp --sparse=always "$1" "$archive/$2.partial"
        sync "$archive/$2.partial"
        mv "$archive/$2.partial" "$archive/$2"
        sync "$archive"

        """
    }

    /// The text as one word of the shell.
    static func shellQuoted(_ text: String) -> String {
        text.reduce("'") { $0 + ($1 == "'" ? #"'\''"# : String($1)) } + "'"
    }
}
