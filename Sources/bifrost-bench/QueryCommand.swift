// How long the indexed queries of the read models take on a log of a given length. The log is made here, from
// orders at real closing prices that all trade, and folded by a rebuild of each read model.

import AccountsViewProjection
import ArgumentParser
import AuditViewProjection
import BifrostKernel
import DemoMarket
import EventStore
import EventStorePostgres
import Nodes
import OrdersViewProjection
import PortfolioViewProjection
import PostgresClient
import ReadModels
import SeededChoices
import Threads
import Venues

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Indexed queries of the read models, on a log of many events."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The length of the log.")
    var events: Int64 = 10_000_000

    @Option(help: "Looks of each query, at accounts, orders and instruments by chance.")
    var looks = 1_000

    func validate() throws {
        guard events > 0, looks > 0 else { throw ValidationError("expected events and looks above 0") }
    }

    func run() throws {
        let server = try BenchServer(options)
        let log = try server.openLog()
        let models = ReadModel.all(reference: .reference, trading: [Node.tradingShard])
        let venue = PaperVenue(commission: BasisPoints(5), journal: nil)
        let desk = try OrderDesk(log, venue: venue, try OrderFlow(day: 0))
        desk.quote(at: venue)
        // The first builds, which rebuilds stand beside.
        try Projector.atEnd(of: log, models).stop()
        try desk.fill(upTo: events)
        desk.stop()
        try rebuild(models, log, reading: desk.accounts[0])
        var table = FigureTable("query", asJSON: options.json)
        for query in try Self.queries(of: desk, log) {
            table.add(try measure(query, log))
        }
        table.finish()
        try server.stop()
    }

    /// Rebuilds all of them, first the one that is read while the others are folded.
    private func rebuild(_ models: [ReadModel], _ log: PostgresLog, reading account: AccountID) throws {
        var table = FigureTable("rebuild", asJSON: options.json)
        var reader: BlotterReader?
        var (quiet, reads) = (Sample([]), Sample([]))
        let orders = models.filter { $0.name == OrdersView.name }
        for model in orders + models.filter({ $0.name != OrdersView.name }) {
            let began = monotonicNanos()
            let events = try Rebuild(model, log).run { _, _ in }.events
            let seconds = Double(monotonicNanos() - began) / 1e9
            if let reader {
                reads = try reader.lap()
            } else {
                let started = BlotterReader(log, account)
                pause(millis: Self.quietMillis)
                quiet = try started.lap()
                reader = started
            }
            table.add([
                ("model", .text(model.name)), ("events", .count(Int(events))), ("seconds", .decimal(seconds)),
                ("events_per_s", .count(Int(Double(events) / seconds))),
                ("reads", .count(reads.sorted.count)), ("read_p50_ms", .decimal(reads.millis(0.5))),
                ("read_p99_ms", .decimal(reads.millis(0.99))),
                ("quiet_p50_ms", .decimal(quiet.millis(0.5))), ("quiet_p99_ms", .decimal(quiet.millis(0.99))),
            ])
        }
        reader?.end()
        table.finish()
    }

    private static let quietMillis = 5_000

    /// A query, and what it asks of chance.
    private struct Query {
        let name: String
        let model: String
        let ask: (inout Generator, ReadSnapshot) throws(PostgresError) -> Int
    }

    private func measure(
        _ query: Query,
        _ log: PostgresLog
    ) throws -> [(name: String, figure: FigureTable.Figure)] {
        var dice = Generator(seed: 1)
        var (times, rows): ([Int64], Int) = ([], 0)
        for _ in 0..<looks {
            let began = monotonicNanos()
            rows += try ReadSnapshot.read(query.model, of: log) { snapshot throws(PostgresError) in
                try query.ask(&dice, snapshot)
            }
            times.append(monotonicNanos() - began)
        }
        let sample = Sample(times)
        return [
            ("query", .text(query.name)), ("looks", .count(looks)),
            ("rows_per_look", .decimal(Double(rows) / Double(looks))),
            ("p50_ms", .decimal(sample.millis(0.5))), ("p99_ms", .decimal(sample.millis(0.99))),
            ("max_ms", .decimal(sample.millis(1))),
        ]
    }

    private static func queries(of desk: OrderDesk, _ log: PostgresLog) throws -> [Query] {
        let (accounts, instruments, market) = (desk.accounts, desk.instruments, desk.flow.market)
        let orders = try someOrders(of: accounts, log)
        let head = try log.head(of: Node.tradingShard)
        func blotter(_ name: String, _ change: @escaping (inout OrderQuery, inout Generator) -> Void) -> Query
        {
            Query(name: name, model: OrdersView.name) { dice, snapshot throws(PostgresError) in
                var query = OrderQuery(dice.one(of: accounts))
                change(&query, &dice)
                return try OrdersView.rows(query, limit: 50, at: snapshot).count
            }
        }
        func trail(_ name: String, _ change: @escaping (inout AuditQuery, inout Generator) -> Void) -> Query {
            Query(name: name, model: AuditView.name) { dice, snapshot throws(PostgresError) in
                var query = AuditQuery(Node.tradingShard)
                change(&query, &dice)
                let before = dice.int64(1...head.position + 1)
                return try AuditView.positions(query, before: before, limit: 50, at: snapshot).count
            }
        }
        return [
            blotter("latest orders") { _, _ in },
            blotter("orders before one") { query, dice in query.before = dice.int64(1...head.position) },
            blotter("open orders") { query, _ in query.isOpen = true },
            blotter("orders of a symbol") { query, dice in query.symbol = dice.one(of: market.symbols) },
            Query(name: "an order", model: OrdersView.name) { dice, snapshot throws(PostgresError) in
                try OrdersView.row(dice.one(of: orders), at: snapshot) == nil ? 0 : 1
            },
            Query(name: "holdings", model: PortfolioProjection.name) { dice, snapshot throws(PostgresError) in
                try PortfolioProjection.holdings(of: dice.one(of: accounts), at: snapshot).count
            },
            Query(name: "cash", model: PortfolioProjection.name) { dice, snapshot throws(PostgresError) in
                try PortfolioProjection.cash(of: dice.one(of: accounts), at: snapshot).count
            },
            Query(name: "an account", model: AccountsView.name) { dice, snapshot throws(PostgresError) in
                try AccountsView.account(dice.one(of: accounts), at: snapshot) == nil ? 0 : 1
            },
            trail("events of an account") { query, dice in query.account = dice.one(of: accounts) },
            trail("trades of an account") { query, dice in
                query.account = dice.one(of: accounts)
                query.kind = .trades
            },
            trail("refusals of an account") { query, dice in
                query.account = dice.one(of: accounts)
                query.kind = .refusals
            },
            trail("story of an order") { query, dice in query.story = dice.one(of: orders).id },
            trail("events of an instrument") { query, dice in query.instrument = dice.one(of: instruments) },
            trail("events of an actor") { query, _ in query.actor = ActorName("bench") },
            trail("a second of time") { query, dice in
                let end = Timestamp(nanos: head.recordedAt.nanos - dice.int64(0...30) * 1_000_000_000)
                query.since = Timestamp(nanos: end.nanos - 1_000_000_000)
                query.until = end
            },
        ]
    }

    private static func someOrders(of accounts: [AccountID], _ log: PostgresLog) throws -> [OrderID] {
        try ReadSnapshot.read(OrdersView.name, of: log) { snapshot throws(PostgresError) in
            var orders: [OrderID] = []
            for account in accounts.prefix(100) {
                orders += try OrdersView.rows(OrderQuery(account), limit: 20, at: snapshot).map(\.key.order)
            }
            return orders
        }
    }
}
