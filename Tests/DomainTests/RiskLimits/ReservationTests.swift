import BifrostKernel
import RiskLimits
import SeededChoices
import Testing

@Suite("Reservations")
struct ReservationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let question: RiskQuestion
        let cash: Money
        let shares: Quantity

        init(_ name: String, _ question: RiskQuestion, cash: Money = .zero, shares: Quantity = .zero) {
            testDescription = name
            self.question = question
            self.cash = cash
            self.shares = shares
        }

        static func buy(
            _ name: String,
            limit: Price?,
            at reference: Price,
            _ quantity: Quantity,
            fee: Int64 = 0,
            _ currency: String = "USD",
            cash: Money
        ) -> Row {
            let question = RiskFixture.question {
                $0.limitPrice = limit
                $0.referencePrice = reference
                $0.quantity = quantity
                $0.commission = BasisPoints(fee)
                $0.currency = .known(currency)
                $0.settledCash = Money(units: 1_000_000)
            }
            return Row(name, question, cash: cash)
        }
    }

    static let table: [Row] = [
        .buy(
            "a market buy at ask × (1 + collar)",
            limit: nil,
            at: Price(units: 100),
            Quantity(units: 10),
            cash: Money(units: 1100)
        ),
        .buy(
            "a market buy with fees",
            limit: nil,
            at: Price(units: 100),
            Quantity(units: 10),
            fee: 5,
            cash: Money(cents: 110_055)
        ),
        .buy(
            "a market buy at a price below what its collar can express",
            limit: nil,
            at: Price(nanos: 1),
            Quantity(units: 10_000_000),
            cash: Money(cents: 2)
        ),
        .buy(
            "a limit buy at its limit",
            limit: Price(cents: 10_125),
            at: Price(units: 100),
            Quantity(units: 10),
            cash: Money(cents: 101_250)
        ),
        .buy(
            "a limit buy below the market at its limit",
            limit: Price(units: 90),
            at: Price(units: 100),
            Quantity(units: 10),
            cash: Money(units: 900)
        ),
        .buy(
            "fees are rounded up to what can be paid",
            limit: Price(cents: 10_125),
            at: Price(units: 100),
            Quantity(units: 10),
            fee: 5,
            cash: Money(cents: 101_301)
        ),
        .buy(
            "amounts are rounded up to what can be paid",
            limit: Price(cents: 1001),
            at: Price(units: 10),
            Quantity(nanos: 333_000_000),
            cash: Money(cents: 334)
        ),
        .buy(
            "the smallest unit of yen is one",
            limit: Price(cents: 10_150),
            at: Price(units: 100),
            Quantity(units: 3),
            fee: 5,
            "JPY",
            cash: Money(units: 306)
        ),
        .buy(
            "dinars have three decimals",
            limit: Price(nanos: 1_000_100_000),
            at: Price(units: 1),
            Quantity(units: 1),
            "KWD",
            cash: Money(nanos: 1_001_000_000)
        ),
        Row(
            "a sale reserves shares and no cash",
            RiskFixture.sale { $0.commission = BasisPoints(5) },
            shares: Quantity(units: 10)
        ),
    ]

    @Test("an approval holds back what the order may need", arguments: table)
    func holds(row: Row) throws {
        var state = folded(
            RiskBook.self,
            [.limitsSet(RiskFixture.limits(orderValueMax: Money(units: 1_000_000)))]
        )
        let fact = try RiskFixture.assessed(row.question, state)
        #expect(fact.failed == [])
        #expect(fact.reservedCash == row.cash)
        #expect(fact.reservedShares == row.shares)
        RiskBook.evolve(&state, by: .assessed(fact))
        #expect((state.reservedCash[row.question.currency] ?? .zero) == row.cash)
        #expect((state.reservedShares[Sample.instrument] ?? .zero) == row.shares)
    }

    private static func holding(_ question: RiskQuestion) throws -> RiskState {
        var state = folded(RiskBook.self, [.limitsSet(RiskFixture.limits())])
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(question, state)))
        return state
    }

    private static func changed(
        _ reason: ReservationReason,
        cash: Money = .zero,
        shares: Int64 = 0,
        buys: Int64 = 0
    ) -> RiskEvent {
        var fact = ReservationChanged()
        fact.order = Sample.order
        fact.reason = reason
        fact.remainingCash = cash
        fact.remainingShares = Quantity(units: shares)
        fact.remainingBuys = Quantity(units: buys)
        return .reservationChanged(fact)
    }

    static let remainders: [(Int64, Money)] = [
        (9, Money(cents: 91_171)), (5, Money(cents: 50_651)), (1, Money(cents: 10_131)), (0, .zero),
    ]

    @Test("a partial fill of a buy leaves what the rest needs", arguments: remainders)
    func consumesCash(leaves: Int64, cash: Money) throws {
        let question = RiskFixture.question {
            $0.limitPrice = Price(cents: 10_125)
            $0.commission = BasisPoints(5)
        }
        var state = try Self.holding(question)
        let events = try decided(
            RiskBook.self,
            .consume(Sample.order, leaves: Quantity(units: leaves)),
            state
        )
        #expect(events == [Self.changed(.consumed, cash: cash, buys: leaves)])
        RiskBook.evolve(&state, by: events[0])
        #expect(state.reservedCash[.usd] == cash)
        #expect(state.pendingBuys[Sample.instrument] == Quantity(units: leaves))
        #expect((state.reservationByID[Sample.order] == nil) == (leaves == 0))
    }

    @Test("a partial fill of a sale leaves the rest of the shares", arguments: [9, 1, 0] as [Int64])
    func consumesShares(leaves: Int64) throws {
        var state = try Self.holding(RiskFixture.sale())
        let events = try decided(
            RiskBook.self,
            .consume(Sample.order, leaves: Quantity(units: leaves)),
            state
        )
        #expect(events == [Self.changed(.consumed, shares: leaves)])
        RiskBook.evolve(&state, by: events[0])
        #expect(state.reservedShares[Sample.instrument] == Quantity(units: leaves))
        #expect((state.reservationByID[Sample.order] == nil) == (leaves == 0))
    }

    @Test("a release gives all back, once", arguments: [true, false])
    func releases(isBuy: Bool) throws {
        var state = try Self.holding(isBuy ? RiskFixture.question() : RiskFixture.sale())
        let events = try decided(RiskBook.self, .release(Sample.order), state)
        #expect(events == [Self.changed(.released)])
        RiskBook.evolve(&state, by: events[0])
        #expect(state.reservationByID.isEmpty)
        #expect(state.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(state.reservedShares.values.allSatisfy { $0 == .zero })
        #expect(state.pendingBuys.values.allSatisfy { $0 == .zero })
        #expect(try decided(RiskBook.self, .release(Sample.order), state) == [])
        #expect(try decided(RiskBook.self, .consume(Sample.order, leaves: Quantity(units: 1)), state) == [])
    }

    @Test("orders that wait count against each other: cash, shares and the largest position")
    func countsWaitingOrders() throws {
        let state = try Self.holding(RiskFixture.question())
        let poor = RiskFixture.question {
            $0.order = Sample.order(41)
            $0.quantity = Quantity(units: 41)
        }
        #expect(try RiskFixture.assessed(poor, state).failed == [.buyingPowerExceeded])
        let sales = try Self.holding(RiskFixture.sale())
        let greedy = RiskFixture.sale {
            $0.order = Sample.order(41)
            $0.quantity = Quantity(units: 41)
        }
        #expect(try RiskFixture.assessed(greedy, sales).failed == [.positionInsufficient])
        let full = RiskFixture.question {
            $0.order = Sample.order(41)
            $0.quantity = Quantity(units: 1)
            $0.position = Quantity(nanos: Quantity.nanosMax) - Quantity(units: 10)
        }
        #expect(try RiskFixture.assessed(full, state).failed == [.balanceTooLarge])
    }

    @Test("buys that wait stay within the bounds also when a venue left the account far short")
    func boundsWaitingBuysOfShorts() throws {
        let large = RiskFixture.question {
            $0.quantity = Quantity(nanos: Quantity.nanosMax)
            $0.limitPrice = Price(nanos: 1)
            $0.referencePrice = Price(nanos: 1)
            $0.position = -Quantity(nanos: Quantity.nanosMax)
        }
        var state = try Self.holding(large)
        let fact = try RiskFixture.assessed(large, state)
        #expect(fact.failed == [.balanceTooLarge])
        RiskBook.evolve(&state, by: .assessed(fact))
        #expect(state.pendingBuys[Sample.instrument] == Quantity(nanos: Quantity.nanosMax))
    }

    @Test("cash far below zero refuses buys with its number")
    func survivesDebt() throws {
        let state = try Self.holding(RiskFixture.question())
        let indebted = RiskFixture.question { $0.settledCash = Money(nanos: -Money.nanosMax) }
        let fact = try RiskFixture.assessed(indebted, state)
        #expect(fact.failed == [.buyingPowerExceeded])
        #expect(fact.checks.last?.limit == -Money.nanosMax - 1_000_000_000_000)
    }

    /// Sums kept beside single reservations equal them, are never negative, and cash held back is there.
    private static func check(_ state: RiskState, settled: Money, positions: [InstrumentID: Quantity]) throws
    {
        var cash = Int128(0)
        var shares: [InstrumentID: Int64] = [:]
        var buys: [InstrumentID: Int64] = [:]
        for held in state.reservationByID.values {
            try #require(held.cash >= .zero && held.shares >= .zero && held.buys >= .zero)
            cash += held.cash.nanos
            shares[held.instrument, default: 0] += held.shares.nanos
            buys[held.instrument, default: 0] += held.buys.nanos
        }
        try #require((state.reservedCash[.usd] ?? .zero).nanos == cash)
        try #require(cash <= settled.nanos)
        for number in 1...3 {
            let instrument = Sample.instrument(Int64(number))
            try #require((state.reservedShares[instrument] ?? .zero).nanos == shares[instrument] ?? 0)
            try #require((state.pendingBuys[instrument] ?? .zero).nanos == buys[instrument] ?? 0)
            try #require((shares[instrument] ?? 0) <= (positions[instrument] ?? .zero).nanos)
        }
    }

    @Test(
        "sums equal what single orders hold, and are never negative or uncovered",
        arguments: Seeds.take(40)
    )
    func sumsAgree(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var state = folded(
            RiskBook.self,
            [.limitsSet(RiskFixture.limits(collar: BasisPoints(generator.int64(0...2000))))]
        )
        var settled = Money(units: 20_000)
        var positions: [InstrumentID: Quantity] = [:]
        var leavesByID: [OrderID: Quantity] = [:]
        for step in 0..<200 {
            let instrument = Sample.instrument(generator.int64(1...3))
            let order =
                generator.chance(50) ? Sample.order(Int64(step)) : leavesByID.keys.min() ?? Sample.order
            let before = (state.reservedCash[.usd] ?? .zero)
            let command: RiskCommand
            if leavesByID[order] == nil {
                let quantity = Quantity(nanos: generator.int64(1...40_000_000_000))
                leavesByID[order] = quantity
                command = .assess(
                    RiskFixture.question {
                        $0.order = order
                        $0.instrument = instrument
                        $0.isBuy = generator.chance(60)
                        $0.quantity = quantity
                        $0.limitPrice =
                            generator.chance(50) ? nil : Price(nanos: generator.int64(1...110_000_000_000))
                        $0.commission = BasisPoints(generator.int64(0...100))
                        $0.settledCash = settled
                        $0.position = positions[instrument] ?? .zero
                    }
                )
            } else if generator.chance(70), let leaves = leavesByID[order] {
                let rest = Quantity(nanos: generator.int64(0...leaves.nanos))
                leavesByID[order] = rest == .zero ? nil : rest
                if let held = state.reservationByID[order] {
                    let traded = (held.shares > .zero ? held.shares : held.buys) - rest
                    let signed = held.shares > .zero ? -traded : traded
                    positions[held.instrument] = (positions[held.instrument] ?? .zero).adding(signed)
                }
                command = .consume(order, leaves: rest)
            } else {
                leavesByID[order] = nil
                command = .release(order)
            }
            for event in try decided(RiskBook.self, command, state) { RiskBook.evolve(&state, by: event) }
            if case .consume = command { settled = settled - (before - (state.reservedCash[.usd] ?? .zero)) }
            try Self.check(state, settled: settled, positions: positions)
        }
        for order in leavesByID.keys {
            for event in try decided(RiskBook.self, .release(order), state) {
                RiskBook.evolve(&state, by: event)
            }
        }
        #expect(state.reservationByID.isEmpty)
        #expect(state.reservedCash[.usd] ?? .zero == .zero)
    }
}
