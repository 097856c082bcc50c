import BifrostKernel
import SeededChoices
import Testing

@Suite("What a schedule takes of a trade")
struct FeeScheduleTests {
    /// Quantity, price, sold or bought, and what is taken: SEC, TAF.
    static let table: [(String, String, Bool, [FeeKind: String])] = [
        // 10,000 sold at 27.80 per million is 0.278.
        ("100", "100", true, [.sec: "0.28", .taf: "0.02"]),
        // 360 sold is 0.010008: a hair above a cent is two.
        ("1", "360", true, [.sec: "0.02", .taf: "0.01"]),
        // 1,000,000 sold is 27.80 to the cent, and 10,000 shares are 1.66.
        ("10000", "100", true, [.sec: "27.8", .taf: "1.66"]),
        // 50,000 shares are the most to the cent; one more stays there.
        ("50000", "1", true, [.sec: "1.39", .taf: "8.3"]),
        ("50001", "1", true, [.sec: "1.4", .taf: "8.3"]),
        ("1000000", "1", true, [.sec: "27.8", .taf: "8.3"]),
        // No activity fee on a unit that costs less than the fee; one that costs as much pays it.
        ("1000", "0.000165", true, [.sec: "0.01"]),
        ("1000", "0.000166", true, [.sec: "0.01", .taf: "0.17"]),
        // A trade for nothing has no proceeds.
        ("1000", "0", true, [:]),
        ("100", "100", false, [:]),
    ]

    @Test("SEC and TAF: of sales alone, rounded up to the cent, TAF within its most", arguments: table)
    func marketFees(quantity: String, price: String, isSale: Bool, expected: [FeeKind: String]) throws {
        let cost = Tariff.full.estimate(
            try Price(price),
            try Quantity(quantity),
            isSale: isSale,
            on: Sample.day,
            .usd
        )
        let fees = try #require(cost).fees
        #expect(Dictionary(uniqueKeysWithValues: fees.map { ($0.kind, $0.amount.text) }) == expected)
        #expect(fees.allSatisfy { $0.currency == .usd })
    }

    @Test("amounts are of their currency: a trade in another one pays the share alone")
    func currencies() throws {
        let schedule = FeeSchedule(BasisPoints(10), Tariff.full.extra)
        let yen = try #require(
            schedule.estimate(
                Price(units: 1000),
                Quantity(units: 100),
                isSale: true,
                on: Sample.day,
                .known("JPY")
            )
        )
        #expect(yen.commission == Money(units: 100) && yen.fees.isEmpty)
        let dollars = try #require(
            schedule.estimate(
                Price(units: 1000),
                Quantity(units: 10),
                isSale: true,
                on: Sample.day,
                .usd
            )
        )
        // Ten basis points of 10,000 and half a cent for each of ten.
        #expect(dollars.commission == Money(cents: 1005))
    }

    @Test("what leaves the bounds of money is no estimate, and no trap")
    func bounds() {
        let most = (Price(nanos: Price.nanosMax), Quantity(nanos: Quantity.nanosMax))
        let all = FeeSchedule(BasisPoints(1_000_000), .none)
        #expect(all.estimate(most.0, most.1, isSale: true, on: Sample.day, .usd) == nil)
        let dear = Tariff.terms(perShare: "1000000000", fees: [FeeRate(.tax, perShare: most.0)])
        let schedule = FeeSchedule(BasisPoints(0), .terms(dear))
        #expect(schedule.estimate(most.0, most.1, isSale: true, on: Sample.day, .usd)?.fees.count == 1)
        let both = Tariff.terms(perShare: "1000000000")
        #expect(
            both.mostOfPurchase(
                Money(nanos: Money.nanosMax),
                most.0,
                most.1,
                BasisPoints(1_000_000),
                hasTraded: false
            ) == nil
        )
    }
}

@Suite("The commission of an order")
struct OrderCommissionTests {
    private typealias Trade = (settlement: Money, quantity: Quantity, date: BusinessDate)

    private static func commission(_ trades: [Trade], _ schedules: [FeeSchedule]) -> Money? {
        var order = OrderCommission(.usd)
        for trade in trades {
            let schedule = schedules.last { $0.validFrom <= trade.date } ?? FeeSchedule(BasisPoints(0))
            order.add(settlement: trade.settlement, trade.quantity, on: trade.date, schedule)
        }
        return order.amount
    }

    private static func schedule(_ choices: inout Generator) -> FeeSchedule {
        let least = choices.chance(60) ? choices.int64(0...300) : nil
        var terms = FeeTerms()
        terms.perShare = choices.chance(70) ? Price(nanos: choices.int64(0...20_000_000)) : nil
        terms.minimum = least.map { Money(cents: $0) }
        terms.maximum = choices.chance(60) ? Money(cents: (least ?? 0) + choices.int64(0...1_000)) : nil
        return FeeSchedule(BasisPoints(choices.int64(0...50)), .terms(terms))
    }

    /// `units` in parts of at least one.
    private static func split(_ units: Int64, _ choices: inout Generator) -> [Int64] {
        var (rest, parts): (Int64, [Int64]) = (units, [])
        while rest > 0 {
            parts.append(choices.int64(1...rest))
            rest -= parts[parts.count - 1]
        }
        return parts.shuffled(using: &choices)
    }

    /// At prices in whole cents what parts settle adds up exactly, so that nothing is left to rounding.
    @Test("is that of one fill, however and in whatever order it is filled", arguments: Seeds.take(200))
    func splits(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        let schedule = Self.schedule(&choices)
        let (units, cents) = (choices.int64(1...5_000), choices.int64(1...50_000))
        let whole = Self.commission(
            [(Money(cents: units * cents), Quantity(units: units), Sample.day)],
            [schedule]
        )
        var (order, borne, parts) = (OrderCommission(.usd), Int128(0), Self.split(units, &choices))
        for part in parts {
            let before = try #require(order.amount).nanos
            order.add(settlement: Money(cents: part * cents), Quantity(units: part), on: Sample.day, schedule)
            let own = try #require(order.amount).nanos - before
            // Each part bears what it adds, none less than nothing.
            #expect(own >= 0)
            borne += own
        }
        #expect(borne == whole?.nanos)
        parts.reverse()
        let reversed = Self.commission(
            parts.map { (Money(cents: $0 * cents), Quantity(units: $0), Sample.day) },
            [schedule]
        )
        #expect(reversed == whole)
        let terms = schedule.extra.terms
        if let whole {
            #expect(whole >= terms?.minimum ?? .zero && whole <= terms?.maximum ?? whole)
        }
    }

    /// At other prices each part settles up to half a cent beside its exact amount: the commission is that of
    /// the sum of what the parts settle, and so off by the rate of half a cent a part, and one rounding.
    @Test("at prices below the cent follows from what the parts settle", arguments: Seeds.take(100))
    func settles(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        let schedule = Self.schedule(&choices)
        let price = Price(nanos: choices.int64(1...900_000_000_000))
        let parts = Self.split(choices.int64(1...2_000), &choices)
        let trades: [Trade] = parts.map { part in
            let exact = Money.notional(price, Quantity(units: part), .halfAwayFromZero)
            return (exact.rounded(to: .usd, .halfAwayFromZero), Quantity(units: part), Sample.day)
        }
        let settled = Money(nanos: trades.reduce(0) { $0 + $1.settlement.nanos })
        let units = parts.reduce(0, +)
        let sum = Self.commission([(settled, Quantity(units: units), Sample.day)], [schedule])
        #expect(Self.commission(trades, [schedule]) == sum)
        let exact = Money.notional(price, Quantity(units: units), .halfAwayFromZero)
            .rounded(to: .usd, .halfAwayFromZero)
        let whole = try #require(Self.commission([(exact, Quantity(units: units), Sample.day)], [schedule]))
        let drift = Int128(parts.count + 1) * 5_000_000 * Int128(schedule.commission.micros) / 10_000_000_000
        #expect((try #require(sum).nanos - whole.nanos).magnitude <= UInt128(drift + 10_000_000))
    }

    @Test("shares follow the schedule of each trade's date, bounds that of the earliest, in any order")
    func dates() throws {
        var first = FeeSchedule(BasisPoints(0), .terms(Tariff.terms(perShare: "0.01", minimum: "2")))
        first.validFrom = Sample.day
        var later = FeeSchedule(BasisPoints(0), .terms(Tariff.terms(perShare: "0.02", minimum: "9")))
        later.validFrom = BusinessDate(days: Sample.day.days + 1)
        let trades: [Trade] = [
            (Money(units: 1000), Quantity(units: 100), Sample.day),
            (Money(units: 1000), Quantity(units: 100), later.validFrom),
        ]
        #expect(Self.commission([trades[0]], [first, later]) == Money(units: 2))
        #expect(Self.commission(trades, [first, later]) == Money(units: 3))
        #expect(Self.commission(trades.reversed(), [first, later]) == Money(units: 3))
        // Without the first trade the order began under the later schedule.
        #expect(Self.commission([trades[1]], [first, later]) == Money(units: 9))
        #expect(Self.commission([], [first, later]) == .zero)
    }
}
