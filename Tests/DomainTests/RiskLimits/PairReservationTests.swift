import BifrostKernel
import RiskLimits
import SeededChoices
import Testing

/// Of a pair of which one order cancels the other, the larger reservation counts, and once.
@Suite("Reservations of pairs")
struct PairReservationTests {
    private static let other = OrderID(Identifier(.order, slot: 1, shard: 1, birth: 77))

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let first: RiskQuestion
        let second: RiskQuestion
        let cash: Money
        var shares = Quantity.zero
        /// What stays when the first closes.
        let cashAfter: Money
        var sharesAfter = Quantity.zero
    }

    private static func buy(_ limit: Int64, fee: Int64 = 0) -> RiskQuestion {
        RiskFixture.question {
            $0.limitPrice = Price(units: limit)
            $0.commission = BasisPoints(fee)
            $0.settledCash = Money(units: 1010)
        }
    }

    static let table: [Row] = [
        Row(
            testDescription: "two buys at one limit hold one",
            first: buy(100),
            second: buy(100),
            cash: Money(units: 1000),
            cashAfter: Money(units: 1000)
        ),
        Row(
            testDescription: "the dearer second one counts",
            first: buy(95),
            second: buy(100),
            cash: Money(units: 1000),
            cashAfter: Money(units: 1000)
        ),
        Row(
            testDescription: "the dearer first one counts until it closes",
            first: buy(100),
            second: buy(95),
            cash: Money(units: 1000),
            cashAfter: Money(units: 950)
        ),
        Row(
            testDescription: "fees are counted once as well",
            first: buy(100, fee: 50),
            second: buy(95, fee: 50),
            cash: Money(units: 1005),
            cashAfter: Money(cents: 95_475)
        ),
        Row(
            testDescription: "two sales reserve the shares once, all that there are",
            first: RiskFixture.sale { $0.quantity = Quantity(units: 50) },
            second: RiskFixture.sale { $0.quantity = Quantity(units: 50) },
            cash: .zero,
            shares: Quantity(units: 50),
            cashAfter: .zero,
            sharesAfter: Quantity(units: 50)
        ),
    ]

    private static func held(_ row: Row) throws -> RiskState {
        var state = folded(RiskBook.self, [.limitsSet(RiskFixture.limits())])
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(row.first, state)))
        var second = row.second
        second.order = other
        second.sharesWith = Sample.order
        let fact = try RiskFixture.assessed(second, state)
        #expect(fact.failed == [] && fact.sharedWith == Sample.order)
        RiskBook.evolve(&state, by: .assessed(fact))
        return state
    }

    @Test("the larger of both is held, and what is left when one closes", arguments: table)
    func holds(row: Row) throws {
        var state = try Self.held(row)
        #expect((state.reservedCash[.usd] ?? .zero) == row.cash)
        #expect((state.reservedShares[Sample.instrument] ?? .zero) == row.shares)
        for event in try decided(RiskBook.self, .release(Sample.order), state) {
            RiskBook.evolve(&state, by: event)
        }
        #expect((state.reservedCash[.usd] ?? .zero) == row.cashAfter)
        #expect((state.reservedShares[Sample.instrument] ?? .zero) == row.sharesAfter)
        for event in try decided(RiskBook.self, .release(Self.other), state) {
            RiskBook.evolve(&state, by: event)
        }
        #expect(state.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(state.reservedShares.values.allSatisfy { $0 == .zero })
        #expect(state.pendingBuys.values.allSatisfy { $0 == .zero })
        #expect(state.partnerByID.isEmpty)
    }

    @Test("a third order finds nothing free, and a second without a pair neither")
    func sharesWithOne() throws {
        let state = try Self.held(Self.table[4])
        var third = RiskFixture.sale { $0.quantity = Quantity(units: 1) }
        third.order = OrderID(Identifier(.order, slot: 1, shard: 1, birth: 78))
        #expect(try RiskFixture.assessed(third, state).failed == [.positionInsufficient])
        third.sharesWith = Sample.order
        let fact = try RiskFixture.assessed(third, state)
        #expect(fact.failed == [.positionInsufficient] && fact.sharedWith == .none)
    }
}
