import BifrostKernel
import EventStore
import EventStorePostgres
import OrdersViewProjection
import PortfolioViewProjection
import Portfolios
import PostgresClient
import Replays
import Sagas
import SeededChoices
import Testing

@testable import ReadModels
@testable import Simulation

@Suite("Read models of whatever can happen", .serialized)
struct SimulatedTests {
    private static let models = ReadModel.all(reference: .reference, trading: [ShardNumber(1)])

    /// The log that a seed of the simulation leaves.
    private func log(of seed: UInt64) throws -> MemoryLog {
        let plan = Plan(seed: seed)
        var world = World(seed: seed)
        try world.prepare()
        for index in plan.kept { try world.take(plan.steps[index]) }
        try world.finish()
        return world.log.inner
    }

    @Test("no event of any seed stops a read model", arguments: 1...12 as ClosedRange<UInt64>)
    func folds(seed: UInt64) throws {
        let log = try log(of: seed)
        for model in Self.models {
            for shard in model.shards {
                let end = try log.head(of: shard).position
                #expect(throws: Never.self) { try model.makeFold(shard).fold(log, through: end) { _ in } }
            }
        }
    }

    @Test(
        "rows equal a fresh fold, and accounts hold what the replay of the log says",
        arguments: [21, 22, 24] as [UInt64]
    )
    func agrees(seed: UInt64) throws {
        let memory = try log(of: seed)
        let fixture = try ReadFixture("read_simulated_\(seed)")
        try copy(memory, ReadFixture.shard) { try fixture.append($0) }
        let facts = try fixture.log.acquire(.reference, holder: "test", takingOver: false)
        var head = facts.headAtStart
        try copy(memory, .reference) { head = try facts.append($0, after: head, epoch: facts.epoch) }
        var choices = Generator(seed: seed)
        for model in Self.models {
            let build = try fixture.build(model)
            for shard in model.shards {
                var limits = ProjectionLimits()
                limits.batchEventsMax = choices.int(1...60)
                limits.cachedRowsMax = choices.int(1...100)
                let connection = try PostgresConnection(fixture.log.access.projector)
                let seat = RunnerSeat(
                    build: build,
                    shard: shard,
                    log: fixture.log,
                    connection: connection,
                    limits: limits
                )
                try fixture.catchUp(try model.makeRunner(seat))
            }
            let verdicts = try ReadModelVerification(model, fixture.log).run { _, _ in }
            #expect(verdicts.allSatisfy { $0.isProven }, "\(model.name): \(verdicts)")
        }
        try compareAccounts(fixture)
        try AuditWalk(fixture).compare()
    }

    private func copy(_ memory: MemoryLog, _ shard: ShardNumber, _ append: (EventBatch) throws -> Void) throws
    {
        var batch = EventBatch()
        _ = try memory.read(shard, .all(after: 0), limit: .max) {
            batch.append($0.header, payload: $0.payload)
        }
        try append(batch)
    }

    private func compareAccounts(_ fixture: ReadFixture) throws {
        var compared = 0
        for opened in try AccountDirectory(fixture.log, ReadFixture.shard).all() {
            let account = opened.account
            let replayed = try PortfolioReplay.fold(fixture.log, ReadFixture.shard, opened, .latest)
            let (cash, holdings, days) = try ReadSnapshot.read("portfolio", of: fixture.log) {
                snapshot throws(PostgresError) in
                (
                    try PortfolioProjection.cash(of: account, at: snapshot),
                    try PortfolioProjection.holdings(of: account, at: snapshot),
                    try PortfolioProjection.equity(
                        of: account,
                        from: BusinessDate(days: 0),
                        through: BusinessDate(days: 1_000_000),
                        at: snapshot
                    )
                )
            }
            for expected in replayed.cash where expected.amount != .zero {
                let found = cash.first { $0.currency == expected.currency.code }
                #expect(found?.settled == expected.amount.text)
            }
            if let own = cash.first(where: { $0.currency == opened.currency.code }) {
                #expect(own.realised == replayed.realised.text)
                #expect(own.expense == replayed.fees.text)
                #expect(own.contributed == replayed.contributions.text)
                #expect(own.receivable == replayed.receivable.text)
                #expect(own.payable == replayed.payable.text)
            }
            #expect(holdings.map(\.quantity) == replayed.positions.map(\.quantity.text))
            #expect(holdings.map(\.cost) == replayed.positions.map(\.cost.text))
            #expect(days.map(\.equity) == replayed.days.map(\.equity.text))
            compared += holdings.count
            try compareLots(fixture, opened, replayed)
            try compareExposure(fixture, opened.account)
        }
        #expect(compared > 0)
    }

    /// Lots derived from the rows are those that the core derived; profit adds up to what equity gained.
    private func compareLots(
        _ fixture: ReadFixture,
        _ opened: AccountOpened,
        _ replayed: PortfolioView
    ) throws {
        let (lots, results, returned) = try ReadSnapshot.read("portfolio", of: fixture.log) {
            snapshot throws(PostgresError) in
            (
                try PortfolioProjection.lots(LotQuery(opened.account), at: snapshot),
                try PortfolioProjection.results(of: opened.account, at: snapshot),
                try PortfolioProjection.returnDays(
                    of: opened.account,
                    from: BusinessDate(days: 0),
                    through: BusinessDate(days: 1_000_000),
                    at: snapshot
                ).days
            )
        }
        let open = Dictionary(lots.map { ($0.instrument, $0.book.open) }, uniquingKeysWith: { one, _ in one })
        for (instrument, queue) in replayed.state.lotsByID {
            #expect(open[instrument] ?? [] == queue.lots)
        }
        for figures in lots {
            let parts = figures.book.closures.reduce(Int128(0)) { $0 + $1.realised.nanos }
            #expect(parts == figures.book.realised)
        }
        let own = results.first { $0.currency == opened.currency.code }
        let derived = lots.filter { $0.currency == opened.currency }
            .reduce(Int128(0)) { $0 + $1.book.realised }
        if let own { #expect(own.realised == Money(clamping: derived).text) }
        if let own, results.count == 1 {
            let gain = try Money(own.equity).nanos - Money(own.contributed).nanos
            #expect(try Money(own.total).nanos == gain)
            #expect(own.equity == replayed.equity.text)
        }
        #expect(returned.map(\.equity) == replayed.days.map(\.equity))
    }

    /// One account folded alone, in steps and by either way of reading, is exposed as the core has it.
    @discardableResult
    private func expectAlone(
        _ account: AccountID,
        _ log: any EventLog,
        _ expected: AccountExposure,
        end: Int64
    ) throws -> AccountExposure {
        for gap in [0, 20_000] as [Int64] {
            var alone = AccountReplay(account, ReadFixture.shard, gapPositionsMax: gap)
            for part in [3, 2, 1] as [Int64] { try alone.advance(log, to: end / part) }
            let found = try #require(alone.exposure)
            #expect(found.date == expected.date)
            #expect(found.lines == expected.lines)
            #expect(found.valuation == expected.valuation)
            #expect(found.uses == expected.uses)
            #expect(found.reservedCash == expected.reservedCash)
            #expect(found.reservedUnits == expected.reservedUnits)
            #expect(found.openOrders == expected.openOrders)
            #expect(found.marginCall == expected.marginCall)
            #expect([found.killed, found.shardKilled] == [expected.killed, expected.shardKilled])
            #expect(found.limitsVersion == expected.limitsVersion)
        }
        return expected
    }

    @Test("an account folded alone is exposed as the core has it", arguments: 1...12 as ClosedRange<UInt64>)
    func exposes(seed: UInt64) throws {
        let log = try log(of: seed)
        var whole = ShardReplay(ReadFixture.shard)
        try whole.advance(log)
        for opened in try AccountDirectory(log, ReadFixture.shard).all() {
            let expected = try #require(
                Shard.exposure(of: opened.account, in: whole.state, at: whole.state.effectiveAt)
            )
            try expectAlone(opened.account, log, expected, end: whole.position)
        }
    }

    /// The views of SQL say what the exposure of the core does.
    private func compareExposure(_ fixture: ReadFixture, _ account: AccountID) throws {
        var whole = ShardReplay(ReadFixture.shard)
        try whole.advance(fixture.log)
        let expected = try #require(
            Shard.exposure(of: account, in: whole.state, at: whole.state.effectiveAt)
        )
        let found = try expectAlone(account, fixture.log, expected, end: whole.position)
        for (view, sums) in [("exposure", found.byCurrency), ("sectors", found.bySector)] {
            let rows = try fixture.admin().query(
                "select currency, trim_scale(gross)::text, trim_scale(net)::text from portfolio_v1.\(view) "
                    + "where shard = 1 and account_id = $1 and positions > 0 order by currency",
                [.uuid(high: account.id.high, low: account.id.low)]
            )
            let read = try (0..<rows.count).map { row in
                try [rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)]
            }
            #expect(
                read == sums.map { [$0.currency.code, Decimals.text($0.gross), Decimals.text($0.net)] },
                "\(view)"
            )
        }
    }
}
