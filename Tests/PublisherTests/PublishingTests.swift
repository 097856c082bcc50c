import AMQPClient
import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresClient
import PostgresTesting
import Testing

@testable import Publishers

extension BrokerSuites {
    @Suite("the publisher")
    struct Publishing {
        @Test("every event of the log arrives, once, in order, byte for byte; then the audit agrees")
        func whole() throws {
            let fixture = try PublisherFixture("publish_whole")
            let consumer = try Consumer(fixture.broker, exchange: fixture.name)
            var maker = EventMaker()
            try fixture.log.fill(300, shard: ShardNumber(0), &maker)
            maker.payloadBytes = 5_000
            try fixture.log.fill(40, shard: ShardNumber(0), &maker)
            maker.payloadBytes = 0
            try fixture.log.fill(1, shard: ShardNumber(0), &maker)
            maker = EventMaker()
            try fixture.log.fill(9_000, shard: ShardNumber(1), &maker)
            let statuses = try fixture.publishAll()
            #expect(statuses.map(\.confirmed) == [341, 9_000])
            let isThere = try poll(seconds: 20) { try consumer.deliveries().count >= 9_341 }
            #expect(isThere)
            let deliveries = try consumer.deliveries()
            for shard in PublisherFixture.shards {
                let follower = expectAll(try fixture.log.events(shard), of: shard.value, in: deliveries)
                #expect(follower.repeats == 0 && follower.ahead == 0)
            }
            #expect(deliveries.allSatisfy { $0.log == fixture.log.id.text })
            #expect(deliveries.first { $0.shard == 1 }?.routingKey.hasPrefix("1.order.") == true)
            let audits = try PublisherAudit.run(fixture.log, PublisherFixture.shards)
            #expect(audits.map(\.inLog) == [341, 9_000])
            #expect(audits.allSatisfy { $0.fault == nil && $0.lag == 0 && $0.checkpoint?.unroutable == 0 })
        }

        @Test("what comes while it publishes is published too, and an end leaves nothing unconfirmed")
        func follows() throws {
            let fixture = try PublisherFixture("publish_follows")
            let consumer = try Consumer(fixture.broker, exchange: fixture.name)
            let publisher = LogPublisher.start(
                fixture.log,
                PublisherFixture.shards,
                try fixture.options(endsWithLog: false)
            )
            var maker = EventMaker()
            for _ in 0..<5 { try fixture.log.fill(100, shard: ShardNumber(1), &maker) }
            let isConfirmed = try poll(seconds: 10) { try fixture.checkpoint()?.position == 500 }
            #expect(isConfirmed)
            publisher.stop()
            #expect(publisher.isOver)
            #expect(publisher.statuses.allSatisfy { $0.lastError == nil })
            let isThere = try poll(seconds: 10) { try consumer.deliveries().count == 500 }
            #expect(isThere)
            expectAll(try fixture.log.events(ShardNumber(1)), of: 1, in: try consumer.deliveries())
        }

        @Test("of two publishers one is active for a shard, and the other goes on when it ends")
        func standby() throws {
            let fixture = try PublisherFixture("publish_standby")
            let shards = [ShardNumber(1)]
            let options = try fixture.options(endsWithLog: false)
            let first = LogPublisher.start(fixture.log, shards, options)
            #expect(poll(seconds: 10) { first.statuses[0].state == .publishing })
            let second = LogPublisher.start(fixture.log, shards, options)
            #expect(poll(seconds: 10) { second.statuses[0].state == .standingBy })
            #expect(try !PublisherAudit.reset(fixture.log, ShardNumber(1)))
            var maker = EventMaker()
            try fixture.log.fill(100, shard: ShardNumber(1), &maker)
            #expect(poll(seconds: 10) { first.statuses[0].confirmed == 100 })
            first.stop()
            try fixture.log.fill(50, shard: ShardNumber(1), &maker)
            #expect(poll(seconds: 10) { second.statuses[0].confirmed == 50 })
            second.stop()
            #expect(try fixture.checkpoint()?.position == 150)
            #expect(try fixture.checkpoint()?.unroutable == 150)
        }

        @Test("a checkpoint that was moved by somebody else is read anew")
        func moved() throws {
            let fixture = try PublisherFixture("publish_moved")
            var maker = EventMaker()
            try fixture.log.fill(20, shard: ShardNumber(1), &maker)
            let session = try fixture.log.publisherSession(ShardNumber(1))
            let genesis = Chain(log: fixture.log.id, shard: ShardNumber(1)).genesis
            var stale = try session.checkpoint(orNewAt: genesis, of: fixture.log.id)
            try fixture.publishAll()
            #expect(throws: (any Error).self) {
                try session.advance(&stale, to: (5, EventHash(1, 1, 1, 1)), confirmed: 5, unroutable: 0)
            }
            #expect(stale.position == 0)
            #expect(try fixture.checkpoint()?.position == 20)
        }

        @Test("a log that is not the one that was published is refused with the way out, which works")
        func foreign() throws {
            let fixture = try PublisherFixture("publish_foreign")
            var maker = EventMaker()
            try fixture.log.fill(30, shard: ShardNumber(1), &maker)
            try fixture.publishAll()
            let admin = try SharedCluster.connect(database: fixture.name)
            for (change, words) in [
                ("hash = sha256('another')", "went another way"),
                ("position = 31, confirmed = 31", "ends before it"),
                ("log = gen_random_uuid()", "belongs to log"),
            ] {
                try admin.execute("update publisher.checkpoint set \(change) where shard = 1")
                let publisher = LogPublisher.start(
                    fixture.log,
                    [ShardNumber(1)],
                    try fixture.options(endsWithLog: false)
                )
                #expect(poll(seconds: 10) { publisher.statuses[0].state == .refused })
                publisher.stop()
                let error = try #require(publisher.statuses[0].lastError)
                #expect(
                    error.contains(words) && error.contains("bifrost publisher reset --shard 1"),
                    "\(error)"
                )
                #expect(publisher.statuses[0].confirmed == 0)
                #expect(try fixture.checkpoint()?.lastError == error)
                let fault = try #require(try PublisherAudit.run(fixture.log, [ShardNumber(1)])[0].fault)
                #expect(fault.contains(words))
            }
            #expect(try PublisherAudit.reset(fixture.log, ShardNumber(1)))
            #expect(try fixture.publishAll().map(\.confirmed) == [0, 30])
            #expect(try PublisherAudit.run(fixture.log, [ShardNumber(1)])[0].fault == nil)
        }

        @Test("a count that the log does not bear out is found by the audit")
        func miscounted() throws {
            let fixture = try PublisherFixture("publish_miscounted")
            var maker = EventMaker()
            try fixture.log.fill(30, shard: ShardNumber(1), &maker)
            try fixture.publishAll()
            let admin = try SharedCluster.connect(database: fixture.name)
            try admin.execute("update publisher.checkpoint set confirmed = 29 where shard = 1")
            let fault = try #require(try PublisherAudit.run(fixture.log, [ShardNumber(1)])[0].fault)
            #expect(fault.contains("confirmed 29 events") && fault.contains("has 30"))
        }

        @Test("without a broker it waits and tells why, and ends at once")
        func noBroker() throws {
            let fixture = try PublisherFixture("publish_no_broker")
            var options = PublisherOptions(try AMQPAddress("amqp://u:hunter2@127.0.0.1:1"))
            options.limits.retryMillisMax = 100
            let publisher = LogPublisher.start(fixture.log, [ShardNumber(1)], options)
            #expect(poll(seconds: 10) { publisher.statuses[0].lastError != nil })
            let error = try #require(publisher.statuses[0].lastError)
            #expect(error.contains("Is RabbitMQ running there") && !error.contains("hunter2"))
            publisher.stop()
            #expect(publisher.isOver)
            #expect(try fixture.checkpoint()?.lastError == error)
        }

        @Test("a broker short of memory takes nothing, and all when it has some again")
        func blocked() throws {
            let fixture = try PublisherFixture("publish_blocked")
            let consumer = try Consumer(fixture.broker, exchange: fixture.name)
            try fixture.broker.setMemoryAlarm(true)
            defer { try? fixture.broker.setMemoryAlarm(false) }
            let publisher = LogPublisher.start(
                fixture.log,
                [ShardNumber(1)],
                try fixture.options(endsWithLog: false)
            )
            var maker = EventMaker()
            maker.payloadBytes = 2_000
            try fixture.log.fill(1_500, shard: ShardNumber(1), &maker)
            let isBlocked = poll(seconds: 10) {
                if case .blocked = publisher.statuses[0].state { true } else { false }
            }
            #expect(isBlocked, "\(publisher.statuses)")
            let isNoted = try poll(seconds: 5) {
                try fixture.checkpoint()?.lastError?.contains("memory") == true
            }
            #expect(isNoted)
            #expect(publisher.statuses[0].confirmed == 0)
            try fixture.broker.setMemoryAlarm(false)
            #expect(poll(seconds: 20) { publisher.statuses[0].confirmed == 1_500 }, "\(publisher.statuses)")
            publisher.stop()
            let isThere = try poll(seconds: 10) { try consumer.deliveries().count >= 1_500 }
            #expect(isThere)
            expectAll(try fixture.log.events(ShardNumber(1)), of: 1, in: try consumer.deliveries())
        }

        @Test("an end does not wait for a broker that takes nothing")
        func blockedEnd() throws {
            let fixture = try PublisherFixture("publish_blocked_end")
            try fixture.broker.setMemoryAlarm(true)
            defer { try? fixture.broker.setMemoryAlarm(false) }
            var options = try fixture.options(endsWithLog: false)
            options.limits.drainMillisMax = 300
            let publisher = LogPublisher.start(fixture.log, [ShardNumber(1)], options)
            var maker = EventMaker()
            try fixture.log.fill(100, shard: ShardNumber(1), &maker)
            let isBlocked = poll(seconds: 10) {
                if case .blocked = publisher.statuses[0].state { true } else { false }
            }
            #expect(isBlocked)
            let begin = ContinuousClock.now
            publisher.stop()
            #expect(ContinuousClock.now - begin < .seconds(5))
        }
    }
}
