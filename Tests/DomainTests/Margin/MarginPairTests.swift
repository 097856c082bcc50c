import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import Testing

@Suite("Pairs in margin accounts")
struct MarginPairTests {
    private static func pair(_ side: Side, _ units: Int64, at cents: (limit: Int64, stop: Int64))
        -> PlaceGroup
    {
        var stop = MarginDesk.order(side, units)
        stop.type = .stop
        stop.special.stopPrice = Price(cents: cents.stop)
        return GroupFixture.group(
            .oneCancelsOther,
            [MarginDesk.order(side, units, at: cents.limit), stop]
        )
    }

    private static func verdicts(_ events: [DomainEvent]) -> [RiskAssessed] {
        events.compactMap { if case .risk(.assessed(let fact)) = $0 { fact } else { nil } }
    }

    @Test("what a short sale of a pair has not traded stays held back")
    func keepsShorts() throws {
        var desk = try MarginDesk()
        let group = Self.pair(.sellShort, 10, at: (11_000, 9000))
        let events = try desk.runner.pose(.placeGroup(desk.account, group)).events
        let verdicts = Self.verdicts(events)
        #expect(verdicts.map(\.verdict) == [.approved, .approved])
        let first = try #require(verdicts.first)
        try desk.fill(first.order, 4, at: 11_000)
        let risk = try desk.runner.account(desk.account).risk
        let held = try #require(risk.reservationByID[first.order])
        #expect(held.shorts == Quantity(units: 6) && held.cash == Money(units: 660))
        try Invariants.check(desk.runner.state)
    }

    @Test("two covers of which one cancels the other cover once, and need nothing")
    func coversOnce() throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 10))
        let covers = Self.pair(.buy, 10, at: (9000, 11_000))
        let verdicts = Self.verdicts(try desk.runner.pose(.placeGroup(desk.account, covers)).events)
        let needed = verdicts.map { $0.checks.first { $0.rule == .initialMarginExceeded }?.value }
        #expect(needed == [0, 0])
        // Equity of 10,000 less half of what is short.
        #expect(try desk.move(9501, out: true).refusal?.limit == Money(units: 9500).nanos)
    }

    @Test("a pair that opens a position needs what the dearer of both does")
    func opensOnce() throws {
        var desk = try MarginDesk()
        let entries = Self.pair(.buy, 100, at: (9000, 11_000))
        let events = try desk.runner.pose(.placeGroup(desk.account, entries)).events
        let needed = Self.verdicts(events).map {
            $0.checks.first { $0.rule == .initialMarginExceeded }?.value
        }
        // Half of 9,000, then of 12,100, the stop and the collar.
        #expect(needed == [Money(units: 4500).nanos, Money(units: 1550).nanos])
    }

    @Test("both of a pair that cover pass where only orders that reduce do")
    func reducesTwice() throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 10))
        var status = InstrumentStatusChanged()
        status.instrument = Sample.instrument
        status.status = .closingOnly
        try World.copy([.statusChanged(status)], into: &desk.runner)
        let group = Self.pair(.buy, 10, at: (9000, 11_000))
        let events = try desk.runner.pose(.placeGroup(desk.account, group)).events
        let approved = events.filter { if case .order(.approved) = $0 { true } else { false } }
        #expect(approved.count == 2 && events.refusal == nil)
    }
}
