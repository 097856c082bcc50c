import BifrostKernel
import RiskLimits
import SeededChoices
import Testing

@Suite("Reservations with fees")
struct FeeReservationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let share: Int64
        let terms: FeeTerms?
        let units: Int64
        /// Beside 100.00 for each unit, in cents.
        let fees: Int64
        /// The same after half of it traded.
        let feesOfHalf: Int64

        init(_ name: String, share: Int64 = 0, _ terms: FeeTerms?, _ units: Int64, fees: Int64, half: Int64) {
            testDescription = name
            self.share = share
            self.terms = terms
            self.units = units
            self.fees = fees
            feesOfHalf = half
        }
    }

    static let table: [Row] = [
        Row("a share alone", share: 5, nil, 10, fees: 50, half: 25),
        // The first half is three cents by its rounding, so that two are left of the five.
        Row("half a cent a unit", Tariff.terms(perShare: "0.005"), 10, fees: 5, half: 2),
        Row(
            "a share and an amount a unit",
            share: 5,
            Tariff.terms(perShare: "0.005"),
            10,
            fees: 55,
            half: 27
        ),
        // The least is paid with the first trade, and what follows is within it.
        Row("the least of an order", Tariff.terms(perShare: "0.005", minimum: "1"), 10, fees: 100, half: 0),
        Row("above the least", Tariff.terms(perShare: "0.2", minimum: "1.5"), 10, fees: 200, half: 50),
        Row("the most of an order", Tariff.terms(perShare: "1", maximum: "4"), 10, fees: 400, half: 0),
        Row(
            "below the most",
            Tariff.terms(perShare: "1", minimum: "1", maximum: "7"),
            10,
            fees: 700,
            half: 200
        ),
        Row(
            "fees of sales cost a purchase nothing",
            Tariff.terms(fees: Tariff.marketFees),
            10,
            fees: 0,
            half: 0
        ),
        Row(
            "a tax on purchases, rounded up",
            Tariff.terms(fees: [FeeRate(.tax, rate: Tariff.rate("0.5"), on: [.buy])]),
            10,
            fees: 5,
            half: 3
        ),
        // Its most is one of a trade, and the order may be many.
        Row(
            "a fee with a most of each trade",
            Tariff.terms(fees: [FeeRate(.exchange, perShare: Tariff.price("0.5"), maximum: Tariff.money("1"))]
            ),
            10,
            fees: 500,
            half: 250
        ),
    ]

    private static func question(_ row: Row, isBuy: Bool = true) -> RiskQuestion {
        RiskFixture.question {
            $0.isBuy = isBuy
            $0.quantity = Quantity(units: row.units)
            $0.position = isBuy ? .zero : Quantity(units: row.units)
            $0.commission = BasisPoints(row.share)
            $0.extraFees = ExtraFees(row.terms)
            $0.settledCash = isBuy ? Money(units: 10_000) : .zero
        }
    }

    @Test("a purchase holds back its fees, before and after its first trade", arguments: table)
    func purchases(row: Row) throws {
        let limits: [RiskEvent] = [.limitsSet(RiskFixture.limits())]
        let fact = try RiskFixture.assessed(Self.question(row), given: limits)
        #expect(fact.verdict == .approved)
        #expect(fact.reservedCash == Money(cents: row.units * 10_000 + row.fees))
        var state = folded(RiskBook.self, limits + [.assessed(fact)])
        let half = Quantity(units: row.units / 2)
        let schedule = FeeSchedule(BasisPoints(row.share), ExtraFees(row.terms))
        let paid = schedule.estimate(Price(units: 100), half, isSale: false, on: Sample.day, .usd)
        let consume = RiskCommand.consume(
            Sample.order,
            leaves: half,
            commission: try #require(paid).commission
        )
        for event in try decided(RiskBook.self, consume, state) { RiskBook.evolve(&state, by: event) }
        #expect(state.reservedCash[.usd] == Money(cents: row.units * 5_000 + row.feesOfHalf))
    }

    @Test("a sale needs no cash for its fees", arguments: table)
    func sales(row: Row) throws {
        let fact = try RiskFixture.assessed(Self.question(row, isBuy: false))
        #expect(fact.verdict == .approved && fact.reservedCash == .zero && fact.extraFees == .none)
        #expect(fact.reservedShares == Quantity(units: row.units))
    }

    @Test("a purchase that its fees alone make too dear is refused with what it needs")
    func refuses() throws {
        var question = Self.question(Self.table[3])
        question.settledCash = Money(cents: 100_099)
        let fact = try RiskFixture.assessed(question)
        #expect(fact.failed == [.buyingPowerExceeded])
        let check = fact.checks.last { $0.rule == .buyingPowerExceeded }
        #expect(check?.value == Money(cents: 100_100).nanos)
        #expect(check?.limit == Money(cents: 100_099).nanos)
    }

    /// A trade may round each figure up by less than what can be paid; beyond that nothing may be missing.
    @Test("what trades take is never more than was held back for them", arguments: Seeds.take(200))
    func suffices(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        let least = choices.int64(0...300)
        let terms = Tariff.terms(
            perShare: choices.chance(60) ? Decimals.text(Int128(choices.int64(0...50_000_000))) : nil,
            minimum: Money(cents: least).text,
            maximum: choices.chance(60) ? Money(cents: least + choices.int64(0...900)).text : nil
        )
        let schedule = FeeSchedule(BasisPoints(choices.int64(0...40)), .terms(terms))
        let (units, cents) = (choices.int64(1...400), choices.int64(1...9_000))
        var question = RiskFixture.question {
            $0.quantity = Quantity(units: units)
            $0.limitPrice = Price(cents: cents)
            $0.referencePrice = Price(cents: cents)
            $0.commission = schedule.commission
            $0.extraFees = schedule.extra
            $0.settledCash = Money(units: 10_000_000)
        }
        question.order = Sample.order
        let limits: [RiskEvent] = [.limitsSet(RiskFixture.limits(orderValueMax: Money(units: 1_000_000)))]
        var state = folded(RiskBook.self, limits)
        RiskBook.evolve(&state, by: .assessed(try RiskFixture.assessed(question, state)))
        var (rest, order) = (units, OrderCommission(.usd))
        while rest > 0 {
            let held = (state.reservedCash[.usd] ?? .zero).nanos
            let part = choices.int64(1...rest)
            let price = choices.int64(1...cents)
            let before = try #require(order.amount).nanos
            order.add(settlement: Money(cents: part * price), Quantity(units: part), on: Sample.day, schedule)
            let commission = Money(nanos: try #require(order.amount).nanos - before)
            rest -= part
            let consume = RiskCommand.consume(
                Sample.order,
                leaves: Quantity(units: rest),
                commission: commission
            )
            for event in try decided(RiskBook.self, consume, state) { RiskBook.evolve(&state, by: event) }
            // What this trade takes and what the rest still holds came out of what was held before it.
            let cost = Money(cents: part * price).nanos + commission.nanos
            #expect(cost + (state.reservedCash[.usd] ?? .zero).nanos <= held)
        }
        #expect(state.reservedCash[.usd] == .zero)
    }
}
