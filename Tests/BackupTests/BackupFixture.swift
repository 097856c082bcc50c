import Backups
import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import Faults
import Glibc
import HTTPAPI
import Nodes
import PostgresClient
import PostgresTesting
import Synchronization
import Testing
import Threads

@testable import EmbeddedPostgres

/// A data directory of one test, with room beside it for backups and what is restored from them.
final class BackupFixture: Sendable {
    let directory: String
    private let maker = Mutex(EventMaker())
    private let isLoadOver = Mutex(false)

    static let shards = [ShardNumber.reference, Node.tradingShard]

    init(_ name: String) throws {
        directory = try SharedCluster.scratchDirectory(named: "backup-" + name)
    }

    func path(_ name: String) -> String { directory + "/" + name }

    /// Runs `bifrost` to its end on a data directory.
    func bifrost(on name: String = "data", _ arguments: [String]) throws -> ChildProcess.Ending {
        try ChildProcess.run([ServiceProcess.sibling("bifrost")] + arguments + ["--data-dir", path(name)])
    }

    /// The same where it must succeed; what it printed.
    @discardableResult
    func done(on name: String = "data", _ arguments: String...) throws -> String {
        let ending = try bifrost(on: name, arguments)
        try #require(ending.code == 0, "\(ending.output)")
        return ending.output
    }

    /// A service on a data directory, once its door is open.
    func up(on name: String = "data") throws -> (program: Program, door: DoorClient) {
        let log = path(name + ".log")
        let program = try Program(["up", "--data-dir", path(name)], output: log)
        let door = DoorClient(dataDirectory: try #require(FileSystem.resolved(path(name))))
        try #require(poll(seconds: 60) { door.isOpen() }, "\(FileSystem.read(log) ?? "")")
        return (program, door)
    }

    /// A superuser's session with the server that runs on a data directory.
    func database(_ name: String = "data") throws -> PostgresConnection {
        let cluster = try #require(try EmbeddedCluster.running(dataDirectory: path(name)))
        return try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
    }

    var place: LogPlace { LogPlace(dataDirectory: path("data"), databaseURL: nil) }

    /// Appends batches of these sizes to the trading shard.
    func fill(_ log: PostgresLog, _ sizes: [Int]) throws {
        let writer = try log.acquire(Node.tradingShard, holder: "test", takingOver: true)
        defer { writer.release() }
        var head = writer.headAtStart
        for size in sizes {
            head = try writer.append(
                maker.withLock { $0.batch(after: head, count: size) },
                after: head,
                epoch: writer.epoch
            )
        }
    }

    /// Runs `body` while another thread appends these batches again and again.
    func underLoad<Answer>(
        of log: PostgresLog,
        _ sizes: [Int],
        _ body: () throws -> Answer
    ) throws -> Answer {
        let load = SystemThread.needed {
            do {
                while !self.isLoadOver.withLock({ $0 }) { try self.fill(log, sizes) }
            } catch {
                Issue.record(error)
            }
        }
        defer {
            isLoadOver.withLock { $0 = true }
            load.join()
        }
        return try body()
    }

    /// Opens the log, for its one writer, and closes it again.
    func open<Answer>(
        archive: ArchiveChoice? = nil,
        _ body: (PostgresLog) throws -> Answer
    ) throws -> Answer {
        let access = try LogAccess.openAlone(place, archive: archive)
        let answer = Result { try body(access.log) }
        try access.close()
        return try answer.get()
    }

    func backup(_ name: String = "backup") throws -> BackupManifest {
        try Backup.take(of: place, Self.shards, version: "test", into: path(name))
    }

    func restore(_ name: String = "backup", to target: String = "restored") -> Restore {
        Restore(backup: path(name), dataDirectory: path(target), shards: Self.shards)
    }

    /// The heads of what was restored, as a reader finds them.
    func heads(of name: String = "restored") throws -> [Head] {
        let access = try LogAccess.open(LogPlace(dataDirectory: path(name), databaseURL: nil))
        let heads = Result { try Self.shards.map { try access.log.head(of: $0) } }
        try access.close()
        return try heads.get()
    }

    /// Everything below a directory that is to stay as it is: paths and sizes.
    func listing(_ name: String) -> [String] {
        FileSystem.entries(of: path(name)).flatMap { entry in
            [name + "/" + entry] + listing(name + "/" + entry)
        }
    }

    /// The restore must be refused, and is asked why; neither result nor rest of it is there after.
    func refusal(of restore: Restore) throws -> BackupError {
        let name = try #require(restore.dataDirectory.split(separator: "/").last.map(String.init))
        let before = listing(name)
        do throws(BackupError) {
            _ = try restore.run()
        } catch {
            #expect(listing(name) == before)
            #expect(listing(name + ".partial") == [])
            return error
        }
        throw NotRefused()
    }

    struct NotRefused: Error {}
}

/// A `bifrost` in a process of its own.
final class Program {
    private let pid: Int32
    private let output: String

    init(_ arguments: [String], output: String) throws {
        self.output = output
        pid = try ChildProcess.launch(
            [ServiceProcess.sibling("bifrost")] + arguments,
            appendingTo: output,
            environment: []
        )
    }

    deinit { end(SIGKILL) }

    func end(_ signal: Int32) {
        guard !ChildProcess.hasEnded(pid) else { return }
        kill(pid, signal)
        _ = poll(seconds: 40) { ChildProcess.hasEnded(pid) }
    }

    /// What it wrote when it has ended, `nil` when it does not.
    func waitForEnd() -> String? {
        poll(seconds: 90) { ChildProcess.hasEnded(pid) } ? FileSystem.read(output) : nil
    }
}

/// Asks again and again until the answer is yes; false when the time is over.
func poll(seconds: Int, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = MonotonicTime.now.advanced(millis: seconds * 1_000)
    while MonotonicTime.now < deadline {
        if try condition() { return true }
        _ = Glibc.poll(nil, 0, 2)
    }
    return false
}

/// Makes a file.
func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
}
