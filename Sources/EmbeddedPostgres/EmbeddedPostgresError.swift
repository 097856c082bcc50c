/// Why the embedded server is not there; each description says what happened, why, and what to do.
public enum EmbeddedPostgresError: Error, Equatable, Sendable {
    /// No PostgreSQL server of a supported version was found in the places named.
    case serverNotInstalled(searched: [String])
    /// As root a server user and `setpriv` are needed, and this one is missing.
    case missingForRoot(what: String, package: String)
    /// The server's user cannot pass through a directory above its data.
    case directoryBlocked(directory: String, user: String)
    /// The cluster belongs to another user than the one who would run it.
    case foreignOwner(path: String, owner: UInt32, expected: String)
    /// Something else than a cluster stands where the cluster belongs.
    case notACluster(path: String)
    /// The cluster was made by a major version whose server is not installed.
    case wrongMajorVersion(cluster: String, installed: [Int], path: String)
    /// `initdb` failed and said this.
    case creationFailed(output: String)
    /// The server ended while starting; these are the last lines of its log.
    case startFailed(log: String, tail: String)
    /// The server started but did not answer in time; it is left alone, since it may be recovering.
    case notReady(seconds: Int, log: String)
    /// The server did not end in time.
    case stopFailed(pid: Int32, seconds: Int)
    /// The directory for the socket exists and belongs to somebody else.
    case socketDirectoryTaken(path: String)
    /// Another process works with this data directory.
    case heldBy(pid: Int32?, dataDirectory: String)
    /// A program of the server failed and said this.
    case toolFailed(tool: String, output: String)
    /// The write-ahead log cannot be archived in this directory.
    case archiveUnusable(path: String, reason: String)
    /// The operating system refused a step.
    case system(doing: String, code: Int32)
}

extension EmbeddedPostgresError: CustomStringConvertible {
    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .serverNotInstalled(let searched):
            """
            No PostgreSQL server of version \(ServerBinaries.majorMin) or later was found in \
            \(searched.joined(separator: ", ")). Install it with `apt-get install postgresql`, or name the \
            directory of its programs in BIFROST_PG_BIN.
            """
        case .missingForRoot(let what, let package):
            """
            PostgreSQL refuses to run as root, and \(what) is missing to run it as another user. \
            Install it with `apt-get install \(package)`, or start as an ordinary user.
            """
        case .directoryBlocked(let directory, let user):
            """
            The directory \(directory) keeps the user \(user), who runs the server, from reaching the data \
            below it. Choose another --data-dir, or allow passing through with `chmod o+x \(directory)`.
            """
        case .foreignOwner(let path, let owner, let expected):
            """
            \(path) belongs to the user with id \(owner), but the server would run as \(expected). \
            Start as the user who made it, or hand it over with `chown -R \(expected) \(path)`.
            """
        case .notACluster(let path):
            """
            \(path) is not empty and holds no PG_VERSION, so it is no PostgreSQL cluster and is left alone. \
            Move it away, or choose another --data-dir.
            """
        case .wrongMajorVersion(let cluster, let installed, let path):
            """
            The cluster in \(path) was made by PostgreSQL \(cluster), but installed is \
            \(installed.map(String.init).joined(separator: ", ")). Install the old server with \
            `apt-get install postgresql-\(cluster)`, or convert the cluster with pg_upgrade.
            """
        default: operationalDescription
        }
    }

    /// The cases that are about a server, not about its installation.
    private var operationalDescription: String {
        switch self {
        case .creationFailed(let output):
            """
            The cluster could not be created; initdb said: \(output). Nothing was put in its place: \
            mend the cause and start again.
            """
        case .startFailed(let log, let tail):
            "The server ended while starting. The whole log is in \(log); its last lines: \(tail)"
        case .notReady(let seconds, let log):
            """
            The server did not answer within \(seconds) s; it may still be recovering and was left running. \
            Look into \(log) and start again.
            """
        case .stopFailed(let pid, let seconds):
            """
            The server (process \(pid)) did not end within \(seconds) s. A client may hold it up: \
            stop it in immediate mode, which recovers at the next start.
            """
        case .socketDirectoryTaken(let path):
            """
            \(path) is needed for the server's socket but belongs to somebody else or is no directory. \
            Remove it, or choose a --data-dir with a shorter path.
            """
        case .heldBy(let pid, let dataDirectory):
            """
            \(pid.map { "Process \($0)" } ?? "Another process") already works with \(dataDirectory). \
            Stop it first, or choose another --data-dir.
            """
        case .toolFailed(let tool, let output):
            "\(tool) failed and said: \(output.isEmpty ? "nothing" : output)"
        case .archiveUnusable(let path, let reason):
            "The write-ahead log cannot be archived in \(path): \(reason)."
        case .system(let doing, let code):
            "\(doing) failed: \(FileSystem.message(code)). Check the permissions and the space of the disk."
        default: ""
        }
    }
}
