import Glibc

/// Where a cluster's write-ahead log is archived, noted in its data directory.
///
/// A note, and no option of each start: whatever starts the server, be it only to read, archives what it
/// writes, for one segment that is missing ends every later recovery.
public enum WALArchive {
    /// A segment is archived after so many seconds even when it is not full.
    static let delaySecondsMax = 60
    static let scriptName = "bifrost-archive.sh"

    /// The directory, `nil` where nothing is archived.
    public static func directory(ofDataDirectory path: String) throws(EmbeddedPostgresError) -> String? {
        directory(of: try ClusterLayout(dataDirectory: path))
    }

    static func directory(of layout: ClusterLayout) -> String? {
        guard let note = FileSystem.read(layout.archiveNote)?.dropLast(), !note.isEmpty else { return nil }
        return String(note)
    }

    /// Archives in `directory` from now on, or nowhere; a server that runs otherwise is stopped first, so
    /// that the next start goes by it.
    ///
    /// Hold the `DataDirectoryLock`.
    public static func set(
        _ directory: String?,
        dataDirectory: String
    ) throws(EmbeddedPostgresError) {
        let layout = try ClusterLayout(dataDirectory: dataDirectory)
        let user = try ServerUser.current()
        var archive: String?
        if let directory { archive = try prepare(directory, layout, user) }
        guard archive != self.directory(of: layout) else { return }
        try EmbeddedCluster.running(dataDirectory: layout.dataDirectory)?.stop(.fast)
        if let archive {
            try FileSystem.replace(layout.archiveNote, with: archive + "\n", owner: user)
        } else {
            guard unlink(layout.archiveNote) == 0 || errno == ENOENT else {
                throw FileSystem.failure("Removing \(layout.archiveNote)")
            }
        }
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
