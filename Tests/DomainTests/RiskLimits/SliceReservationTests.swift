import BifrostKernel
import RiskLimits
import SeededChoices
import Testing

/// A worked order reserves, and its slices draw from that; what they need beyond it is judged as new.
@Suite("Reservations of slices")
struct SliceReservationTests {
    private static let slice = OrderID(Identifier(.order, slot: 1, shard: 1, birth: 77))

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let parent: RiskQuestion
        let slice: RiskQuestion
        /// What the slice holds back, in cents or units, and the parent when it has drawn.
        let held: Int64
        let left: Int64
        /// What the parent holds back when the slice is cancelled, and when it has traded whole.
        let cancelled: Int64
        let filled: Int64
    }

    private static func buy(_ units: Int64, at limit: Int64, fee: Int64 = 0) -> RiskQuestion {
        RiskFixture.question {
            $0.quantity = Quantity(units: units)
            $0.limitPrice = Price(units: limit)
            $0.commission = BasisPoints(fee)
            $0.settledCash = Money(units: 2100)
        }
    }

    private static func sell(_ units: Int64) -> RiskQuestion {
        RiskFixture.sale { $0.quantity = Quantity(units: units) }
    }

    static let table: [Row] = [
        Row(
            testDescription: "a slice at the parent's limit takes its share",
            parent: buy(20, at: 100),
            slice: buy(10, at: 100),
            held: 100_000,
            left: 100_000,
            cancelled: 200_000,
            filled: 100_000
        ),
        Row(
            testDescription: "a cheaper slice leaves more, until it has traded",
            parent: buy(20, at: 100),
            slice: buy(10, at: 95),
            held: 95_000,
            left: 105_000,
            cancelled: 200_000,
            filled: 100_000
        ),
        Row(
            testDescription: "a dearer slice takes more of what there is, and it does not come back",
            parent: buy(20, at: 100),
            slice: buy(10, at: 105),
            held: 105_000,
            left: 95_000,
            cancelled: 200_000,
            filled: 95_000
        ),
        Row(
            testDescription:
                "what the last slice needs beyond the parent is new, and given back to the account",
            parent: buy(20, at: 100),
            slice: buy(20, at: 105),
            held: 210_000,
            left: 0,
            cancelled: 200_000,
            filled: 0
        ),
        Row(
            testDescription: "fees are drawn as well",
            parent: buy(20, at: 100, fee: 50),
            slice: buy(10, at: 100, fee: 50),
            held: 100_500,
            left: 100_500,
            cancelled: 201_000,
            filled: 100_500
        ),
        Row(
            testDescription: "a sale's slice takes its shares, of which none are free",
            parent: sell(50),
            slice: sell(20),
            held: 20,
            left: 30,
            cancelled: 50,
            filled: 30
        ),
    ]

    private static func state(_ parent: RiskQuestion) throws -> RiskState {
        var state = folded(RiskBook.self, [.limitsSet(RiskFixture.limits())])
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(parent, state)))
        return state
    }

    private static func draw(_ question: RiskQuestion, _ state: inout RiskState) throws -> RiskAssessed {
        var question = question
        question.order = slice
        question.drawsFrom = Sample.order
        let fact = try RiskFixture.assessed(question, state)
        let drawn = RiskBook.drawn(by: fact, state)
        RiskBook.evolve(&state, by: .assessed(fact))
        if let drawn { RiskBook.evolve(&state, by: .reservationChanged(drawn)) }
        return fact
    }

    private static func apply(_ command: RiskCommand, _ state: inout RiskState) throws {
        for event in try decided(RiskBook.self, command, state) { RiskBook.evolve(&state, by: event) }
    }

    /// Cash in cents, or shares: a buy has no shares, and a sale no cash.
    private static func amount(_ held: Reservation?) -> Int64 {
        guard let held else { return 0 }
        return held.shares.nanos / 1_000_000_000 + Int64(held.cash.nanos / 10_000_000)
    }

    private static func check(_ state: RiskState) {
        let held = state.reservationByID.values
        #expect((state.reservedCash[.usd] ?? .zero).nanos == held.reduce(0) { $0 + $1.cash.nanos })
        let shares = state.reservedShares[Sample.instrument] ?? .zero
        #expect(shares.nanos == held.reduce(0) { $0 + $1.shares.nanos })
        let buys = state.pendingBuys[Sample.instrument] ?? .zero
        #expect(buys.nanos == held.reduce(0) { $0 + $1.buys.nanos })
    }

    @Test("what slice and parent hold back, and what comes back", arguments: table)
    func draws(row: Row) throws {
        for (isFilled, left) in [(false, row.cancelled), (true, row.filled)] {
            var state = try Self.state(row.parent)
            let fact = try Self.draw(row.slice, &state)
            #expect(fact.failed == [] && fact.drawnFrom == Sample.order)
            #expect(Self.amount(state.reservationByID[Self.slice]) == row.held)
            #expect(Self.amount(state.reservationByID[Sample.order]) == row.left)
            Self.check(state)
            try Self.apply(isFilled ? .consume(Self.slice, leaves: .zero) : .release(Self.slice), &state)
            #expect(Self.amount(state.reservationByID[Sample.order]) == left, "filled: \(isFilled)")
            Self.check(state)
            #expect(state.drawByID.isEmpty)
            try Self.apply(.release(Sample.order), &state)
            #expect(state.reservationByID.isEmpty)
            Self.check(state)
        }
    }

    @Test("what a slice needs beyond its parent is refused where the account has not got it")
    func judgesExcess() throws {
        var state = try Self.state(Self.buy(20, at: 100))
        var slice = Self.buy(20, at: 110)
        #expect(try Self.draw(slice, &state).failed == [.buyingPowerExceeded])
        #expect(Self.amount(state.reservationByID[Sample.order]) == 200_000)
        slice.drawsFrom = .none
        slice.order = Self.slice
        slice.limitPrice = Price(units: 10)
        let fact = try RiskFixture.assessed(slice, state)
        #expect(fact.failed == [.buyingPowerExceeded], "an order that is no slice finds nothing free")
        let sale = try Self.state(Self.sell(50))
        var more = Self.sell(51)
        (more.order, more.drawsFrom) = (Self.slice, Sample.order)
        #expect(try RiskFixture.assessed(more, sale).failed == [.positionInsufficient])
    }

    @Test("a slice takes what is its parent's where the account has less than that holds back")
    func drawsFromWhatIsThere() throws {
        let state = try Self.state(Self.sell(50))
        for (units, refused) in [(20, []), (21, [RejectionCode.positionInsufficient])] {
            var slice = Self.sell(Int64(units))
            (slice.order, slice.drawsFrom) = (Self.slice, Sample.order)
            slice.position = Quantity(units: 20)
            let fact = try RiskFixture.assessed(slice, state)
            #expect(fact.failed == refused)
            #expect(fact.checks.first { $0.rule == .positionInsufficient }?.limit == 20_000_000_000)
        }
    }

    @Test("parent and slice may be of more together than a sum can hold")
    func drawsBeyondASum() throws {
        let most = Quantity(nanos: Quantity.nanosMax)
        for isBuy in [true, false] {
            var parent = isBuy ? Self.buy(1, at: 1) : Self.sell(1)
            parent.quantity = most
            parent.limitPrice = Price(nanos: 1000)
            parent.referencePrice = Price(nanos: 1000)
            parent.position = isBuy ? .zero : most
            var state = try Self.state(parent)
            #expect(try Self.draw(parent, &state).failed == [])
            Self.check(state)
            #expect(state.reservationByID[Sample.order]?.cash == .zero)
            try Self.apply(.release(Self.slice), &state)
            Self.check(state)
            let held = try #require(state.reservationByID[Sample.order])
            #expect(max(held.buys, held.shares) == most)
        }
    }

    @Test("exposure counts what the parent keeps beside the slice")
    func exposes() throws {
        var state = try Self.state(Self.buy(20, at: 100))
        var limits = RiskFixture.limits()
        limits.version = 2
        limits.grossExposureMax = Money(units: 1999)
        RiskBook.evolve(&state, by: .limitsSet(limits))
        var slice = Self.buy(10, at: 100)
        (slice.order, slice.drawsFrom) = (Self.slice, Sample.order)
        slice.valuation = Valuation()
        let fact = try RiskFixture.assessed(slice, state)
        #expect(fact.failed == [.grossExposureAboveLimit])
        #expect(fact.checks.last?.value == Money(units: 2000).nanos)
    }

    @Test("a parent holds back no more than is left of it beside its slices")
    func trims() throws {
        var state = try Self.state(Self.buy(20, at: 100))
        _ = try Self.draw(Self.buy(10, at: 95), &state)
        try Self.apply(.trim(Sample.order, leaves: Quantity(units: 15), price: nil), &state)
        #expect(state.reservationByID[Sample.order]?.buys == Quantity(units: 5))
        #expect(Self.amount(state.reservationByID[Sample.order]) == 55_000)
        try Self.apply(.trim(Sample.order, leaves: Quantity(units: 15), price: Price(units: 90)), &state)
        #expect(Self.amount(state.reservationByID[Sample.order]) == 40_000)
        try Self.apply(.trim(Sample.order, leaves: Quantity(units: 3), price: nil), &state)
        #expect(state.reservationByID[Sample.order]?.buys == .zero)
        Self.check(state)
        try Self.apply(.release(Self.slice), &state)
        #expect(state.reservationByID[Sample.order]?.buys == Quantity(units: 10), "a worked order gets back")
    }

    /// Any sequence of slices, trades and cancels.
    @Test(
        "parent and slices hold back what both needed at most, and nothing in the end",
        arguments: Seeds.take(60)
    )
    func conserves(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        let isBuy = choices.chance(70)
        let parent = isBuy ? Self.buy(20, at: 100, fee: choices.int64(0...50)) : Self.sell(50)
        var state = try Self.state(parent)
        var most = (state.reservationByID[Sample.order]?.cash ?? .zero).nanos
        var open: [OrderID] = []
        for number in Int64(0)..<40 {
            if open.isEmpty || choices.chance(40) {
                let units = choices.int64(1...12)
                var slice = isBuy ? Self.buy(units, at: choices.int64(85...109)) : Self.sell(units)
                slice.commission = parent.commission
                slice.order = OrderID(Identifier(.order, slot: 1, shard: 1, birth: 100 + number))
                slice.drawsFrom = Sample.order
                let fact = try RiskFixture.assessed(slice, state)
                guard fact.verdict == .approved else { continue }
                let free = state.reservationByID[Sample.order]?.cash ?? .zero
                most += max(fact.reservedCash.nanos - free.nanos, 0)
                let drawn = RiskBook.drawn(by: fact, state)
                RiskBook.evolve(&state, by: .assessed(fact))
                if let drawn { RiskBook.evolve(&state, by: .reservationChanged(drawn)) }
                open.append(slice.order)
            } else {
                let order = choices.one(of: open)
                let held = try #require(state.reservationByID[order])
                let units = max(held.buys, held.shares).nanos / 1_000_000_000
                let left = choices.chance(50) ? 0 : choices.int64(0...units)
                let isTrade = choices.chance(60)
                try Self.apply(
                    isTrade ? .consume(order, leaves: Quantity(units: left)) : .release(order),
                    &state
                )
                if state.reservationByID[order] == nil { open.removeAll { $0 == order } }
            }
            Self.check(state)
            #expect((state.reservedCash[.usd] ?? .zero).nanos <= most)
            #expect((state.reservedShares[Sample.instrument] ?? .zero) <= Quantity(units: 50))
        }
        for order in open + [Sample.order] { try Self.apply(.release(order), &state) }
        #expect(state.reservationByID.isEmpty && state.drawByID.isEmpty)
        #expect(state.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(state.reservedShares.values.allSatisfy { $0 == .zero })
        #expect(state.pendingBuys.values.allSatisfy { $0 == .zero })
    }
}
