import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("Whatever happens at the paper venue")
struct PaperVenuePropertyTests {
    static let seeds: [UInt64] = [1, 2, 3, 42, 1990, 20_221_228]

    @Test("the same calls give the same reports", arguments: seeds)
    func determinism(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300)
        let runs = (0..<2).map { _ in
            let (venue, recorder) = listening(PaperVenue(commission: BasisPoints(5), journal: nil))
            for call in script.calls { call(venue) }
            return recorder.take()
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0].count > 300)
    }

    @Test("position, cash and quantities equal an independent sum", arguments: seeds)
    func reconciliation(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300)
        let (venue, recorder) = listening(PaperVenue(commission: BasisPoints(5), journal: nil))
        var positions: [String: Int128] = [:]
        var cash: [AccountID: Int128] = [:]
        var filled: [OrderID: Int64] = [:]
        var seen: Set<String> = []
        for call in script.calls {
            call(venue)
            for case .executed(let account, let report, _) in recorder.take() {
                guard seen.insert(report.venueExecutionID).inserted else { continue }
                let terms = try #require(script.orders.first { $0.order == report.order })
                #expect(terms.account == account)
                let sign: Int128 = terms.side == .buy ? 1 : -1
                let key = account.id.text + terms.instrument.id.text
                positions[key, default: 0] += sign * Int128(report.quantity.nanos)
                cash[account, default: 0] -= sign * report.settlementAmount.nanos + report.commission.nanos
                filled[report.order, default: 0] += report.quantity.nanos
                #expect(Int128(report.venuePosition.nanos) == positions[key])
                #expect(report.venueCash.nanos == cash[account])
                #expect(report.venueCumulative.nanos == filled[report.order])
                #expect(report.venueCumulative.nanos + report.venueLeaves.nanos == terms.quantity.nanos)
                #expect((filled[report.order] ?? 0) <= terms.quantity.nanos)
                let limit = terms.limitPrice ?? report.price
                #expect(terms.side == .buy ? report.price <= limit : report.price >= limit)
                #expect(abs(report.settlementAmount.nanos - exact(report)) <= 5_000_000)
            }
        }
        #expect(!seen.isEmpty)
    }

    /// Cut off, not rounded: within half a cent and a bit of what was settled.
    private func exact(_ report: OrderExecuted) -> Int128 {
        Int128(report.price.nanos) * Int128(report.quantity.nanos) / Int128(Decimals.nanosPerUnit)
    }

    @Test("every fact of plain orders reads back as it was written")
    func facts() throws {
        let script = try Script(seed: 8, calls: 120)
        var book = PaperBook()
        var outcome = PaperOutcome()
        let price = Price(nanos: 9_500_000_000)
        let moved = book.advance(
            to: seconds(0),
            date: day1,
            ticks: [PaperTick(apple, price), PaperTick(boeing, price)],
            rules: PaperRules(schedules: [FeeSchedule(BasisPoints(5))]),
            into: &outcome
        )
        #expect(moved)
        for order in script.orders {
            book.take(
                .new(order),
                rules: PaperRules(schedules: [FeeSchedule(BasisPoints(5))]),
                into: &outcome
            )
            book.take(
                .cancel(order.account, order.order),
                rules: PaperRules(schedules: [FeeSchedule(BasisPoints(5))]),
                into: &outcome
            )
        }
        let unpriced = InstrumentID(Identifier(.instrument, slot: 0, shard: 1, birth: 77))
        let refused = try order(9_001, .buy, "1", unpriced)
        book.take(.new(refused), rules: PaperRules(schedules: [FeeSchedule(BasisPoints(5))]), into: &outcome)
        let quotes = [PaperQuote(instrument: apple, price: .zero, at: seconds(1))]
        outcome.batch.facts.append(.moved(PaperMove(at: seconds(1), date: day1, quotes: quotes)))
        let bytes = WireEncoder.encode(outcome.batch)
        #expect(try WireDecoder.decode(PaperBatch.self, bytes) == outcome.batch)
    }
}
