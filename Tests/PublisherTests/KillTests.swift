import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import Faults
import Glibc
import PostgresClient
import PostgresTesting
import Publishers
import Testing

@testable import EmbeddedPostgres

/// `bifrost publisher` in a process of its own.
private final class PublisherProcess {
    private let pid: Int32

    init(_ arguments: [String], log: String) throws {
        pid = try ChildProcess.launch(
            [ServiceProcess.sibling("bifrost"), "publisher"] + arguments,
            appendingTo: log,
            environment: []
        )
    }

    deinit { end(SIGKILL) }

    var hasEnded: Bool { ChildProcess.hasEnded(pid) }

    func end(_ signal: Int32) {
        guard !hasEnded else { return }
        kill(pid, signal)
        _ = poll(seconds: 15) { hasEnded }
    }
}

/// A PostgreSQL of one test with a log in it, and the program that publishes it.
private final class KillHouse {
    let broker: RealBroker
    let log: PostgresLog
    private let directory: String
    private var cluster: EmbeddedCluster
    private var publisher: PublisherProcess?
    private var maker = EventMaker()

    static let exchange = "kills"
    static let shard = ShardNumber(1)

    init() throws {
        broker = try RealBroker.shared.get()
        directory = try SharedCluster.scratchDirectory(named: "kills")
        cluster = try EmbeddedCluster.start(dataDirectory: directory)
        let root = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
        )
        try root.execute("create database bifrost")
        try PostgresSetup.prepare(cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost"))
        let running = cluster
        log = try PostgresLog.open(PostgresAccess { running.conninfo(user: $0, database: "bifrost") })
    }

    var programLog: String { directory + "/publisher.log" }

    func startPublisher() throws {
        publisher = try PublisherProcess(
            [
                "--amqp", broker.url, "--exchange", Self.exchange, "--database-url",
                "postgresql://\(EmbeddedCluster.superuser)@/bifrost?host=\(cluster.socketDirectory)",
            ],
            log: programLog
        )
    }

    func killPublisher() throws {
        publisher?.end(SIGKILL)
        try startPublisher()
    }

    func endPublisher() { publisher?.end(SIGTERM) }

    func crashPostgres() throws {
        try cluster.stop(.immediate)
        cluster = try EmbeddedCluster.start(dataDirectory: directory)
    }

    func append(_ count: Int) throws { try log.fill(count, shard: Self.shard, &maker) }

    /// How far it is, `nil` while the database does not answer.
    var confirmed: Int64? {
        guard let all = try? log.publisherCheckpoints() else { return nil }
        return all.first { $0.shard == Self.shard }?.position ?? 0
    }

    /// Waits until so many more are confirmed: there are more under way then.
    func waitForProgress(_ count: Int64) -> Bool {
        var start: Int64?
        return poll(seconds: 30) {
            guard let confirmed else { return false }
            start = start ?? confirmed
            return confirmed >= (start ?? 0) + count
        }
    }
}

extension BrokerSuites {
    @Suite("killed amid a batch")
    struct Kills {
        /// Events before each fault: some are under way when it comes.
        private static let events = 3_000

        private enum Fault {
            case killPublisher
            case crashBroker
            case crashPostgres
            case restartBroker
        }

        @Test("publisher, broker and database die again and again: every event is confirmed, in order")
        func rounds() throws {
            let house = try KillHouse()
            let consumer = try Consumer(house.broker, exchange: KillHouse.exchange)
            try house.append(Self.events)
            try house.startPublisher()
            // Brokers take seconds to start; `BIFROST_LONG=1` goes through all of it three times.
            let once: [Fault] = [
                .killPublisher, .crashPostgres, .crashBroker, .killPublisher, .restartBroker, .crashPostgres,
            ]
            let faults = getenv("BIFROST_LONG") == nil ? once : once + once + once
            for (round, fault) in faults.enumerated() {
                try house.append(Self.events)
                #expect(house.waitForProgress(500), "round \(round), before \(fault)")
                switch fault {
                case .killPublisher: try house.killPublisher()
                case .crashPostgres: try house.crashPostgres()
                case .crashBroker:
                    try house.broker.crash()
                    try house.broker.start()
                case .restartBroker:
                    try house.broker.stop()
                    try house.broker.start()
                }
            }
            let events = try house.log.events(KillHouse.shard)
            #expect(events.count == (faults.count + 1) * Self.events)
            let isConfirmed = poll(seconds: 30) { house.confirmed == Int64(events.count) }
            #expect(isConfirmed, "\(FileSystem.read(house.programLog) ?? "")")
            house.endPublisher()
            let isThere = try poll(seconds: 20) {
                try consumer.deliveries().last?.position == Int64(events.count)
            }
            #expect(isThere)
            let follower = expectAll(events, of: 1, in: try consumer.deliveries())
            // Else nothing was under way when something died.
            #expect(follower.repeats > 0)
            let audit = try PublisherAudit.run(house.log, [KillHouse.shard])[0]
            #expect(audit.fault == nil && audit.lag == 0 && audit.inLog == Int64(events.count))
        }
    }
}
