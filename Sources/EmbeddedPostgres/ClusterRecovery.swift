import PostgresClient

/// How a copied cluster becomes a cluster of its own: from where it gets what was written since, and where
/// it stops.
///
/// It always ends on a timeline of its own, so that nothing that it writes can be taken for what the cluster
/// that was copied goes on to write.
package struct ClusterRecovery: Equatable, Sendable {
    /// The last commit that is recovered.
    package enum Target: Equatable, Sendable {
        /// Whatever there is.
        case end
        /// The last that happened by this moment, as text that PostgreSQL reads.
        case moment(String)
        /// This transaction.
        case transaction(UInt32)
    }

    /// The directory with archived segments, `nil` for what lies in the copy alone.
    package var archive: String?
    /// Where recovery stops.
    package var target: Target

    /// Puts the parts together.
    package init(archive: String?, target: Target) {
        self.archive = archive
        self.target = target
    }

    static let scriptName = "bifrost-restore.sh"

    /// Fetches one file; the server asks for many that there are not.
    var script: String {
        guard let archive else { return "exit 1\n" }
        let directory = WALArchive.shellQuoted(archive)
        return """
            # Written by Bifrost: $1 is the name of a segment, $2 where it is wanted.
            test -f \(directory)/"$1" || exit 1
            # One that is there and cannot be copied is not the end of the log: over 128 ends the server.
            cp \(directory)/"$1" "$2" || exit 255

            """
    }

    var settings: [ClusterSettings.Setting] {
        let fetch: ClusterSettings.Setting = (
            "restore_command", "'/bin/sh \(Self.scriptName) %f %p'", "What was archived since the copy."
        )
        let end: ClusterSettings.Setting = (
            "recovery_target_action", "promote", "The end of recovery is the start of a new timeline."
        )
        switch target {
        case .end: return [fetch, end]
        case .moment(let text):
            return [fetch, ("recovery_target_time", "'\(text)'", "The last commit by then is kept."), end]
        case .transaction(let id):
            return [fetch, ("recovery_target_xid", "'\(id)'", "The last transaction that is kept."), end]
        }
    }
}

extension EmbeddedCluster {
    /// Recovers the copy in a data directory and stops it again; its next start is an ordinary one.
    ///
    /// `startFailed` carries the server's words when the target is not to be reached.
    package static func recover(
        dataDirectory: String,
        _ recovery: ClusterRecovery
    ) throws(EmbeddedPostgresError) {
        let layout = try ClusterLayout(dataDirectory: dataDirectory)
        let user = try ServerUser.current()
        try FileSystem.replace(layout.cluster + "/recovery.signal", with: "", owner: user)
        var starter = ClusterStart(
            layout: layout,
            user: user,
            places: .ofThisProcess,
            recovery: recovery
        )
        let running = try starter.run()
        let cluster = EmbeddedCluster(
            layout: layout,
            running: running.postmaster,
            startedHere: running.isOurs
        )
        while try cluster.isInRecovery() { Deadline(seconds: 0).pause(millis: 50) }
        try cluster.stop(.fast)
    }

    /// The directory that keeps the server's user from what is below a path, `nil` where none does.
    package static func obstacle(
        to path: String
    ) throws(EmbeddedPostgresError) -> (directory: String, user: String)? {
        do throws(EmbeddedPostgresError) {
            try ServerUser.current().checkSearchable(path)
            return nil
        } catch .directoryBlocked(let directory, let user) {
            return (directory, user)
        }
    }

    /// Whether the server still replays; throws with its last words when it has ended.
    private func isInRecovery() throws(EmbeddedPostgresError) -> Bool {
        do throws(PostgresError) {
            let connection = try PostgresConnection(conninfo(user: Self.superuser, database: "postgres"))
            return try connection.query("select pg_is_in_recovery()").bool(0, 0)
        } catch {
            guard ChildProcess.hasEnded(postmasterPID) else { return true }
            let tail = FileSystem.read(layout.log, bytesMax: 2_048) ?? ""
            throw .startFailed(log: layout.log, tail: tail)
        }
    }
}
