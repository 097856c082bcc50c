// What a log costs when it is large: appends into it against appends into a fresh one by turns, reads of one
// stream and of one account, and the ids of all its commands.

import ArgumentParser
import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import HTTPAPI
import Orders
import Portfolios
import PostgresClient
import RiskLimits
import Sagas

struct GrowthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "A log of many events: appends against a fresh log, reads, bytes, and the ids of commands."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Events in the large log.")
    var events = 50_000_000

    @Option(help: "Accounts that its orders are of.")
    var accounts: Int64 = 100_000

    @Option(help: "Reads of each kind.")
    var reads = 2_000

    private static let rows = 1_000
    private static let fillRows = 4_000
    private static let lookUps: UInt64 = 1_000_000

    func validate() throws {
        guard events > 0, accounts > 0, reads > 0 else {
            throw ValidationError("expected numbers above zero")
        }
    }

    func run() throws {
        try measureIDs()
        let server = try BenchServer(options)
        let log = try server.openLog(batchEventsMax: Self.fillRows)
        var large = try GrowingShard(log, ShardNumber(1), accounts: accounts)
        try fill(&large)
        try measureAppends(log, server, &large)
        try measureReads(log, large)
        try measurePast(log, large)
        try measureBytes(server, large)
        large.writer.release()
        try server.stop()
    }

    private func fill(_ large: inout GrowingShard) throws {
        let began = monotonicNanos()
        var slowest: Int64 = 0
        while large.head.position < Int64(events) {
            let start = monotonicNanos()
            _ = try large.append(Self.fillRows)
            slowest = max(slowest, monotonicNanos() - start)
        }
        let seconds = Double(monotonicNanos() - began) / 1e9
        var table = FigureTable("fill", asJSON: options.json)
        table.add([
            ("events", .count(Int(large.head.position))), ("seconds", .decimal(seconds)),
            ("events_per_s", .count(Int(Double(large.head.position) / seconds))),
            ("slowest_batch_ms", .decimal(Double(slowest) / 1e6)),
        ])
        table.finish()
    }

    /// Batches of a thousand by turns, until three checkpoints of the database have gone by.
    private func measureAppends(
        _ log: PostgresLog,
        _ server: BenchServer,
        _ large: inout GrowingShard
    ) throws {
        let admin = try server.connect()
        func checkpoints() throws -> Int64 {
            try admin.query("select checkpoints_timed + checkpoints_req from pg_stat_bgwriter").int64(0, 0)
        }
        var fresh = try GrowingShard(log, ShardNumber(2), accounts: accounts)
        try admin.execute("checkpoint")
        let before = try checkpoints()
        var turns = Alternation(candidates: 2)
        while try checkpoints() < before + 3 {
            for _ in 0..<50 {
                try turns.round { try $0 == 0 ? large.append(Self.rows) : fresh.append(Self.rows) }
            }
        }
        let samples = turns.samples
        var table = FigureTable("append", asJSON: options.json)
        table.add([
            ("events", .count(Int(large.head.position))), ("fresh_events", .count(Int(fresh.head.position))),
            ("batches", .count(turns.rounds)),
            ("ratio_to_fresh", .decimal(samples[1].millis(0.5) / samples[0].millis(0.5))),
            ("ratio_of_means", .decimal(samples[1].sumSeconds / samples[0].sumSeconds)),
            ("p50_ms", .decimal(samples[0].millis(0.5))), ("fresh_p50_ms", .decimal(samples[1].millis(0.5))),
            ("p99_ms", .decimal(samples[0].millis(0.99))),
            ("fresh_p99_ms", .decimal(samples[1].millis(0.99))),
        ])
        table.finish()
        fresh.writer.release()
    }

    private func measureReads(_ log: PostgresLog, _ large: GrowingShard) throws {
        var table = FigureTable("read-stream", asJSON: options.json)
        func add(_ what: String, _ selection: (Int64) -> LogSelection) throws {
            var count = 0
            let times = try (0..<reads).map { number in
                // Far apart from each other, so that neighbours do not warm each other's pages.
                let order = large.order(Int64(number) * 7_919_777)
                let began = monotonicNanos()
                count += try log.read(large.shard, selection(order), limit: 100_000) { _ in }
                return monotonicNanos() - began
            }
            let sample = Sample(times)
            table.add([
                ("what", .text(what)), ("reads", .count(reads)),
                ("events_per_read", .decimal(Double(count) / Double(reads))),
                ("p50_ms", .decimal(sample.millis(0.5))), ("p99_ms", .decimal(sample.millis(0.99))),
                ("max_ms", .decimal(sample.millis(1))),
            ])
        }
        try add("order") { order in
            let stream = large.stream(of: order)
            // Where an order begins is in its id.
            return .stream(
                large.account(of: order),
                stream,
                afterVersion: 0,
                behind: large.birth(of: order) - 1
            )
        }
        try add("account") { .account(large.account(of: $0), after: 0) }
        table.finish()
    }

    /// Accounts as of moments all over the log, folded from the nearest snapshot.
    private func measurePast(_ log: PostgresLog, _ large: GrowingShard) throws {
        let snapshots = PostgresAccountSnapshots(log, large.shard, build: "bench")
        let began = monotonicNanos()
        let made = try AccountSnapshotMaker(log, large.shard, snapshots).advance()
        let seconds = Double(monotonicNanos() - began) / 1e9
        var table = FigureTable("account-snapshots", asJSON: options.json)
        table.add([
            ("events", .count(Int(made.through))), ("made", .count(made.made)),
            ("events_per_s", .count(Int(Double(made.through) / seconds))),
        ])
        table.finish()
        table = FigureTable("account-as-of", asJSON: options.json)
        for (what, kept) in [("from snapshots", snapshots), ("from the first event", nil)]
            as [(String, PostgresAccountSnapshots?)]
        {
            let times = try (0..<reads).map { number in
                let account = large.accountID(of: large.order(Int64(number) * 7_919_777))
                let through = Int64(number) * 15_485_863 % large.head.position + 1
                let began = monotonicNanos()
                // Nobody has asked before.
                _ = try SheetCache(log, large.shard, kept).sheet(of: account, through: through)
                return monotonicNanos() - began
            }
            let sample = Sample(times)
            table.add([
                ("what", .text(what)), ("reads", .count(reads)),
                ("p50_ms", .decimal(sample.millis(0.5))), ("p99_ms", .decimal(sample.millis(0.99))),
                ("max_ms", .decimal(sample.millis(1))),
            ])
        }
        table.finish()
    }

    private func measureBytes(_ server: BenchServer, _ large: GrowingShard) throws {
        let size = try server.connect().query(
            """
            select sum(pg_table_size(relation))::int8, sum(pg_indexes_size(relation))::int8 from (
                select to_regclass('bifrost.' || table_name) as relation from bifrost.leaf where shard = 1
            ) as leaves
            """
        )
        var table = FigureTable("bytes", asJSON: options.json)
        let total = Double(large.head.position)
        table.add([
            ("events", .count(Int(large.head.position))),
            ("row_bytes_per_event", .decimal(Double(try size.int64(0, 0)) / total)),
            ("index_bytes_per_event", .decimal(Double(try size.int64(0, 1)) / total)),
        ])
        table.finish()
    }

    /// Ids that are new among as many as there are events.
    private func measureIDs() throws {
        var index = CommandIndex(recentMin: EngineOptions.recentCommandsMin)
        func key(_ number: UInt64) -> CommandKey {
            let high = number &* 0x9e37_79b9_7f4a_7c15
            return CommandKey(Identifier(high: high ^ high >> 29, low: number &* 0xd1b5_4a32_d192_ed03))
        }
        var slowest: Int64 = 0
        let began = monotonicNanos()
        for number in 0..<UInt64(events) {
            let start = monotonicNanos()
            let digest = CommandDigest(high: number, low: number)
            let position = Int64(number) * GrowingShard.orderEvents
            index.insert(key(number), CommandIndex.Entry(digest: digest, firstPosition: position, count: 4))
            slowest = max(slowest, monotonicNanos() - start)
        }
        let added = monotonicNanos() - began
        let start = monotonicNanos()
        // Ids that were never added, far apart from each other.
        let others = (0..<Self.lookUps).map { key($0 &* 7_919 &+ UInt64(events)) }
        let found = others.count { if case .new = index.find($0) { false } else { true } }
        let lookedUp = monotonicNanos() - start
        guard found == 0 else {
            throw BenchServer.Refusal(description: "expected new ids, \(found) were known")
        }
        var table = FigureTable("command-ids", asJSON: options.json)
        table.add([
            ("ids", .count(events)),
            ("look_up_new_us", .decimal(Double(lookedUp) / 1_000 / Double(Self.lookUps))),
            ("add_us", .decimal(Double(added) / 1_000 / Double(events))),
            ("slowest_add_ms", .decimal(Double(slowest) / 1e6)),
        ])
        table.finish()
    }
}

/// A shard that grows by orders, behind the openings of its accounts.
///
/// An order is four events of three streams, as the core writes them. What accounts have is real; what else
/// is said is only as long.
private struct GrowingShard {
    static let orderEvents: Int64 = 4
    private static let payloadBytes = 120
    private static let start: Int64 = 1_700_000_000_000_000_000

    let shard: ShardNumber
    let writer: any ShardWriter
    private(set) var head: Head
    private let accounts: Int64
    private var riskVersions: [Int64]
    private var portfolioVersions: [Int64]
    private let actor: ActorName
    private let payload: [UInt8]

    init(_ log: PostgresLog, _ shard: ShardNumber, accounts: Int64) throws {
        self.shard = shard
        self.accounts = accounts
        writer = try log.acquire(shard, holder: "bench", takingOver: true)
        head = writer.headAtStart
        riskVersions = Array(repeating: 0, count: Int(accounts))
        portfolioVersions = riskVersions
        guard let actor = ActorName("trader-1") else {
            throw BenchServer.Refusal(description: "expected a name, was none")
        }
        self.actor = actor
        payload = (0..<Self.payloadBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        guard head.position == 0 else { return }
        while head.position < accounts {
            var batch = EventBatch()
            for position in head.position + 1...min(head.position + 1_000, accounts) {
                var opened = AccountOpened()
                opened.account = accountID(position - 1)
                opened.alias = "account-\(position)"
                try begin(&batch, position, StreamOrdinal(.account, birth: position), 1)
                batch.finish(opened)
            }
            head = try writer.append(batch, after: head, epoch: writer.epoch)
        }
    }

    /// An order that there is, for any number.
    func order(_ number: Int64) -> Int64 { number % ((head.position - accounts) / Self.orderEvents) }

    /// Accounts follow each other as if by chance.
    private func index(of order: Int64) -> Int64 {
        Int64((UInt64(order) &* 0x9e37_79b9_7f4a_7c15 >> 17) % UInt64(accounts))
    }

    private func accountID(_ index: Int64) -> AccountID {
        AccountID(Identifier(.account, slot: 1, shard: shard.value, birth: index + 1))
    }

    func accountID(of order: Int64) -> AccountID { accountID(index(of: order)) }
    func account(of order: Int64) -> AccountOrdinal { AccountOrdinal(index(of: order) + 1) }
    func birth(of order: Int64) -> Int64 { accounts + order * Self.orderEvents + 1 }
    func stream(of order: Int64) -> StreamOrdinal { StreamOrdinal(.order, birth: birth(of: order)) }

    mutating func append(_ count: Int) throws -> Int64? {
        var batch = EventBatch()
        for position in head.position + 1...head.position + Int64(count) {
            let (order, step) = (position - accounts - 1).quotientAndRemainder(dividingBy: Self.orderEvents)
            try add(to: &batch, position, order, step)
        }
        let began = monotonicNanos()
        head = try writer.append(batch, after: head, epoch: writer.epoch)
        return monotonicNanos() - began
    }

    private mutating func add(
        to batch: inout EventBatch,
        _ position: Int64,
        _ order: Int64,
        _ step: Int64
    ) throws {
        let index = index(of: order)
        switch step {
        case 1:
            riskVersions[Int(index)] += 1
            let stream = StreamOrdinal(.risk, birth: index + 1)
            try begin(&batch, position, stream, riskVersions[Int(index)], order)
            var released = KillSwitchReleased()
            released.account = accountID(index)
            batch.finish(released)
        case 2:
            portfolioVersions[Int(index)] += 1
            let stream = StreamOrdinal(.portfolio, birth: index + 1)
            try begin(&batch, position, stream, portfolioVersions[Int(index)], order)
            var deposited = CashDeposited()
            deposited.account = accountID(index)
            deposited.amount = Money(nanos: 1_000_000_000)
            deposited.postings = [
                Posting(.cashSettled, .usd, deposited.amount),
                Posting(.contributedEquity, .usd, Money(nanos: -1_000_000_000)),
            ]
            batch.finish(deposited)
        default:
            let header = try header(position, stream(of: order), step == 0 ? 1 : 2, order)
            batch.append(header, payload: payload)
        }
    }

    private func begin(
        _ batch: inout EventBatch,
        _ position: Int64,
        _ stream: StreamOrdinal,
        _ version: Int64,
        _ order: Int64? = nil
    ) throws {
        batch.begin(try header(position, stream, version, order))
    }

    private func header(
        _ position: Int64,
        _ stream: StreamOrdinal,
        _ version: Int64,
        _ order: Int64?
    ) throws -> EventHeader {
        guard let command = ClientName(order.map { "client-order-\($0)" } ?? "account-\(position)") else {
            throw BenchServer.Refusal(description: "expected a name, was none")
        }
        let time = Timestamp(nanos: Self.start + position * 1_000)
        let birth = order.map { self.birth(of: $0) } ?? position
        let digest = CommandDigest(high: UInt64(position) &* 0x9e37_79b9_7f4a_7c15, low: UInt64(position))
        return EventHeader(
            position: position,
            account: order.map { account(of: $0) } ?? AccountOrdinal(position),
            stream: stream,
            version: version,
            type: OrderPlaced.eventType,
            schemaVersion: 1,
            receivedAt: time,
            recordedAt: time,
            effectiveAt: time,
            businessDate: BusinessDate(days: 19_675),
            commandID: command,
            commandDigest: position == birth ? digest : nil,
            causation: position == birth ? 0 : birth,
            correlation: Identifier(.order, slot: 1, shard: shard.value, birth: birth),
            actor: actor
        )
    }
}
