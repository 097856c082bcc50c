import BifrostKernel
import Orders
import Testing

@Suite("The form of an order with special terms")
struct OrderFormTests {
    static let terms = InstrumentTerms(
        tickSize: Price(cents: 1),
        lotSize: Quantity(units: 1),
        today: Sample.day
    )
    static let tomorrow = BusinessDate(days: Sample.day.days + 1)
    static let yesterday = BusinessDate(days: Sample.day.days - 1)

    static func order(
        _ type: OrderType,
        _ life: TimeInForce = .day,
        limit: Price? = nil,
        _ change: (inout SpecialTerms) -> Void = { _ in }
    ) -> OrderPlaced {
        var placed = Fixture.placed(limit: limit)
        placed.type = type
        placed.timeInForce = life
        change(&placed.special)
        return placed
    }

    /// Everything is wrong with this order; each row repairs what the row before was refused for, so that the
    /// table fixes the order of the checks.
    static let sequence: [(OrderPlaced, Rejection)] = {
        var placed = order(.stopLimit, .goodTillDate, limit: nil) { terms in
            terms.trailingAmount = Price(cents: 1)
            terms.minimumQuantity = Quantity(units: 101)
            terms.displayQuantity = .zero
            terms.expireDate = yesterday
            terms.postOnly = true
        }
        placed.quantity = .zero
        let day = Int128(Sample.day.days) * 1_000_000_000
        var rows: [(OrderPlaced, Rejection)] = []
        func row(_ code: Rejection, _ repair: (inout OrderPlaced) -> Void) {
            rows.append((placed, code))
            repair(&placed)
        }
        row(Rejection(.quantityNotPositive, value: 0)) { $0.quantity = Quantity(nanos: 1_500_000_000) }
        row(Rejection(.quantityNotLotMultiple, limit: 1_000_000_000, value: 1_500_000_000)) {
            $0.quantity = Quantity(units: 100)
        }
        row(Rejection(.limitPriceMissing)) { $0.limitPrice = .zero }
        row(Rejection(.priceNotPositive, value: 0)) { $0.limitPrice = Price(cents: 1000) }
        row(Rejection(.stopPriceMissing)) { $0.special.stopPrice = Price(nanos: 1) }
        row(Rejection(.priceNotTickMultiple, limit: 10_000_000, value: 1)) {
            $0.special.stopPrice = Price(cents: 990)
        }
        row(Rejection(.trailingDistanceInvalid, value: 10_000_000)) { $0.special.trailingAmount = nil }
        row(Rejection(.minimumQuantityInvalid, limit: 100_000_000_000, value: 101_000_000_000)) {
            $0.special.minimumQuantity = Quantity(units: 100)
        }
        row(Rejection(.displayQuantityInvalid, limit: 100_000_000_000, value: 0)) {
            $0.special.displayQuantity = Quantity(units: 10)
        }
        row(Rejection(.expireDateInvalid, limit: day, value: day - 1_000_000_000)) {
            $0.special.expireDate = Sample.day
        }
        row(Rejection(.termsConflict)) { $0.special.postOnly = false }
        return rows
    }()

    @Test("the checks have one order", arguments: sequence)
    func checksInOrder(placed: OrderPlaced, rejection: Rejection) {
        expect(Order.self, given: [], when: .place(placed, terms: Self.terms), refused: rejection)
    }

    static let limit = Price(cents: 1000)
    static func stop(_ type: OrderType, _ life: TimeInForce = .day, limit: Price? = nil) -> OrderPlaced {
        order(type, life, limit: limit) { $0.stopPrice = Self.limit }
    }

    static let accepted: [OrderPlaced] = [
        stop(.stop), stop(.stop, .goodTillCancelled), stop(.stopLimit, limit: limit),
        order(.trailingStop) { $0.trailingAmount = Price(cents: 50) },
        order(.trailingStop) { $0.trailingRate = BasisPoints(9_999) },
        order(.trailingStopLimit) {
            $0.trailingRate = BasisPoints(100)
            $0.limitOffset = .zero
        },
        order(.marketOnOpen), order(.marketOnClose), order(.limitOnOpen, limit: limit),
        order(.limitOnClose, limit: limit), order(.market, .goodTillCancelled),
        order(.market, .immediateOrCancel), order(.limit, .fillOrKill, limit: limit),
        order(.limit, .goodTillDate, limit: limit) { $0.expireDate = tomorrow },
        order(.limit, limit: limit) {
            $0.postOnly = true
            $0.displayQuantity = Quantity(units: 1)
            $0.minimumQuantity = Quantity(units: 100)
            $0.reduceOnly = true
        },
    ]

    @Test("every type and life has a form that passes", arguments: accepted)
    func accepts(placed: OrderPlaced) {
        expect(Order.self, given: [], when: .place(placed, terms: Self.terms), then: [.placed(placed)])
    }

    static let refused: [(OrderPlaced, RejectionCode)] = [
        (stop(.market), .stopPriceUnexpected), (order(.stop), .stopPriceMissing),
        (stop(.stop, limit: limit), .limitPriceUnexpected),
        (order(.marketOnOpen, limit: limit), .limitPriceUnexpected),
        (order(.limitOnClose), .limitPriceMissing), (order(.trailingStop), .trailingDistanceInvalid),
        (order(.market) { $0.trailingRate = BasisPoints(1) }, .trailingDistanceInvalid),
        (
            order(.trailingStop) {
                $0.trailingAmount = Price(cents: 1)
                $0.trailingRate = BasisPoints(1)
            }, .trailingDistanceInvalid
        ),
        (order(.trailingStop) { $0.trailingAmount = Price(nanos: 1) }, .trailingDistanceInvalid),
        (order(.trailingStop) { $0.trailingAmount = .zero }, .trailingDistanceInvalid),
        (order(.trailingStop) { $0.trailingRate = BasisPoints(0) }, .trailingDistanceInvalid),
        (order(.trailingStop) { $0.trailingRate = BasisPoints(10_000) }, .trailingDistanceInvalid),
        (order(.trailingStopLimit) { $0.trailingRate = BasisPoints(1) }, .trailingDistanceInvalid),
        (
            order(.trailingStop) {
                $0.trailingRate = BasisPoints(1)
                $0.limitOffset = Price(cents: 1)
            }, .trailingDistanceInvalid
        ),
        (order(.market, .goodTillDate), .expireDateInvalid),
        (order(.market) { $0.expireDate = tomorrow }, .expireDateInvalid),
        (order(.marketOnOpen, .goodTillCancelled), .termsConflict),
        (stop(.stop, .immediateOrCancel), .termsConflict),
        (order(.market) { $0.postOnly = true }, .termsConflict),
        (order(.limit, .fillOrKill, limit: limit) { $0.postOnly = true }, .termsConflict),
        (order(.market) { $0.displayQuantity = Quantity(units: 1) }, .termsConflict),
    ]

    @Test("terms that an order of that type or life cannot have are refused", arguments: refused)
    func refuses(placed: OrderPlaced, code: RejectionCode) {
        let found = #expect(throws: Rejection.self) {
            try decided(Order.self, .place(placed, terms: Self.terms), Order.initial)
        }
        #expect(found?.code == code)
    }
}
