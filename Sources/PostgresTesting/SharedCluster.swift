public import EmbeddedPostgres
import Glibc
public import PostgresClient
import Synchronization

/// One PostgreSQL for all tests of a process, in `/tmp/bf-<process>`, which ends and vanishes with the
/// process.
///
/// What an earlier run left behind because it was killed is removed first.
public enum SharedCluster {
    /// The connection string of a database that this process alone uses, made at the first call with the
    /// name.
    ///
    /// A suite passes its own name and finds a fresh, empty database.
    public static func conninfo(database: String, user: String = EmbeddedCluster.superuser) throws -> String {
        let cluster = try cluster()
        // Others wait until the first caller has made it.
        try databases.withLock { databases in
            guard !databases.contains(database) else { return }
            let conninfo = cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
            let connection = try PostgresConnection(conninfo)
            try connection.execute("create database \(try connection.escapeIdentifier(database))")
            databases.insert(database)
        }
        return cluster.conninfo(user: user, database: database)
    }

    /// A session with that database.
    public static func connect(database: String) throws -> PostgresConnection {
        try PostgresConnection(conninfo(database: database))
    }

    /// The cluster itself, started at the first call.
    public static func cluster() throws -> EmbeddedCluster { try shared.get() }

    /// A directory for a test that needs a cluster of its own; gone, with a server in it, when the process
    /// ends.
    public static func scratchDirectory(named name: String) throws -> String {
        _ = cleaning
        let path = "\(prefix)\(getpid())-\(name)"
        try FileSystem.makeDirectories(path, mode: 0o755)
        return path
    }

    private static let prefix = "/tmp/bf-"
    private static let databases = Mutex<Set<String>>([])

    private static let shared = Result {
        _ = cleaning
        return try EmbeddedCluster.start(dataDirectory: "\(prefix)\(getpid())")
    }

    /// Removes the leftovers of dead runs now and our own at the end.
    private static let cleaning: Void = {
        removeDirectories { !ProcessTable.isAlive($0) }
        atexit { SharedCluster.removeDirectories { $0 == getpid() } }
    }()

    /// Removes the directories of the processes that satisfy the condition, with the servers in them.
    private static func removeDirectories(where isRemovable: (pid_t) -> Bool) {
        for name in FileSystem.entries(of: "/tmp") where name.hasPrefix("bf-") {
            let digits = name.dropFirst("bf-".count).prefix(while: \.isNumber)
            guard let pid = pid_t(digits), isRemovable(pid) else { continue }
            do throws(EmbeddedPostgresError) {
                try remove("/tmp/" + name)
            } catch {
                print("\(name) was left behind: \(error)")
            }
        }
    }

    private static func remove(_ directory: String) throws(EmbeddedPostgresError) {
        // A scratch directory holds data directories, or is one.
        for path in [directory] + FileSystem.entries(of: directory).map({ directory + "/" + $0 }) {
            guard let note = FileSystem.read(path + "/socket-directory") else { continue }
            try EmbeddedCluster.running(dataDirectory: path)?.stop(.immediate)
            let socket = String(note.dropLast())
            if socket.hasPrefix("/tmp/bifrost-") { try FileSystem.removeTree(socket) }
        }
        try FileSystem.removeTree(directory)
    }
}
