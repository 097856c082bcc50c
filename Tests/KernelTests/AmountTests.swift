import BifrostKernel
import Testing

@Suite("amounts stay within their bounds and round as asked")
struct AmountTests {
    @Test("a price or quantity from outside is within 10⁹ units or nothing")
    func smallBounds() {
        let bound = 1_000_000_000_000_000_000 as Int64
        #expect(Price.nanosMax == bound && Quantity.nanosMax == bound)
        for nanos in [bound, -bound, 0, 1, -1] {
            #expect(Price(exactly: nanos)?.nanos == nanos)
            #expect(Quantity(exactly: nanos)?.nanos == nanos)
        }
        for nanos in [bound + 1, -bound - 1, .max, .min] {
            #expect(Price(exactly: nanos) == nil)
            #expect(Quantity(exactly: nanos) == nil)
        }
    }

    @Test("an amount of money from outside is within 10¹⁸ units or nothing")
    func moneyBounds() {
        let bound = Money.nanosMax
        #expect(bound == Int128(1_000_000_000_000_000_000) * 1_000_000_000)
        #expect(Money(exactly: bound)?.nanos == bound)
        #expect(Money(exactly: -bound)?.nanos == -bound)
        for nanos in [bound + 1, -bound - 1, .max, .min] { #expect(Money(exactly: nanos) == nil) }
        #expect(Money(clamping: .max).nanos == bound)
        #expect(Money(clamping: .min).nanos == -bound)
        #expect(Money(clamping: -5).nanos == -5)
    }

    @Test("sums report that they leave the bounds")
    func sums() {
        let most = Quantity(nanos: Quantity.nanosMax)
        #expect(most.adding(Quantity(nanos: 1)) == nil)
        #expect((-most).adding(Quantity(nanos: -1)) == nil)
        #expect(most.adding(-most) == .zero)
        #expect(most - most == .zero)
        let money = Money(nanos: Money.nanosMax)
        #expect(money.adding(Money(nanos: 1)) == nil)
        #expect((-money).adding(Money(nanos: -1)) == nil)
        #expect(money.adding(-money) == .zero)
        #expect(money + -money == .zero && money - money == .zero)
    }

    @Test(
        "price × quantity at the extreme bounds is the extreme amount",
        arguments: [1, -1],
        [1, -1] as [Int64]
    )
    func notionalAtBounds(priceSign: Int64, quantitySign: Int64) {
        let price = Price(nanos: priceSign * Price.nanosMax)
        let quantity = Quantity(nanos: quantitySign * Quantity.nanosMax)
        for rounding in [Rounding.halfAwayFromZero, .awayFromZero] {
            let notional = Money.notional(price, quantity, rounding)
            #expect(notional.nanos == Int128(priceSign * quantitySign) * Money.nanosMax)
        }
        let next = Money.notional(
            price,
            Quantity(nanos: quantitySign * (Quantity.nanosMax - 1)),
            .awayFromZero
        )
        #expect(next.nanos == Int128(priceSign * quantitySign) * (Money.nanosMax - 1_000_000_000))
    }

    @Test(
        "price × quantity is rounded to 10⁻⁹",
        arguments: [
            (1, 1, 0, 1), (1, 499_999_999, 0, 1), (1, 500_000_000, 1, 1), (1, 500_000_001, 1, 1),
            (1, 1_000_000_000, 1, 1), (1, 1_000_000_001, 1, 2), (1, 1_500_000_000, 2, 2), (0, 5, 0, 0),
        ] as [(Int64, Int64, Int128, Int128)]
    )
    func notional(price: Int64, quantity: Int64, nearest: Int128, away: Int128) {
        for sign in [1, -1] as [Int64] {
            let (price, quantity) = (Price(nanos: price), Quantity(nanos: sign * quantity))
            #expect(Money.notional(price, quantity, .halfAwayFromZero).nanos == Int128(sign) * nearest)
            #expect(Money.notional(price, quantity, .awayFromZero).nanos == Int128(sign) * away)
        }
    }

    @Test(
        "an amount rounds to what can be paid in its currency",
        arguments: [
            ("JPY", "0.499999999", "0", "1"), ("JPY", "0.5", "1", "1"), ("JPY", "2", "2", "2"),
            ("USD", "0.004999999", "0", "0.01"), ("USD", "0.005", "0.01", "0.01"),
            ("USD", "1.23", "1.23", "1.23"),
            ("USD", "1.234999999", "1.23", "1.24"), ("KWD", "0.0004", "0", "0.001"),
            ("KWD", "0.0005", "0.001", "0.001"),
            ("USD", "1000000000000000000", "1000000000000000000", "1000000000000000000"),
        ]
    )
    func minorUnits(code: String, amount: String, nearest: String, away: String) throws {
        let currency = try #require(Currency(code))
        for sign in ["", "-"] {
            let money = try Money(sign + amount)
            #expect(try money.rounded(to: currency, .halfAwayFromZero) == Money(sign + nearest))
            #expect(try money.rounded(to: currency, .awayFromZero) == Money(sign + away))
        }
    }

    @Test("a share of an amount is rounded, and too large a one is nothing")
    func shares() throws {
        let dollar = try Money("1")
        #expect(try dollar.basisPoints(BasisPoints(5), .halfAwayFromZero) == Money("0.0005"))
        #expect(try (-dollar).basisPoints(BasisPoints(10_000), .awayFromZero) == Money("-1"))
        #expect(dollar.basisPoints(BasisPoints(0), .awayFromZero) == .zero)
        let least = try #require(BasisPoints(micros: 1))
        #expect(Money(nanos: 1).basisPoints(least, .halfAwayFromZero) == .zero)
        #expect(Money(nanos: 1).basisPoints(least, .awayFromZero) == Money(nanos: 1))
        #expect(Money(nanos: -1).basisPoints(least, .awayFromZero) == Money(nanos: -1))
        #expect(Money(nanos: 5_000_000_000).basisPoints(least, .halfAwayFromZero) == Money(nanos: 1))
        #expect(Money(nanos: 4_999_999_999).basisPoints(least, .halfAwayFromZero) == .zero)
        let most = Money(nanos: Money.nanosMax)
        #expect(most.basisPoints(BasisPoints(10_000), .awayFromZero) == most)
        #expect(most.basisPoints(BasisPoints(10_001), .awayFromZero) == nil)
        #expect(most.basisPoints(BasisPoints(1_000_000), .awayFromZero) == nil)
        #expect((-most).basisPoints(BasisPoints(1_000_000), .awayFromZero) == nil)
    }

    @Test("a rate is 0 … 1,000,000 basis points")
    func rates() {
        #expect(BasisPoints(micros: -1) == nil)
        #expect(BasisPoints(micros: 1_000_000_000_001) == nil)
        #expect(BasisPoints(micros: 1_000_000_000_000) == BasisPoints(1_000_000))
        #expect(BasisPoints(5).text == "5")
        #expect(BasisPoints(micros: 1)?.text == "0.000001")
        #expect(BasisPoints(1) < BasisPoints(2))
    }

    @Test("amounts are ordered by value and print in their shortest form")
    func order() throws {
        #expect(
            try Price("-1") < Price("0.5") && Quantity("9") < Quantity("10") && Money("-0.01") < Money.zero
        )
        #expect(Quantity(units: 3).text == "3")
        #expect(Price(nanos: -1).text == "-0.000000001")
        #expect(Money(nanos: Money.nanosMax).text == "1000000000000000000")
    }
}

@Suite("currencies")
struct CurrencyTests {
    @Test(
        "a currency has the digits of its minor unit",
        arguments: [
            ("USD", 2), ("EUR", 2), ("HUF", 2), ("TWD", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("ISK", 0),
            ("CLP", 0),
            ("KWD", 3), ("TND", 3),
        ]
    )
    func digits(code: String, digits: Int) throws {
        let currency = try #require(Currency(code))
        #expect(currency.minorUnitDigits == digits)
        #expect(currency.code == code)
        #expect(Currency(packed: currency.packed) == currency)
    }

    @Test(
        "anything else is no currency",
        arguments: ["", "US", "USDX", "usd", "Usd", "XXX", " US", "D E", "R C", "ÜS", "US\u{0}"]
    )
    func unknown(code: String) { #expect(Currency(code) == nil) }

    @Test("the dollar is what its code says")
    func dollar() {
        #expect(Currency("USD") == .usd)
        #expect(Currency(packed: 0) == nil && Currency(packed: .max) == nil)
    }

    @Test("currencies are ordered by code")
    func order() throws {
        #expect(try #require(Currency("EUR")) < .usd)
    }
}
