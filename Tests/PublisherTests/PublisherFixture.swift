import AMQPClient
import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresTesting
import Testing

@testable import Publishers

/// A log of one test in a database of its own, and the shared broker.
struct PublisherFixture {
    let name: String
    let broker: RealBroker
    let log: PostgresLog
    static let shards = [ShardNumber(0), ShardNumber(1)]

    init(_ name: String) throws {
        self.name = name
        broker = try RealBroker.shared.get()
        try PostgresSetup.prepare(SharedCluster.conninfo(database: name))
        log = try PostgresLog.open(PostgresAccess { try SharedCluster.conninfo(database: name, user: $0) })
    }

    /// What a publisher of the test is told; it ends by itself when all is confirmed.
    func options(endsWithLog: Bool = true) throws -> PublisherOptions {
        var options = PublisherOptions(try broker.address)
        options.exchange = name
        options.endsWithLog = endsWithLog
        options.limits.retryMillisMax = 200
        return options
    }

    /// Publishes all that is in the log.
    @discardableResult
    func publishAll(_ options: PublisherOptions? = nil) throws -> [PublisherStatus] {
        let publisher = LogPublisher.start(log, Self.shards, try options ?? self.options())
        let isOver = poll(seconds: 30) { publisher.isOver }
        publisher.stop()
        #expect(isOver, "\(publisher.statuses)")
        return publisher.statuses
    }

    func checkpoint(_ shard: ShardNumber = ShardNumber(1)) throws -> PublisherCheckpoint? {
        try log.publisherCheckpoints().first { $0.shard == shard }
    }
}

extension EventLog {
    /// Appends so many events in batches and gives the shard back.
    func fill(_ count: Int, shard: ShardNumber, _ maker: inout EventMaker) throws {
        let writer = try acquire(shard, holder: "test", takingOver: false)
        defer { writer.release() }
        var head = writer.headAtStart
        var rest = count
        while rest > 0 {
            let batch = maker.batch(after: head, count: min(rest, 2_000))
            head = try writer.append(batch, after: head, epoch: writer.epoch)
            rest -= batch.count
        }
    }

    func events(_ shard: ShardNumber) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        _ = try read(shard, .all(after: 0), limit: .max) { events.append($0) }
        return events
    }
}

/// Suites that share the broker, one test after another: an alarm of the broker concerns all of them.
@Suite("with a real RabbitMQ", .serialized)
enum BrokerSuites {}
