import BifrostKernel
import Portfolios
import Testing

@Suite("The close of a day")
struct DayClosedTests {
    private static func portfolio() throws -> PortfolioState {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.take(Trade.deposit(Money(units: 50), .known("EUR")))
        _ = try state.trade(Trade.report(1, 10, at: 1000))
        _ = try state.trade(Trade.report(2, -4, at: 1100))
        _ = try state.trade(
            Trade.report(
                3,
                quantity: Quantity(units: 2),
                price: Price(cents: 5000),
                commission: Money(cents: 100),
                instrument: Sample.instrument(2)
            )
        )
        return state
    }

    private static func close(_ marks: [MarkSeen], _ state: PortfolioState) throws -> DayClosed {
        let events = try decided(
            Portfolio.self,
            .closeDay(Sample.account, Sample.day, .usd, marks: marks, marksVersion: 3),
            state
        )
        guard events.count == 1, case .dayClosed(let fact) = events[0] else {
            preconditionFailure("a close is one event")
        }
        return fact
    }

    @Test("equity is settled cash and positions at their marks")
    func figures() throws {
        let fact = try Self.close(
            [
                MarkSeen(Sample.instrument, Price(cents: 1200), stale: false),
                MarkSeen(Sample.instrument(2), Price(cents: 4000), stale: true),
            ],
            Self.portfolio()
        )
        #expect(fact.settledCash == Money(cents: 100_000 - 10_000 + 4_400 - 10_100))
        #expect(fact.positionValue == Money(cents: 6 * 1200 + 2 * 4000))
        #expect(fact.equity == Money(cents: 84_300 + 15_200))
        #expect(fact.unrealised == Money(cents: 6 * 200 - 2 * 1000))
        #expect(fact.realised == Money(cents: 400))
        #expect(fact.staleMarks == 1)
        #expect(fact.marksVersion == 3)
        #expect(fact.date == Sample.day)
        #expect(fact.currency == .usd)
    }

    @Test("a position without a mark counts as zero and as stale")
    func missingMark() throws {
        let fact = try Self.close(
            [
                MarkSeen(Sample.instrument, nil, stale: true),
                MarkSeen(Sample.instrument(2), Price(cents: 5000), stale: false),
            ],
            Self.portfolio()
        )
        #expect(fact.positionValue == Money(cents: 10_000))
        #expect(fact.unrealised == Money(cents: -6000))
        #expect(fact.staleMarks == 1)
    }

    @Test("equity is what was paid in and profit, less cost")
    func explainsEquity() throws {
        let state = try Self.portfolio()
        let fact = try Self.close(
            state.instruments.map { MarkSeen($0, Price(cents: 777), stale: false) },
            state
        )
        let paidIn = -state.money(.contributedEquity).nanos
        let costs = state.money(.expense).nanos + state.money(.rounding).nanos
        #expect(fact.equity.nanos == paidIn + fact.realised.nanos + fact.unrealised.nanos - costs)
    }

    @Test("a short position at a higher mark is a loss")
    func marksShorts() throws {
        var state = Portfolio.initial
        _ = try state.trade(Trade.report(1, -10, at: 1000))
        let fact = try Self.close([MarkSeen(Sample.instrument, Price(cents: 1100), stale: false)], state)
        #expect(fact.settledCash == Money(cents: 10_000))
        #expect(fact.positionValue == Money(cents: -11_000))
        #expect(fact.unrealised == Money(cents: -1000))
        #expect(fact.equity == Money(cents: -1000))
    }

    @Test("the last close is remembered")
    func remembers() throws {
        var state = try Self.portfolio()
        #expect(state.closedDay == nil)
        let fact = try Self.close([], state)
        Portfolio.evolve(&state, by: .dayClosed(fact))
        #expect(state.closedDay == fact)
    }
}
