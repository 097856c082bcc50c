import BifrostKernel
import EventStore
import EventStoreTesting
import Glibc
import PostgresClient
import PostgresTesting
import Testing
import Threads

@testable import EventStorePostgres

/// A database of one test, prepared and with an empty log.
struct StoreFixture {
    let database: String
    let access: PostgresAccess
    let log: PostgresLog

    init(_ database: String, limits: PostgresLimits = PostgresLimits()) throws {
        self.database = database
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        access = try PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        log = try PostgresLog.open(access, limits: limits)
    }

    /// A session of the superuser.
    func admin() throws -> PostgresConnection { try SharedCluster.connect(database: database) }

    func connect(as user: String) throws -> PostgresConnection {
        try PostgresConnection(SharedCluster.conninfo(database: database, user: user))
    }

    func writer(
        _ shard: ShardNumber = .reference,
        _ holder: String = "test",
        takingOver: Bool = false
    ) throws -> PostgresWriter {
        let writer = try log.acquire(shard, holder: holder, takingOver: takingOver)
        return try #require(writer as? PostgresWriter)
    }

    func events(_ shard: ShardNumber = .reference) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        _ = try log.read(shard, .all(after: 0), limit: .max) { events.append($0) }
        return events
    }

    /// Appends batches of these sizes and gives the shard back; returns the end.
    @discardableResult
    func fill(_ sizes: [Int], shard: ShardNumber = .reference, _ maker: inout EventMaker) throws -> Head {
        let writer = try writer(shard)
        var head = writer.headAtStart
        for size in sizes {
            head = try writer.append(
                maker.batch(after: head, count: size),
                after: head,
                epoch: writer.epoch
            )
        }
        writer.release()
        return head
    }

    /// Makes the commit of every append to the open leaf take this long, by a trigger that runs at the
    /// commit.
    func slowCommits(millis: Int, leaf: Int = 1) throws {
        let connection = try admin()
        try connection.execute(
            """
            create function public.slow_commit() returns trigger language plpgsql as
            'begin perform pg_sleep(\(millis) / 1000.0); return null; end';
            create constraint trigger slow_commit after insert on bifrost.event_s0_l\(leaf)
            deferrable initially deferred for each row execute function public.slow_commit();
            """
        )
    }
}

/// Asks again and again until the answer is yes; false when the time is over.
func poll(seconds: Int, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = MonotonicTime.now.advanced(millis: seconds * 1_000)
    while MonotonicTime.now < deadline {
        if try condition() { return true }
        yield()
    }
    return false
}

/// Lets others run for a few milliseconds.
func yield() { _ = Glibc.poll(nil, 0, 5) }

/// The SQLSTATE of the error that `body` throws, nil when it throws none.
func sqlState(_ body: () throws(PostgresError) -> Void) throws -> String? {
    do throws(PostgresError) {
        try body()
        return nil
    } catch {
        guard case .server(let answer) = error else { throw error }
        return answer.sqlState
    }
}

/// The error that `body` throws.
func appendError(_ body: () throws(AppendError) -> Head) -> AppendError? {
    do throws(AppendError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
