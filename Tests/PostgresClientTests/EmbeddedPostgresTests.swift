import Glibc
import PostgresClient
import PostgresTesting
import Testing

@testable import EmbeddedPostgres

private let isRoot = geteuid() == 0

/// A session as superuser, to prove that a cluster answers.
private func connect(_ cluster: EmbeddedCluster) throws -> PostgresConnection {
    try PostgresConnection(cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres"))
}

/// Waits for a condition that another process brings about.
private func wait(until condition: () throws -> Bool) throws {
    let deadline = Deadline(seconds: 20)
    while try !condition() {
        try #require(!deadline.isOver, "the condition did not come true in time")
        deadline.pause()
    }
}

/// The start must fail, and is asked why.
private func failure(_ directory: String, _ places: ServerBinaries.Places = .ofThisProcess)
    -> EmbeddedPostgresError?
{
    do throws(EmbeddedPostgresError) {
        _ = try EmbeddedCluster.start(dataDirectory: directory, places: places)
        return nil
    } catch {
        return error
    }
}

@Suite("One cluster through its life", .serialized)
struct ClusterLifeTests {
    @Test("is made, adopted, stopped and started, and keeps its data")
    func life() throws {
        let directory = try SharedCluster.scratchDirectory(named: "life")
        let first = try EmbeddedCluster.start(dataDirectory: directory + "/a b")
        #expect(first.startedHere)
        try connect(first).execute("create table kept (i int); insert into kept values (7)")

        let adopted = try EmbeddedCluster.start(dataDirectory: directory + "/a b")
        #expect(!adopted.startedHere && adopted.postmasterPID == first.postmasterPID)
        #expect(
            try EmbeddedCluster.running(dataDirectory: directory + "/a b")?.postmasterPID
                == first.postmasterPID
        )

        try adopted.stop(.fast)
        #expect(!ProcessTable.isAlive(first.postmasterPID))
        #expect(try EmbeddedCluster.running(dataDirectory: directory + "/a b") == nil)
        try first.stop(.fast)

        let again = try EmbeddedCluster.start(dataDirectory: directory + "/a b")
        #expect(again.startedHere)
        #expect(try connect(again).query("select i from kept").int32(0, 0) == 7)
        try again.stop(.immediate)
    }

    @Test("is set up as stated")
    func settings() throws {
        let connection = try SharedCluster.connect(database: "settings")
        let rows = try connection.query(
            """
            select name, setting from pg_settings
            where name in (
                'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses',
                'jit', 'server_encoding', 'wal_compression', 'client_min_messages')
            order by name
            """
        )
        var settings: [String: String] = [:]
        for row in 0..<rows.count { settings[try rows.text(row, 0)] = try rows.text(row, 1) }
        #expect(settings["fsync"] == "on" && settings["synchronous_commit"] == "on")
        #expect(settings["full_page_writes"] == "on" && settings["data_checksums"] == "on")
        #expect(settings["listen_addresses"] == "" && settings["jit"] == "off")
        #expect(settings["server_encoding"] == "UTF8")
        #expect(["lz4", "pglz"].contains(settings["wal_compression"]))
        #expect(settings["client_min_messages"] == "warning")
        let collation = try connection.query(
            "select datcollate from pg_database where datname = current_database()"
        )
        #expect(try collation.text(0, 0) == "C")
        let errors = try connection.query("select count(*) from pg_file_settings where error is not null")
        #expect(try errors.int64(0, 0) == 0)
    }

    @Test("starts again after a kill, with a session that still lives")
    func killed() throws {
        let directory = try SharedCluster.scratchDirectory(named: "killed")
        let first = try EmbeddedCluster.start(dataDirectory: directory)
        let session = try connect(first)
        try session.execute("create table kept (i int); insert into kept values (7)")
        kill(first.postmasterPID, SIGKILL)
        let second = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(second.startedHere && second.postmasterPID != first.postmasterPID)
        #expect(try connect(second).query("select i from kept").int32(0, 0) == 7)
        #expect(isLost { () throws(PostgresError) in try session.execute("select 1") })
        try second.stop(.immediate)
    }

    @Test("copes with a number of a process that is gone or of another program")
    func stale() throws {
        let directory = try SharedCluster.scratchDirectory(named: "stale")
        let first = try EmbeddedCluster.start(dataDirectory: directory)
        let layout = try ClusterLayout(dataDirectory: directory)
        let user = try ServerUser.current()
        let lines = try #require(FileSystem.read(layout.postmasterFile)).drop { $0 != "\n" }
        try first.stop(.fast)

        // A dead number: our own postmaster's of a moment ago.
        try FileSystem.replace(layout.postmasterFile, with: "\(first.postmasterPID)" + lines, owner: user)
        let second = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(second.startedHere)
        try second.stop(.fast)

        // A living process of the server's user, which the server itself would take for a postmaster.
        let stranger = try ChildProcess.launch(
            user.command(["/bin/sleep", "100"]),
            appendingTo: directory + "/stranger.log",
            environment: []
        )
        defer {
            kill(stranger, SIGKILL)
            // One that nobody waits for keeps the library from seeing the end of its own children.
            #expect(throws: Never.self) { try wait { ChildProcess.hasEnded(stranger) } }
        }
        try wait { FileSystem.read("/proc/\(stranger)/comm") == "sleep\n" }
        try FileSystem.replace(layout.postmasterFile, with: "\(stranger)" + lines, owner: user)
        try FileSystem.replace(layout.socketLock, with: "\(stranger)" + lines, owner: user)
        let third = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(third.startedHere)
        #expect(ProcessTable.isAlive(stranger), "a foreign process is left alone")
        try third.stop(.fast)
    }

    @Test("is put a short socket path where its own would be too long")
    func longPath() throws {
        let long = String(repeating: "x", count: 120)
        let directory = try SharedCluster.scratchDirectory(named: "long") + "/" + long
        let cluster = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(cluster.socketDirectory.hasPrefix("/tmp/bifrost-"))
        #expect(FileSystem.read(directory + "/socket-directory") == cluster.socketDirectory + "\n")
        #expect(try connect(cluster).query("select 1").int32(0, 0) == 1)
        try cluster.stop(.immediate)
        #expect(mkdir(cluster.socketDirectory, 0o700) != 0, "the directory stays for the next start")
        try FileSystem.removeTree(cluster.socketDirectory)
        try #require(symlink("/tmp", cluster.socketDirectory) == 0)
        #expect(failure(directory) == .socketDirectoryTaken(path: cluster.socketDirectory))
        try FileSystem.removeTree(cluster.socketDirectory)
    }

    @Test("is made anew where an earlier making was killed")
    func halfMade() throws {
        let directory = try SharedCluster.scratchDirectory(named: "half")
        try FileSystem.makeDirectories(directory + "/postgres.initdb/base", mode: 0o700)
        try FileSystem.makeDirectories(directory + "/postgres", mode: 0o700)
        let cluster = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(cluster.startedHere && !FileSystem.exists(directory + "/postgres.initdb"))
        try cluster.stop(.immediate)
    }
}

@Suite("A start that cannot be")
struct ClusterRefusalTests {
    @Test(
        "names the directory that the server's user cannot pass",
        .enabled(if: isRoot, "only root switches users")
    )
    func blocked() throws {
        let blocked = try SharedCluster.scratchDirectory(named: "blocked") + "/private"
        try FileSystem.makeDirectories(blocked, mode: 0o700)
        let error = failure(blocked + "/data/bifrost")
        #expect(error == .directoryBlocked(directory: blocked, user: "postgres"))
        #expect(error?.description.contains("chmod o+x \(blocked)") == true)
        #expect(error?.description.contains("--data-dir") == true)
    }

    @Test("says what to do with a cluster of another major version")
    func wrongMajor() throws {
        let directory = try SharedCluster.scratchDirectory(named: "major")
        let cluster = directory + "/postgres"
        try FileSystem.makeDirectories(cluster, mode: 0o700)
        let user = try ServerUser.current()
        try FileSystem.replace(cluster + "/PG_VERSION", with: "11\n", owner: user)
        try user.own(cluster)
        let error = failure(directory)
        guard case .wrongMajorVersion(cluster: "11", _, cluster) = error else {
            Issue.record("expected the wrong major version, was \(String(describing: error))")
            return
        }
        #expect(error?.description.contains("apt-get install postgresql-11") == true)
    }

    @Test("leaves alone what is no cluster")
    func noCluster() throws {
        let directory = try SharedCluster.scratchDirectory(named: "none")
        try FileSystem.makeDirectories(directory + "/postgres/letters", mode: 0o755)
        #expect(failure(directory) == .notACluster(path: directory + "/postgres"))
        #expect(FileSystem.exists(directory + "/postgres/letters"))
    }

    @Test("names the package where no server is installed")
    func notInstalled() throws {
        let directory = try SharedCluster.scratchDirectory(named: "bare")
        let nowhere = ServerBinaries.Places(explicit: nil, debian: "/nonexistent", path: "/nonexistent/bin")
        let error = failure(directory, nowhere)
        #expect(error == .serverNotInstalled(searched: ["/nonexistent/*/bin", "PATH"]))
        #expect(error?.description.contains("apt-get install postgresql") == true)
        let wrong = ServerBinaries.Places(explicit: "/nonexistent", debian: "/usr/lib/postgresql", path: "")
        #expect(failure(directory, wrong) == .serverNotInstalled(searched: ["BIFROST_PG_BIN (/nonexistent)"]))
    }

    @Test("shows the log of a server that ends at once")
    func badSetting() throws {
        let directory = try SharedCluster.scratchDirectory(named: "bad")
        try EmbeddedCluster.start(dataDirectory: directory).stop(.immediate)
        try FileSystem.replace(
            directory + "/postgres/postgresql.auto.conf",
            with: "max_connections = 'many'\n",
            owner: .current()
        )
        guard case .startFailed(_, let tail) = failure(directory) else {
            Issue.record("expected a failed start")
            return
        }
        #expect(tail.contains("max_connections"))
    }

    @Test(
        "names the owner of a cluster that belongs to somebody else",
        .enabled(if: isRoot, "only root can make one")
    )
    func foreignOwner() throws {
        let directory = try SharedCluster.scratchDirectory(named: "owner")
        let cluster = directory + "/postgres"
        try FileSystem.makeDirectories(cluster, mode: 0o700)
        try #require(mknod(cluster + "/PG_VERSION", S_IFREG | 0o600, 0) == 0)
        let text = try ServerUser.current()
        try FileSystem.replace(cluster + "/PG_VERSION", with: "15\n", owner: text)
        #expect(failure(directory) == .foreignOwner(path: cluster, owner: 0, expected: "postgres"))
    }
}

@Suite("The lock of a data directory")
struct DataDirectoryLockTests {
    @Test("is held once, names its holder, and ends with its scope")
    func once() throws {
        let directory = try SharedCluster.scratchDirectory(named: "lock")
        let lock = try DataDirectoryLock.acquire(dataDirectory: directory)
        #expect(throws: EmbeddedPostgresError.heldBy(pid: getpid(), dataDirectory: directory)) {
            _ = try DataDirectoryLock.acquire(dataDirectory: directory)
        }
        lock.release()
        let again = try DataDirectoryLock.acquire(dataDirectory: directory)
        again.release()
    }

    @Test("is not inherited by the server, which outlives its holder")
    func notInherited() throws {
        let directory = try SharedCluster.scratchDirectory(named: "inherit")
        let lock = try DataDirectoryLock.acquire(dataDirectory: directory)
        let cluster = try EmbeddedCluster.start(dataDirectory: directory)
        lock.release()
        let again = try DataDirectoryLock.acquire(dataDirectory: directory)
        again.release()
        try cluster.stop(.immediate)
    }
}

@Suite("Another process")
struct OtherProcessTests {
    /// The probe, which is built beside the tests.
    private static let probe = FileSystem.linkTarget("/proc/self/exe").map {
        FileSystem.parent(of: $0) + "/EmbeddedPostgresProbe"
    }

    private func probe() throws -> String {
        let probe = try #require(Self.probe)
        try #require(FileSystem.isExecutableFile(probe), "\(probe) is missing")
        return probe
    }

    @Test("dies, and the cluster that it started lives and is adopted")
    func survives() throws {
        let directory = try SharedCluster.scratchDirectory(named: "survive")
        let ending = try ChildProcess.run([try probe(), "start", directory])
        #expect(ending.code == 0 && ending.output.hasPrefix("started "), "\(ending.output)")
        let adopted = try EmbeddedCluster.start(dataDirectory: directory)
        #expect(!adopted.startedHere)
        #expect(try connect(adopted).query("select 1").int32(0, 0) == 1)
        try adopted.stop(.immediate)
    }

    @Test("has not ended while a thread of it lives, and is waited for when the last has gone")
    func threads() throws {
        let directory = try SharedCluster.scratchDirectory(named: "threads")
        let child = try ChildProcess.launch(
            [try probe(), "outlive", "1000"],
            appendingTo: directory + "/probe.log",
            environment: []
        )
        // What a dead first thread looks like.
        try wait { !ProcessTable.isAlive(child) }
        #expect(!ChildProcess.hasEnded(child), "it was called dead, and nobody would wait for it")
        try wait { ChildProcess.hasEnded(child) }
        #expect(!ProcessTable.isNumberInUse(child), "it stays in the process table")
    }

    @Test("starts the same cluster at the same time, and both get the one server")
    func together() throws {
        let directory = try SharedCluster.scratchDirectory(named: "together")
        let log = directory + "/probe.log"
        let other = try ChildProcess.launch(
            [try probe(), "start", directory],
            appendingTo: log,
            environment: []
        )
        let cluster = try EmbeddedCluster.start(dataDirectory: directory)
        try wait { ChildProcess.hasEnded(other) }
        let expected = "\(cluster.startedHere ? "adopted" : "started") \(cluster.postmasterPID)\n"
        #expect(FileSystem.read(log) == expected)
        try cluster.stop(.immediate)
    }

    @Test(
        "of an ordinary user does the same without root",
        .enabled(if: isRoot, "only root can become somebody else")
    )
    func ordinaryUser() throws {
        let scratch = try SharedCluster.scratchDirectory(named: "ordinary")
        let directory = scratch + "/data"
        // The build directory may be closed to the other user, so the probe moves to where it can be run.
        let copied = try ChildProcess.run(["/usr/bin/install", "-m", "755", try probe(), scratch + "/probe"])
        #expect(copied.code == 0, "\(copied.output)")
        let nobody = try #require(getpwnam("nobody")).pointee
        try FileSystem.makeDirectories(directory, mode: 0o700)
        try #require(chown(directory, nobody.pw_uid, nobody.pw_gid) == 0)
        let setpriv = [
            "/usr/bin/setpriv", "--reuid=nobody", "--regid=\(nobody.pw_gid)", "--clear-groups", "--",
        ]
        let started = try ChildProcess.run(setpriv + [scratch + "/probe", "start", directory])
        #expect(started.code == 0 && started.output.hasPrefix("started "), "\(started.output)")
        #expect(FileSystem.directoryOwner(directory + "/postgres") == nobody.pw_uid)
        let running = try #require(try EmbeddedCluster.running(dataDirectory: directory))
        #expect(FileSystem.directoryOwner("/proc/\(running.postmasterPID)") == nobody.pw_uid)
        let stopped = try ChildProcess.run(setpriv + [scratch + "/probe", "stop", directory])
        #expect(stopped.code == 0 && stopped.output.hasPrefix("adopted "), "\(stopped.output)")
        #expect(!ProcessTable.isAlive(running.postmasterPID))
        try #require(chmod(directory, 0o711) == 0)
        let mine = EmbeddedPostgresError.foreignOwner(
            path: directory + "/postgres",
            owner: nobody.pw_uid,
            expected: "postgres"
        )
        #expect(failure(directory) == mine)
    }
}
