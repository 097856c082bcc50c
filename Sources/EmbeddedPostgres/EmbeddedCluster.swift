import Glibc

/// A running PostgreSQL of our own, in the directory `postgres` of a data directory.
///
/// The server is a process in a session of its own: it outlives us, and the next start adopts it.
public struct EmbeddedCluster: Sendable {
    /// How a server is told to end.
    public enum StopMode: Sendable {
        /// Sessions are cut, and everything is written, so that the next start is quick.
        case fast
        /// The server ends at once and recovers at the next start, as after a crash.
        case immediate
    }

    /// The data directory, absolute and without links.
    public let dataDirectory: String
    /// The directory of the server's socket.
    public let socketDirectory: String
    /// The main process of the server.
    public let postmasterPID: Int32
    /// Whether this call started the server; false where a living one was adopted.
    public let startedHere: Bool

    let layout: ClusterLayout

    /// The role that owns the cluster; only set-up should connect as it.
    public static let superuser = ClusterCreation.superuser

    /// Returns with a server that answers: creates the cluster, adopts a living server or starts one.
    ///
    /// Hold the `DataDirectoryLock` for as long as the cluster is used.
    public static func start(dataDirectory: String) throws(EmbeddedPostgresError) -> EmbeddedCluster {
        try start(dataDirectory: dataDirectory, places: .ofThisProcess)
    }

    /// The same with the places where the server is looked for.
    package static func start(
        dataDirectory: String,
        places: ServerBinaries.Places
    ) throws(EmbeddedPostgresError) -> EmbeddedCluster {
        let layout = try ClusterLayout(dataDirectory: dataDirectory)
        var starter = ClusterStart(layout: layout, user: try .current(), places: places)
        let running = try starter.run()
        if running.isOurs, WALArchive.directory(of: layout) != nil {
            // The checkpointer looked at the archive's clock while the server was still starting, and sleeps
            // until the next checkpoint; reading the settings again wakes it.
            kill(running.postmaster.pid, SIGHUP)
        }
        return EmbeddedCluster(layout: layout, running: running.postmaster, startedHere: running.isOurs)
    }

    /// The server that runs for this data directory, whether or not it answers yet; nil where there is none.
    public static func running(dataDirectory: String) throws(EmbeddedPostgresError) -> EmbeddedCluster? {
        let layout = try ClusterLayout(dataDirectory: dataDirectory)
        guard case .alive(let postmaster) = PostmasterFile.state(layout) else { return nil }
        return EmbeddedCluster(layout: layout, running: postmaster, startedHere: false)
    }

    init(layout: ClusterLayout, running: PostmasterFile, startedHere: Bool) {
        dataDirectory = layout.dataDirectory
        socketDirectory = running.socketDirectory ?? layout.socketDirectory
        postmasterPID = running.pid
        self.startedHere = startedHere
        self.layout = layout
    }

    /// The connection string of a database for a role, by the socket.
    public func conninfo(user: String, database: String) -> String {
        Self.conninfo(socketDirectory: socketDirectory, user: user, database: database, timeoutSeconds: 10)
    }

    static func conninfo(
        socketDirectory: String,
        user: String,
        database: String,
        timeoutSeconds: Int
    ) -> String {
        "host=\(quoted(socketDirectory)) port=\(ClusterLayout.port) user=\(quoted(user))"
            + " dbname=\(quoted(database)) connect_timeout=\(timeoutSeconds)"
    }

    private static func quoted(_ value: String) -> String {
        var text = "'"
        for character in value {
            if character == "'" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return text + "'"
    }

    /// What is left for tables or for the write-ahead log, whichever has less; nil where it cannot be asked.
    public var freeBytes: Int64? {
        [layout.cluster, layout.cluster + "/pg_wal"].compactMap { FileSystem.freeBytes(at: $0) }.min()
    }

    private static let stopFastSecondsMax = 60
    private static let stopImmediateSecondsMax = 15

    /// Ends the server and returns when it is gone; one that is gone already is no error.
    public func stop(_ mode: StopMode) throws(EmbeddedPostgresError) {
        let seconds = mode == .fast ? Self.stopFastSecondsMax : Self.stopImmediateSecondsMax
        guard isOurs else { return }
        guard kill(postmasterPID, mode == .fast ? SIGINT : SIGQUIT) == 0 || errno == ESRCH else {
            throw FileSystem.failure("Stopping the server (process \(postmasterPID))")
        }
        let deadline = Deadline(seconds: seconds)
        while !ChildProcess.hasEnded(postmasterPID) {
            guard !deadline.isOver else { throw .stopFailed(pid: postmasterPID, seconds: seconds) }
            deadline.pause()
        }
    }

    /// Removes the directory of a socket outside the data directory, which goes by the data directory's name
    /// and would be left behind when that is moved; nobody may be running there.
    package static func removeSocket(ofDataDirectory path: String) throws(EmbeddedPostgresError) {
        try FileSystem.removeTree(try ClusterLayout(dataDirectory: path).socketDirectory)
    }

    /// The number may have gone to another process since, which must not be signalled.
    private var isOurs: Bool { ProcessTable.isPostmaster(postmasterPID, of: layout.cluster) }
}
