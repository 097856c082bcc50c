import BifrostKernel
import RiskLimits
import Testing

@Suite("Reservations of replaced orders")
struct RepricingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var isBuy = true
        var leaves: Int64 = 10
        /// Cents.
        var limit: Int64?
        var isPending = true
        /// What is held afterwards, cents and units; `nil` when nothing changes.
        var held: (cash: Int64, shares: Int64, buys: Int64)?
        var refusal: Rejection?
    }

    /// The order buys, or sells, 10 at 100; the account has 5,000 and a position of 50.
    static let table: [Row] = [
        Row(testDescription: "pending, larger quantity: the new", leaves: 20, held: (200_000, 0, 20)),
        Row(testDescription: "pending, smaller quantity: the old", leaves: 5),
        Row(testDescription: "pending, higher limit: the new", limit: 11_000, held: (110_000, 0, 10)),
        Row(testDescription: "pending, lower limit: the old", limit: 9000),
        Row(
            testDescription: "pending, more at a lower limit: the larger of each",
            leaves: 20,
            limit: 9000,
            held: (180_000, 0, 20)
        ),
        Row(
            testDescription: "in force, smaller: the new",
            leaves: 5,
            limit: 9000,
            isPending: false,
            held: (45_000, 0, 5)
        ),
        Row(
            testDescription: "pending, beyond the cash: refused by what is free and its own",
            leaves: 60,
            refusal: Rejection(.buyingPowerExceeded, limit: 5000_000_000_000, value: 6000_000_000_000)
        ),
        Row(
            testDescription: "in force, beyond the cash: held, because the venue says so",
            leaves: 60,
            isPending: false,
            held: (600_000, 0, 60)
        ),
        Row(testDescription: "a sale pending, larger: the new", isBuy: false, leaves: 50, held: (0, 50, 0)),
        Row(testDescription: "a sale pending, smaller: the old", isBuy: false, leaves: 5),
        Row(
            testDescription: "a sale pending, beyond the position",
            isBuy: false,
            leaves: 51,
            refusal: Rejection(.positionInsufficient, limit: 50_000_000_000, value: 51_000_000_000)
        ),
        Row(
            testDescription: "a sale in force, beyond the position",
            isBuy: false,
            leaves: 51,
            isPending: false,
            held: (0, 51, 0)
        ),
    ]

    @Test(
        "the larger of old and new is held while a replacement is pending, the new once in force",
        arguments: table
    )
    func reprices(row: Row) throws {
        let question = row.isBuy ? RiskFixture.question() : RiskFixture.sale()
        var state = folded(RiskBook.self, [.limitsSet(RiskFixture.limits())])
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(question, state)))
        let wanted = Repricing(
            Sample.order,
            leaves: Quantity(units: row.leaves),
            limitPrice: row.limit.map { Price(cents: $0) },
            isPending: row.isPending,
            settledCash: Money(units: 5000),
            position: Quantity(units: 50)
        )
        if let refusal = row.refusal {
            #expect(throws: refusal) { try decided(RiskBook.self, .reprice(wanted), state) }
            return
        }
        let events = try decided(RiskBook.self, .reprice(wanted), state)
        #expect(events.count == (row.held == nil ? 0 : 1))
        for event in events { RiskBook.evolve(&state, by: event) }
        let held = row.held ?? (row.isBuy ? (100_000, 0, 10) : (0, 10, 0))
        #expect((state.reservedCash[.usd] ?? .zero) == Money(cents: held.cash))
        #expect((state.reservedShares[Sample.instrument] ?? .zero) == Quantity(units: held.shares))
        #expect((state.pendingBuys[Sample.instrument] ?? .zero) == Quantity(units: held.buys))
    }

    @Test("a fill after a replacement leaves the rest at the new price")
    func consumes() throws {
        var state = folded(RiskBook.self, [.limitsSet(RiskFixture.limits())])
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(RiskFixture.question(), state)))
        let wanted = Repricing(
            Sample.order,
            leaves: Quantity(units: 8),
            limitPrice: Price(units: 50),
            isPending: false
        )
        for event in try decided(RiskBook.self, .reprice(wanted), state) {
            RiskBook.evolve(&state, by: event)
        }
        #expect(state.reservedCash[.usd] == Money(units: 400))
        let fill = try decided(RiskBook.self, .consume(Sample.order, leaves: Quantity(units: 2)), state)
        for event in fill { RiskBook.evolve(&state, by: event) }
        #expect(state.reservedCash[.usd] == Money(units: 100))
    }
}
