import BifrostKernel
import EventStore
import PortfolioViewProjection
import Portfolios
import PostgresClient
import Replays
import Sagas
import Testing

@testable import ReadModels

@Suite("Lots, profit and returns of an account", .serialized)
struct FolioTests {
    private static let account = FolioLog.account
    private static let model = ReadModel(
        PortfolioProjection.self,
        reference: .reference,
        trading: [FolioLog.shard]
    )

    private struct Seen {
        var lots: [LotFigures]
        var results: [ResultFigures]
        var returns: ReturnFigures
    }

    private func read(_ fixture: ReadFixture, at position: Int64? = nil, asOf date: Int32? = nil) throws
        -> Seen
    {
        var query = LotQuery(Self.account)
        query.position = position
        query.date = date.map { BusinessDate(days: $0) }
        return try ReadSnapshot.read("portfolio", of: fixture.log) { snapshot throws(PostgresError) in
            let (before, days) = try PortfolioProjection.returnDays(
                of: Self.account,
                from: BusinessDate(days: 0),
                through: BusinessDate(days: 1_000),
                at: snapshot
            )
            return Seen(
                lots: try PortfolioProjection.lots(query, at: snapshot),
                results: try PortfolioProjection.results(of: Self.account, at: snapshot),
                returns: ReturnFigures(days, after: before)
            )
        }
    }

    private func open(_ seen: Seen) -> [String] {
        seen.lots.flatMap { $0.book.open.map { "\($0.quantity.text)@\($0.cost.text)" } }
    }

    private func closed(_ seen: Seen) -> [String] {
        seen.lots.flatMap { $0.book.closures.map { "\($0.quantity.text): \($0.realised.text)" } }
    }

    @Test("a late bust and a dividend: lots, profit and equity by effective date and by what was known")
    func lateBust() throws {
        let fixture = try ReadFixture("read_folio")
        let build = try fixture.build(Self.model)
        let runner = try Self.model.makeRunner(fixture.seat(build))
        var log = FolioLog()
        try log.decide(.deposit(Self.account, .usd, Money("10000")), on: 1)
        let first = try log.trade(10, at: "100", on: 1)
        try log.close(1, at: "100")
        _ = try log.trade(5, at: "110", on: 2)
        try log.close(2, at: "110")
        _ = try log.trade(-8, at: "120", on: 3)
        try log.close(3, at: "120")
        let known = log.position
        try fixture.append(log.take())
        try fixture.catchUp(runner)

        let before = try read(fixture)
        #expect(open(before) == ["2@200", "5@550"])
        #expect(closed(before) == ["8: 160"])
        #expect(before.results[0].realised == "160")
        #expect(before.results[0].unrealised == "90")
        #expect(before.results[0].total == "247")
        #expect(before.results[0].equity == "10247")
        #expect(before.returns.gain == (try Money("247")))
        // 9999/10000 × 10098/9999 × 10247/10098
        #expect(before.returns.timeWeighted == .rate(24_700_000_000))

        try log.bust(first, of: 1, on: 4)
        let dividend = DividendTerms(
            action: Identifier(.instrument, slot: 0, shard: 0, birth: 9),
            instrument: FolioLog.instrument,
            currency: .usd,
            exDate: BusinessDate(days: 3),
            payDate: BusinessDate(days: 9),
            quantity: Quantity(units: 5),
            amountPerUnit: try Price("2")
        )
        try log.decide(.accrueDividend(Self.account, dividend), on: 4)
        try log.close(4, at: "120")
        try fixture.append(log.take())
        try fixture.catchUp(runner)

        try expectBusted(try read(fixture))

        // What was known before, and what is true of the day of the sale by all that is known now.
        #expect(open(try read(fixture, at: known)) == open(before))
        #expect(closed(try read(fixture, at: known)) == closed(before))
        #expect(open(try read(fixture, asOf: 2)) == ["5@550"])
        #expect(open(try read(fixture, at: known, asOf: 2)) == ["10@1000", "5@550"])
        #expect(open(try read(fixture, asOf: 3)) == ["-3@-360"])

        try expectReplayed(fixture, log.opened, known)
        try fixture.expectProven(Self.model)
    }

    /// The replay of the log says the same of both moments, and what the day's equity was by either.
    private func expectReplayed(_ fixture: ReadFixture, _ opened: AccountOpened, _ known: Int64) throws {
        func replayed(_ point: ReplayPoint) throws -> PortfolioView {
            try PortfolioReplay.fold(fixture.log, FolioLog.shard, opened, point)
        }
        let day = BusinessDate(days: 3)
        #expect(try replayed(ReplayPoint(position: known, date: day)).equity == Money("10247"))
        #expect(try replayed(ReplayPoint(date: day)).equity == Money("10048"))
        #expect(try replayed(ReplayPoint(date: day)).realised == Money("50"))
        #expect(try replayed(.latest).equity == Money("10058"))
    }

    /// The sale now closes what was bought second, and its rest is short.
    private func expectBusted(_ after: Seen) throws {
        #expect(open(after) == ["-3@-360"])
        #expect(closed(after) == ["5: 50"])
        #expect(after.results[0].realised == "50")
        #expect(after.results[0].unrealised == "0")
        #expect(after.results[0].income == "10")
        #expect(after.results[0].equity == "10058")
        #expect(after.returns.gain == (try Money("58")))
        // The days keep what was known at their close; the day that heard of the bust bears it.
        #expect(after.returns.timeWeighted == .rate(5_800_000_000))
    }

    @Test("flows begin their day at the last mark where a lot came in, and are no return")
    func flows() throws {
        let fixture = try ReadFixture("read_folio_flows")
        let build = try fixture.build(Self.model)
        let runner = try Self.model.makeRunner(fixture.seat(build))
        var log = FolioLog()
        try log.decide(.deposit(Self.account, .usd, Money("1000")), on: 1)
        try log.close(1, at: "50")
        let lot = ImportedLot(
            lot: Identifier(.instrument, slot: 0, shard: 0, birth: 11),
            instrument: FolioLog.instrument,
            currency: .usd,
            quantity: Quantity(units: 20),
            cost: try Money("300"),
            acquired: BusinessDate(days: 0)
        )
        try log.decide(.importLot(Self.account, lot), on: 2)
        try log.close(2, at: "55")
        try log.decide(.withdraw(Self.account, .usd, Money("500"), held: .zero), on: 3)
        try log.close(3, at: "55")
        try fixture.append(log.take())
        try fixture.catchUp(runner)
        let seen = try read(fixture)
        // 20 units that were worth 50 at the close before: 2100 / 2000.
        #expect(seen.returns.timeWeighted == .rate(50_000_000_000))
        #expect(seen.returns.paidIn == (try Money("2000")))
        #expect(seen.returns.paidOut == (try Money("500")))
        #expect(seen.returns.gain == (try Money("100")))
        #expect(seen.returns.estimatedDays == 0)
        let rates = try fixture.admin().query(
            "select trim_scale(day_return)::text from portfolio_v1.day_returns order by date"
        )
        #expect(try (0..<rates.count).map { try rates.text($0, 0) } == ["0", "0.05", "0"])
        try fixture.expectProven(Self.model)
    }
}
